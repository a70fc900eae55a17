/** Where a sandbox's operations are carried out: its tensors, its limits, and the count of what it all costs. */

import { KernelRefused, type Plan, type TensorDType, type TensorMeta } from '../wire/kernel.ts';
import { kernels } from '../wire/kernels/table.ts';
import type { SessionLimits } from '../wire/limits.ts';
import type { CalledFrom, FromSandbox } from '../wire/messages.ts';
import type { UsageTotals } from '../wire/sandbox-state.ts';
import {
  bytesOf,
  type DeviceTensor,
  download,
  fetchForKernel,
  moveToDevice,
  runKernel,
  takeDeviceFault,
  upload,
} from './backend.ts';
import { Heap } from './heap.ts';
import { refuseWildIndices } from './indices.ts';
import { Meter } from './meter.ts';
import type { NaNTrace } from './nan-trace.ts';

/** More than one call may ask for: the end of the sandbox, not of an operation. */
export class OverLimit extends Error {}

/** A kernel that may run. */
interface Planned {
  name: string;
  handles: number[];
  metas: Record<string, TensorMeta>;
  tensors: Record<string, DeviceTensor>;
  plan: Plan;
  /** The handle of what its output is a view of. */
  viewOf: number | undefined;
  /** Where it was called, while that is traced. */
  from: CalledFrom;
}

export class Executor {
  readonly meter = new Meter();
  readonly heap: Heap;
  /** Set while it is looked for where NaN arises. */
  nanTrace: NaNTrace | undefined;
  #tensorBytes = 0;
  readonly #fallbacks = new Map<string, number>();
  #ran = new Set<string>();

  constructor(readonly limits: SessionLimits) {
    this.heap = new Heap(this.meter, limits.memoryBytes);
  }

  /** Of all that was done here; what the meter counts begins anew with each case. */
  usageTotals(): Pick<UsageTotals, 'tensorBytes' | 'fallbacks'> {
    return { tensorBytes: this.#tensorBytes, fallbacks: Object.fromEntries(this.#fallbacks) };
  }

  /** Names of all kernels that ran for the code that is loaded. */
  get ran(): string[] {
    return [...this.#ran];
  }

  /** Other code comes: nothing of what the code before it made is of use any more. */
  startAnew(): void {
    this.heap.freeAll();
    this.#ran.clear();
  }

  /** A tensor of the grader's, by a negative handle; it is not metered. */
  input(handle: number, bytes: Uint8Array, shape: number[], dtype: TensorDType): void {
    this.#tensorBytes += bytes.length;
    this.heap.add(handle, upload(bytes, shape, dtype), { shape, dtype });
  }

  /** Those that came with the call to be timed are to be where they are needed when the clock starts. */
  moveInputsToDevice(): void {
    for (const handle of this.heap.handles()) if (this.heap.isInput(handle)) moveToDevice(this.heap.get(handle).tensor);
  }

  /** For the grader's eyes, so not metered. @throws KernelRefused for a handle that is not alive */
  async read(handle: number): Promise<Uint8Array> {
    return downloadSound(this.heap.get(handle).tensor);
  }

  /**
   * How many bytes a download will be. It counts from here on, whatever comes of it: the refusal of one tells something too.
   * @throws KernelRefused for a handle that is not alive; OverLimit
   */
  requestDownload(handle: number): number {
    this.#count();
    this.meter.transfer('downloads');
    return bytesOf(this.heap.get(handle).meta);
  }

  /** Of what has been requested. @throws KernelRefused for a handle that is not alive */
  async download(handle: number): Promise<Uint8Array> {
    return downloadSound(this.heap.get(handle).tensor);
  }

  /**
   * Nothing is waited for, unless values are to be looked at first: a turn for each kernel would cost more than most do.
   * @throws KernelRefused for what cannot be run as asked; OverLimit; Error if the backend fails
   */
  kernel(message: Extract<FromSandbox, { op: 'kernel' }>): Promise<void> | undefined {
    this.#count();
    const { name, inputs, attrs, outputs: handles, stack, during } = message;
    const kernel = kernels.get(name);
    if (!kernel) throw new KernelRefused(`the operation ${name} is not available in this course`);
    const metas: Record<string, TensorMeta> = {};
    const tensors: Record<string, DeviceTensor> = {};
    for (const [key, handle] of Object.entries(inputs)) {
      const { meta, tensor } = this.heap.get(handle);
      metas[key] = meta;
      tensors[key] = tensor;
    }
    const plan = kernel(metas, attrs);
    if (handles.length !== plan.outputs.length || new Set(handles).size !== handles.length) {
      throw new KernelRefused(`${name} has ${plan.outputs.length} outputs, not ${handles.length}`);
    }
    for (const handle of handles) this.heap.requireNew(handle);

    this.heap.reserve((plan.view ? 0 : sum(plan.outputs)) + (plan.scratchBytes ?? 0));
    if (this.meter.flops + plan.flops > this.limits.flops) {
      throw new OverLimit(`more than ${this.limits.flops} floating-point operations in one call`);
    }
    const viewOf = plan.view ? Object.values(inputs)[0] : undefined;
    const planned = { name, handles, metas, tensors, plan, viewOf, from: { stack, during } };
    const before = plan.checkIndices ? refuseWildIndices(name, plan, tensors) : fetchForKernel(name, tensors, plan);
    if (before || this.nanTrace) return this.#runLater(planned, before);
    this.#run(planned);
  }

  async #runLater(planned: Planned, before: Promise<void> | undefined): Promise<void> {
    const { name, metas, tensors, plan, from } = planned;
    await before;
    if (plan.checkIndices) await fetchForKernel(name, tensors, plan);
    const outputs = this.#run(planned);
    if (!this.nanTrace) return;
    const given = Object.entries(metas).map(([key, meta]) => [key, { tensor: tensors[key], meta }]);
    const held = plan.outputs.map((meta, i) => ({ tensor: outputs[i], meta }));
    await this.nanTrace.look({ kernel: name, attrs: plan.attrs, from }, Object.fromEntries(given), held);
  }

  #run({ name, handles, metas, tensors, plan, viewOf }: Planned): DeviceTensor[] {
    const outputs = runKernel(name, tensors, plan, () => {
      this.#fallbacks.set(name, (this.#fallbacks.get(name) ?? 0) + 1);
    });
    if (outputs.length !== plan.outputs.length)
      throw new Error(`${name} gave ${outputs.length} tensors, not ${plan.outputs.length}`);
    this.#ran.add(name);
    const written = plan.view ? 0 : sum(plan.outputs);
    this.#tensorBytes += written;
    this.meter.kernel(name, plan.flops, plan.view ? 0 : sum(Object.values(metas)), written);
    for (const [i, meta] of plan.outputs.entries()) this.heap.add(handles[i], outputs[i], meta, name, viewOf);
    return outputs;
  }

  /** @throws KernelRefused if the bytes are not of that shape, or do not fit; OverLimit */
  upload({ handle, shape, dtype, bytes, stack, during }: Extract<FromSandbox, { op: 'upload' }>): void {
    this.#count();
    this.meter.transfer('uploads');
    if (bytesOf({ shape, dtype }) !== bytes.length || dtype === 'complex64') {
      throw new KernelRefused(`${bytes.length} bytes are not a ${dtype} tensor of shape [${shape}]`);
    }
    this.heap.requireNew(handle);
    this.heap.reserve(bytes.length);
    this.#tensorBytes += bytes.length;
    this.nanTrace?.lookAtUpload({ shape, dtype }, bytes, { stack, during });
    this.heap.add(handle, upload(bytes, shape, dtype), { shape, dtype }, 'upload');
  }

  /** What is asked for counts, not what succeeds: each refusal is work, and an answer. */
  #count(): void {
    if (!this.meter.request(this.limits.kernels)) {
      throw new OverLimit(`more than ${this.limits.kernels} kernels, uploads and downloads in one call`);
    }
  }
}

/** @throws Error if the device has refused something that these values may depend on */
async function downloadSound(tensor: DeviceTensor): Promise<Uint8Array> {
  const bytes = await download(tensor);
  const fault = takeDeviceFault();
  if (fault) throw new Error(fault);
  return bytes;
}

const sum = (metas: TensorMeta[]) => metas.reduce((total, meta) => total + bytesOf(meta), 0);

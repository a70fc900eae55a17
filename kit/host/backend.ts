/** The tfjs backend that does the arithmetic, with the plain cpu backend beneath it for the kernels that it lacks. */
import * as tf from '@tensorflow/tfjs-core';
import {
  BACKENDS,
  BackendAbsent,
  type BackendChoice,
  type BackendInfo,
  type BackendName,
} from '../wire/backend-names.ts';
import { KernelRefused, type Plan, type TensorDType } from '../wire/kernel.ts';
import type { Backend } from './backends/backend.ts';
import { cpu } from './backends/cpu.ts';
import { tensorflow } from './backends/tensorflow.ts';
import { wasmIn } from './backends/wasm.ts';
import { webgpuOn } from './backends/webgpu.ts';

let current: Backend = cpu;

/**
 * Makes a backend the one that all kernels of this process run on.
 * @throws BackendAbsent where it cannot start on this machine, saying what to install; Error if it should, and does not
 */
export async function startBackend(choice: BackendChoice, wasmFolder: string): Promise<BackendInfo> {
  tf.enableProdMode();
  const backends: Record<BackendName, Backend> = {
    tensorflow,
    webgpu: webgpuOn({ evenInSoftware: choice !== 'auto' }),
    wasm: wasmIn(wasmFolder),
    cpu,
  };
  if (choice !== 'auto') {
    const backend = backends[choice];
    if (!backend) throw new Error(`there is no backend ${choice}`);
    return begin(backend);
  }
  for (const name of BACKENDS) {
    const info = await begin(backends[name]).catch(() => null);
    if (info) return info;
  }
  throw new Error('no backend starts here');
}

async function begin(backend: Backend): Promise<BackendInfo> {
  try {
    const info = await backend.start();
    await tf.ready();
    current = backend;
    return info;
  } catch (error) {
    if (error instanceof BackendAbsent) throw new BackendAbsent(`${backend.name} does not start: ${error.message}`);
    throw error;
  }
}

/** So that what is timed does not wait for it. */
export const moveToDevice = (tensor: DeviceTensor): void => current.moveToDevice?.(tensor);

/** What the device complained of since this was last asked. */
export const takeDeviceFault = (): string | null => current.takeFault?.() ?? null;

/** A kernel has failed, and may have left anything behind. */
let isSpoilt = false;

/** Whether another submission may use it. */
export const isWhole = (): boolean => !isSpoilt && (current.isWhole?.() ?? true);

/**
 * Fetches what `runKernel` will compute with on the processor, where the backend cannot be read synchronously.
 * Undefined where nothing needs to be waited for.
 */
export function fetchForKernel(name: string, inputs: Record<string, tf.Tensor>, plan: Plan): Promise<void> | undefined {
  if (!current.readsAsynchronously) return;
  const needed = runsOnCpu(name, inputs, plan) ? Object.keys(inputs) : namesToCopy(name, inputs, plan);
  if (needed.length > 0) return Promise.all(needed.map((input) => inputs[input].data())).then(() => {});
}

function runsOnCpu(name: string, inputs: Record<string, tf.Tensor>, plan: Plan): boolean {
  const complex = name === 'Complex' || Object.values(inputs).some((input) => input.dtype === 'complex64');
  return complex || current.mustNotRun?.(name, inputs, plan) === true || !tf.getKernel(name, tf.getBackend());
}

/**
 * Runs a kernel as planned. A list kernel's inputs are named '0', '1', …
 * @param fellBack told of a kernel that the chosen backend lacks, or gets wrong, and that the cpu backend runs
 */
export function runKernel(
  name: string,
  inputs: Record<string, tf.Tensor>,
  plan: Plan,
  fellBack?: () => void,
): tf.Tensor[] {
  // tfjs makes wrongly sized buffers where there is nothing to compute.
  if (plan.outputs.every((output) => bytesOf(output) === 0)) {
    return plan.outputs.map(({ shape, dtype }) => tf.tensor([], [...shape], dtype as 'float32'));
  }
  const attrs = plan.attrs as unknown as tf.NamedAttrMap;
  const copies = namesToCopy(name, inputs, plan).map((input) => [input, copyOf(inputs[input])] as const);
  const given = copies.length === 0 ? inputs : { ...inputs, ...Object.fromEntries(copies) };
  const listed = ('0' in given ? Object.values(given) : given) as tf.NamedTensorMap;
  const elsewhere = runsOnCpu(name, inputs, plan);
  if (elsewhere && current.name !== 'cpu') fellBack?.();
  const outputs = elsewhere ? onCpu(name, listed, attrs) : runOn(tf.getBackend(), name, listed, attrs);
  const amended = elsewhere ? outputs : (current.amend?.(name, inputs, outputs) ?? outputs);
  for (const [, copy] of copies) copy.dispose();
  return amended;
}

/** Inputs that the kernel would write into, or that the wasm backend would mistake for what it has seen before. */
function namesToCopy(name: string, inputs: Record<string, tf.Tensor>, plan: Plan): string[] {
  if (plan.overwrites !== undefined) return [plan.overwrites];
  return tf.getBackend() === 'wasm' && isMatMul(name) && !remembered(inputs.b) ? ['b'] : [];
}

const isMatMul = (name: string) => name === 'BatchMatMul' || name === '_FusedMatMul';

/** Shapes in which a buffer has been the right-hand side of a product. */
const packedShapes = new WeakMap<object, string>();

/**
 * XNNPACK packs the right-hand side of a product once for each buffer, whatever its shape, so a reshape of it would be
 * multiplied wrongly, or outside its memory. True if this buffer has had no other shape.
 */
function remembered(b: tf.Tensor): boolean {
  const shape = String(b.shape);
  const before = packedShapes.get(b.dataId) ?? shape;
  packedShapes.set(b.dataId, before);
  return before === shape;
}

function copyOf(x: tf.Tensor): tf.Tensor {
  return tf.tensor(x.dataSync().slice(), x.shape, x.dtype as 'float32');
}

/** Not by the engine's own `runKernel`, which looks after tapes and profiles that there are none of. */
function runOn(backendName: string, name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor[] {
  const kernel = tf.getKernel(name, backendName);
  if (!kernel) throw new Error(`neither ${tf.getBackend()} nor cpu implements ${name}`);
  const backend = tf.findBackend(backendName);
  const outputs = sound(() =>
    kernel.kernelFunc({ inputs: inputs as unknown as tf.NamedTensorInfoMap, attrs, backend }),
  );
  return asList(outputs).map((info) =>
    info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info, backend),
  );
}

/** The cpu backend fetches the inputs from where they are, and the next kernel fetches the outputs from it. */
function onCpu(name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor[] {
  return runOn('cpu', name, inputs, attrs).map((tensor) => {
    if (tensor.dtype === 'complex64') return tensor;
    // Its Cast renames integers to floats and leaves them as they are; another backend would read their bits.
    const values = tensor.dataSync();
    if (values.constructor === arrayOf(tensor.dtype as TensorDType)) return tensor;
    const converted = tf.tensor(
      arrayOf(tensor.dtype as TensorDType).from(values as Float32Array),
      tensor.shape,
      tensor.dtype as 'float32',
    );
    tensor.dispose();
    return converted;
  });
}

function arrayOf(dtype: TensorDType): Float32ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor {
  return dtype === 'int32' ? Int32Array : dtype === 'bool' ? Uint8Array : Float32Array;
}

function asList<T>(outputs: T | T[]): T[] {
  return Array.isArray(outputs) ? outputs : [outputs];
}

export const BYTES_PER_VALUE: Record<TensorDType, number> = { float32: 4, int32: 4, bool: 1, complex64: 8 };

export function bytesOf({ shape, dtype }: { shape: readonly number[]; dtype: TensorDType }): number {
  return shape.reduce((product, size) => product * size, 1) * BYTES_PER_VALUE[dtype];
}

/** @throws KernelRefused where there is no memory for it. A fault within WebAssembly ends this process: nothing in it can be relied on. */
function sound<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    isSpoilt = true;
    // As WebAssembly's own errors are named.
    if ((error as Error).name === 'RuntimeError') endHost(error as Error);
    if (error instanceof RangeError && /array (buffer allocation|length)|typed array/i.test(error.message))
      throw new KernelRefused('out of memory: there is no room for a tensor of this size');
    throw error;
  }
}

/** Whoever waits for it hears that it is gone, and why. */
export function endHost({ message }: Error): never {
  process.stderr.write(`Error: ${message}\n`);
  process.exit(70);
}

/** A tensor of these bytes. They are copied, so their alignment and later fate do not matter. @throws KernelRefused as kernels */
export function upload(bytes: Uint8Array, shape: number[], dtype: TensorDType): tf.Tensor {
  return sound(() => uploaded(bytes, shape, dtype));
}

function uploaded(bytes: Uint8Array, shape: number[], dtype: TensorDType): tf.Tensor {
  const copy = Uint8Array.from(bytes);
  if (dtype === 'bool')
    return tf.tensor(
      copy.map((value) => (value ? 1 : 0)),
      shape,
      dtype,
    );
  if (dtype === 'int32') return tf.tensor(new Int32Array(copy.buffer), shape, dtype);
  return tf.tensor(new Float32Array(copy.buffer), shape, dtype as 'float32');
}

export async function download(tensor: tf.Tensor): Promise<Uint8Array> {
  const values = await tensor.data();
  const array = arrayOf(tensor.dtype as TensorDType);
  const typed = values.constructor === array ? (values as Float32Array) : array.from(values as Float32Array);
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}

export type DeviceTensor = tf.Tensor;

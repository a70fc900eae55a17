/** A tfjs backend that computes nothing: every kernel is a message to the host, every tensor a handle there. */
import * as tf from '@tensorflow/tfjs-core';
import { type Attributes, KernelRefused, type TensorMeta } from '../host/kernel.ts';
import { kernels } from '../host/kernels/table.ts';
import type { WireDType } from '../protocol/messages.ts';
import { ask, post, postDisposal } from './channel.ts';

export interface RemoteData {
  handle: number;
  dtype: WireDType;
}

/** Kernels that give a list, be it of one; tfjs hands on a list as a list. */
const MANY_OUTPUTS: ReadonlySet<string> = new Set([tf.SplitV, tf.Unpack, tf.TopK, tf.Unique]);

const BYTES: Record<string, number> = { float32: 4, int32: 4, bool: 1, complex64: 8 };

class RemoteBackend extends tf.KernelBackend {
  readonly #refs = new Map<number, number>();
  #nextHandle = 1;

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const bytes = bytesOf(values, dtype);
    const handle = this.newHandle();
    post({ op: 'upload', handle, shape: [...shape], dtype: dtype as WireDType, bytes });
    return this.adopt(handle, dtype as WireDType);
  }

  newHandle(): number {
    return this.#nextHandle++;
  }

  /** A data id for a handle of the host. */
  adopt(handle: number, dtype: WireDType): RemoteData {
    this.#refs.set(handle, 1);
    return { handle, dtype };
  }

  override readSync(dataId: object): tf.BackendValues {
    const { handle, dtype } = dataId as RemoteData;
    return valuesOf(ask({ op: 'download', handle }), dtype);
  }

  override async read(dataId: object): Promise<tf.BackendValues> {
    return this.readSync(dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    const { handle } = dataId as RemoteData;
    const refs = (this.#refs.get(handle) ?? 1) - 1;
    this.#refs.set(handle, refs);
    if (!force && refs > 0) return false;
    this.#refs.delete(handle);
    postDisposal(handle);
    return true;
  }

  override incRef(dataId: object): void {
    const { handle } = dataId as RemoteData;
    this.#refs.set(handle, (this.#refs.get(handle) ?? 0) + 1);
  }

  override refCount(dataId: object): number {
    return this.#refs.get((dataId as RemoteData).handle) ?? 0;
  }

  override numDataIds(): number {
    return this.#refs.size;
  }

  override memory() {
    return { unreliable: false };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}
}

export const backend = new RemoteBackend();

/** Makes `remote` the backend of this process, with every kernel that tfjs knows by name; the host says which it runs. */
export function registerRemoteBackend(): void {
  tf.registerBackend('remote', () => backend);
  for (const [name, value] of Object.entries(tf)) {
    if (name !== value) continue;
    tf.registerKernel({ kernelName: name, backendName: 'remote', kernelFunc: (call) => runRemotely(name, call) });
  }
  tf.setBackend('remote');
}

function runRemotely(
  name: string,
  { inputs, attrs }: { inputs: tf.NamedTensorInfoMap; attrs?: tf.NamedAttrMap },
): tf.TensorInfo | tf.TensorInfo[] {
  const plan = kernels.get(name);
  if (!plan) throw new KernelRefused(`the operation ${name} is not available in this course`);
  const present = Object.keys(inputs).filter((key) => inputs[key]);
  const metas: Record<string, TensorMeta> = {};
  for (const key of present) metas[key] = inputs[key] as TensorMeta;
  const sent = plain(attrs);
  // Refused here, at the learner's own line; the host, which trusts nobody, plans again.
  const { outputs } = plan(metas, sent as Attributes);
  const handles: Record<string, number> = {};
  for (const key of present) handles[key] = liveHandleOf(inputs[key] as tf.TensorInfo);
  const infos = outputs.map(({ shape, dtype }) => ({
    dataId: backend.adopt(backend.newHandle(), dtype),
    shape: [...shape],
    dtype,
  }));
  post({ op: 'kernel', name, inputs: handles, attrs: sent, outputs: infos.map(handleOf) });
  return MANY_OUTPUTS.has(name) ? infos : infos[0];
}

const handleOf = ({ dataId }: { dataId: object }): number => (dataId as RemoteData).handle;

/** Said here, at the learner's own line; the host would say it later. An input is the host's to keep. */
function liveHandleOf(info: { dataId: object }): number {
  const handle = handleOf(info);
  if (handle > 0 && backend.refCount(info.dataId) === 0) throw new Error('this tensor has been disposed');
  return handle;
}

/** Attributes as MessagePack takes them: typed arrays as arrays, nothing undefined. */
function plain(attrs: tf.NamedAttrMap = {}): Record<string, unknown> {
  const sent: Record<string, unknown> = {};
  for (const key of Object.keys(attrs)) {
    const value: unknown = attrs[key];
    if (value !== undefined) sent[key] = ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
  }
  return sent;
}

function bytesOf(values: tf.BackendValues, dtype: tf.DataType): Uint8Array {
  if (!(dtype in BYTES)) throw new Error(`${dtype} tensors are not part of this course`);
  const view =
    dtype === 'int32'
      ? Int32Array.from(values as Int32Array)
      : dtype === 'bool'
        ? Uint8Array.from(values as Uint8Array)
        : Float32Array.from(values as Float32Array);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function valuesOf(bytes: Uint8Array, dtype: WireDType): tf.BackendValues {
  const copy = Uint8Array.from(bytes);
  if (dtype === 'int32') return new Int32Array(copy.buffer);
  if (dtype === 'bool') return copy;
  return new Float32Array(copy.buffer);
}

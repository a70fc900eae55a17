/** A tfjs backend that computes nothing: every kernel is a message to the host, every tensor a handle there. */
import * as tf from '@tensorflow/tfjs-core';
import { type Attributes, type TensorMeta, unknownKernel } from '../wire/kernel.ts';
import { kernels } from '../wire/kernels/table.ts';
import { requireRoom, SESSION_LIMITS } from '../wire/limits.ts';
import type { WireDType } from '../wire/messages.ts';
import { ask, post, postDisposal } from './channel.ts';
import { calledFrom, rememberMade } from './trace.ts';

/** What a tensor and its views share on the host, where it is paid for once. */
interface Shared {
  readonly bytes: number;
  users: number;
  readonly account: Account;
}

/** What is in use, as the host counts it: to say at the learner's own line what the host would refuse later. */
interface Account {
  tensors: number;
  bytes: number;
}

export interface RemoteData {
  readonly handle: number;
  readonly dtype: WireDType;
  refs: number;
  /** None once it is given back. */
  shared: Shared | null;
}

/** Kernels that give a list, be it of one; tfjs hands on a list as a list. */
const MANY_OUTPUTS: ReadonlySet<string> = new Set([tf.SplitV, tf.Unpack, tf.TopK, tf.Unique]);

const BYTES: Record<string, number> = { float32: 4, int32: 4, bool: 1, complex64: 8 };

function sizeInBytes({ shape, dtype }: TensorMeta): number {
  let bytes = BYTES[dtype];
  for (const size of shape) bytes *= size;
  return bytes;
}

class RemoteBackend extends tf.KernelBackend {
  #inUse: Account = { tensors: 0, bytes: 0 };
  #nextHandle = 1;

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const bytes = bytesOf(values, dtype);
    const meta = { shape: [...shape], dtype: dtype as WireDType };
    this.reserve([meta]);
    const data = this.make(meta);
    post({ op: 'upload', handle: data.handle, ...meta, bytes, ...calledFrom() });
    return data;
  }

  /** The host has freed all that there is. */
  startAnew(): void {
    this.#inUse = { tensors: 0, bytes: 0 };
  }

  /** @throws KernelRefused if there is no room for these */
  reserve(metas: readonly TensorMeta[]): void {
    let bytes = 0;
    for (const meta of metas) bytes += sizeInBytes(meta);
    requireRoom(bytes, this.#inUse, SESSION_LIMITS.memoryBytes);
  }

  /** A data id for what the host is about to make. */
  make(meta: TensorMeta): RemoteData {
    const bytes = sizeInBytes(meta);
    this.#inUse.bytes += bytes;
    return this.#adopt(this.#nextHandle++, meta.dtype, this.#unshared(bytes));
  }

  /** One for a view of a tensor. */
  makeView({ shared }: RemoteData, dtype: WireDType): RemoteData {
    return this.#adopt(this.#nextHandle++, dtype, shared ?? this.#unshared(0));
  }

  /** One for an input, which is the grader's: it costs the submission nothing. */
  input(handle: number, dtype: WireDType): RemoteData {
    return this.#adopt(handle, dtype, this.#unshared(0));
  }

  #unshared(bytes: number): Shared {
    return { bytes, users: 0, account: this.#inUse };
  }

  #adopt(handle: number, dtype: WireDType, shared: Shared): RemoteData {
    shared.users++;
    shared.account.tensors++;
    return { handle, dtype, refs: 1, shared };
  }

  /** The host has freed it, or will. */
  giveBack(data: RemoteData): void {
    if (!data.shared) return;
    const { account, bytes } = data.shared;
    account.tensors--;
    if (--data.shared.users === 0) account.bytes -= bytes;
    data.shared = null;
  }

  override readSync(dataId: object): tf.BackendValues {
    const { handle, dtype } = dataId as RemoteData;
    return valuesOf(ask({ op: 'download', handle }), dtype);
  }

  override async read(dataId: object): Promise<tf.BackendValues> {
    return this.readSync(dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    const data = dataId as RemoteData;
    data.refs--;
    if (!force && data.refs > 0) return false;
    data.refs = 0;
    this.giveBack(data);
    postDisposal(data.handle);
    return true;
  }

  override incRef(dataId: object): void {
    (dataId as RemoteData).refs++;
  }

  override refCount(dataId: object): number {
    return (dataId as RemoteData).refs;
  }

  override numDataIds(): number {
    return this.#inUse.tensors;
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
  if (!plan) throw unknownKernel(name);
  const present = Object.keys(inputs).filter((key) => inputs[key]);
  const metas: Record<string, TensorMeta> = {};
  for (const key of present) metas[key] = inputs[key] as TensorMeta;
  const sent = plain(attrs);
  // Refused here, at the learner's own line; the host, which trusts nobody, plans again.
  const { outputs, view } = plan(metas, sent as Attributes);
  const handles: Record<string, number> = {};
  for (const key of present) handles[key] = liveHandleOf(inputs[key] as tf.TensorInfo);
  const seen = view ? dataOf(inputs[present[0]]) : null;
  if (!view) backend.reserve(outputs);
  const infos: tf.TensorInfo[] = [];
  for (const meta of outputs) {
    const dataId = seen ? backend.makeView(seen, meta.dtype) : backend.make(meta);
    infos.push({ dataId, shape: [...meta.shape], dtype: meta.dtype });
  }
  const from = calledFrom();
  for (const { dataId } of infos) rememberMade(dataId, from);
  post({ op: 'kernel', name, inputs: handles, attrs: sent, outputs: infos.map(handleOf), ...from });
  return MANY_OUTPUTS.has(name) ? infos : infos[0];
}

const dataOf = (info: { dataId: object } | undefined) => info?.dataId as RemoteData;
const handleOf = (info: { dataId: object }): number => dataOf(info).handle;

/** Said here, at the learner's own line; the host would say it later. An input is the host's to keep. */
function liveHandleOf(info: { dataId: object }): number {
  const { handle, refs } = dataOf(info);
  if (handle > 0 && refs === 0) throw new Error('this tensor has been disposed');
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

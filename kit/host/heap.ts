/** The tensors of one sandbox, by handle. A handle of another sandbox, a freed one or a guessed one is none of its own. */

import { KernelRefused, type TensorMeta } from '../wire/kernel.ts';
import { requireRoom } from '../wire/limits.ts';
import { bytesOf, type DeviceTensor } from './backend.ts';
import type { Meter } from './meter.ts';

interface Entry {
  tensor: DeviceTensor;
  meta: TensorMeta;
  /** An input belongs to the grader: the submission may neither free it nor pay for it. */
  input: boolean;
  /** The kernel that made it, or `upload`. */
  maker: string;
  buffer: Buffer;
}

/** What a tensor and its views share, and is paid for once. */
interface Buffer {
  users: number;
  bytes: number;
}

export class Heap {
  readonly #entries = new Map<number, Entry>();

  constructor(
    readonly meter: Meter,
    readonly limitBytes: number,
  ) {}

  /**
   * @param handle a new one, of the peer's choosing (positive) or the grader's (negative: an input)
   * @param meta what it is: a backend may tell its shape wrongly after a reshape of a complex tensor
   * @param viewOf the handle of the tensor that it is a view of. Not by what the backend shares: some share what others
   *   copy, and the count is to be the same on all
   */
  add(handle: number, tensor: DeviceTensor, meta: TensorMeta, maker = '', viewOf?: number): void {
    const input = handle < 0;
    const buffer = viewOf === undefined ? { users: 0, bytes: input ? 0 : bytesOf(meta) } : this.get(viewOf).buffer;
    if (buffer.users++ === 0 && !input) this.meter.allocated(buffer.bytes);
    this.#entries.set(handle, { tensor, meta, input, maker, buffer });
  }

  /** @throws KernelRefused for a handle that is not alive here */
  get(handle: number): Readonly<Entry> {
    const entry = this.#entries.get(handle);
    if (!entry)
      throw new KernelRefused('this tensor has been disposed (inputs live only as long as the call they came with)');
    return entry;
  }

  /** @throws KernelRefused for a handle that names a tensor already */
  requireNew(handle: number): void {
    if (this.#entries.has(handle)) throw new KernelRefused(`the handle ${handle} is taken`);
  }

  has(handle: number): boolean {
    return this.#entries.has(handle);
  }

  isInput(handle: number): boolean {
    return this.#entries.get(handle)?.input ?? false;
  }

  /** @throws KernelRefused if so many bytes more would not fit, or a tensor more, however small */
  reserve(bytes: number): void {
    requireRoom(bytes, { tensors: this.#entries.size, bytes: this.meter.liveBytes }, this.limitBytes);
  }

  free(handle: number): void {
    const entry = this.#entries.get(handle);
    if (!entry) return;
    this.#entries.delete(handle);
    if (--entry.buffer.users === 0) this.meter.freed(entry.buffer.bytes);
    entry.tensor.dispose();
  }

  handles(): number[] {
    return [...this.#entries.keys()];
  }

  freeAll(): void {
    for (const handle of this.handles()) this.free(handle);
  }
}

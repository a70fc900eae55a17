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
}

export class Heap {
  readonly #entries = new Map<number, Entry>();
  /** Tensors that share one buffer (a reshape and its source) are paid for once. */
  readonly #owners = new Map<object, { count: number; bytes: number }>();

  constructor(
    readonly meter: Meter,
    readonly limitBytes: number,
  ) {}

  /**
   * @param handle a new one, of the peer's choosing (positive) or the grader's (negative: an input)
   * @param meta what it is: a backend may tell its shape wrongly after a reshape of a complex tensor
   */
  add(handle: number, tensor: DeviceTensor, meta: TensorMeta, maker = ''): void {
    const input = handle < 0;
    this.#entries.set(handle, { tensor, meta, input, maker });
    const owner = this.#owners.get(tensor.dataId);
    if (owner) owner.count++;
    else {
      const bytes = input ? 0 : bytesOf(meta);
      this.#owners.set(tensor.dataId, { count: 1, bytes });
      if (!input) this.meter.allocated(bytes);
    }
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
    const owner = this.#owners.get(entry.tensor.dataId);
    if (owner && --owner.count === 0) {
      this.#owners.delete(entry.tensor.dataId);
      this.meter.freed(owner.bytes);
    }
    entry.tensor.dispose();
  }

  handles(): number[] {
    return [...this.#entries.keys()];
  }

  freeAll(): void {
    for (const handle of this.handles()) this.free(handle);
  }
}

import { createHmac } from 'node:crypto';
import seedrandom from 'seedrandom';
import { type DType, type NdArray, ndarray, sizeOf } from './ndarray.ts';

/** A seed that tells nothing about its parent: HMAC-SHA256, as hex. */
export function deriveSeed(parent: string, label: string): string {
  return createHmac('sha256', parent).update(label).digest('hex');
}

/** Seeded inputs. Floats are rounded to float32, so that the oracle and the submission see the very same numbers. */
export class Draw {
  readonly #random: seedrandom.PRNG;
  #spare: number | undefined;

  constructor(readonly seed: string) {
    this.#random = seedrandom(seed);
  }

  /** In [low, high). */
  number(low = 0, high = 1): number {
    return low + (high - low) * this.#random.double();
  }

  /** An integer, both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.#random.double() * (high - low + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)];
  }

  /** 0 … n−1 in random order. */
  permutation(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  normal(shape: readonly number[], options: { mean?: number; std?: number } = {}): NdArray {
    const { mean = 0, std = 1 } = options;
    return this.#fill(shape, 'float32', () => mean + std * this.#gaussian());
  }

  uniform(shape: readonly number[], low: number, high: number): NdArray {
    return this.#fill(shape, 'float32', () => this.number(low, high));
  }

  integers(shape: readonly number[], low: number, high: number, dtype: DType = 'int32'): NdArray {
    return this.#fill(shape, dtype, () => this.integer(low, high));
  }

  /** True with probability p. */
  mask(shape: readonly number[], p: number): NdArray {
    return this.#fill(shape, 'bool', () => (this.#random.double() < p ? 1 : 0));
  }

  #fill(shape: readonly number[], dtype: DType, next: () => number): NdArray {
    const data = new Float64Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = dtype === 'float32' ? Math.fround(next()) : next();
    return ndarray(shape, data, dtype);
  }

  /** Box and Muller 1958; they come in pairs. */
  #gaussian(): number {
    const spare = this.#spare;
    if (spare !== undefined) {
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random.quick()));
    const angle = 2 * Math.PI * this.#random.quick();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

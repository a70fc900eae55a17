/** Compares a result with what it should be. Every way of being wrong is told apart; NaN never passes for anything but NaN. */
import type { NdArray } from '../author/ndarray.ts';

export type Mismatch =
  | { kind: 'shape'; got: number[]; want: number[] }
  | { kind: 'dtype'; got: string; want: string }
  | {
      kind: 'values';
      /** NaN or Infinity where a number is expected is worse than any error, and says more. */
      sort: 'nan' | 'infinite' | 'finite' | 'sign-of-zero' | 'off';
      /** Where it is worst, and the first few places in order. */
      worst: Place;
      first: Place[];
      /** How many of the elements are wrong. */
      count: number;
      size: number;
    };

export interface Place {
  index: number[];
  got: number;
  want: number;
  /** |got − want|; Infinity where that is not a number. */
  error: number;
}

export interface CompareOptions {
  /** Largest |got − want| that passes. */
  tolerance: number;
  /** -0 and 0 are different. */
  strictZero?: boolean;
  /** dtypes must agree. */
  strictDType?: boolean;
}

const FIRST_PLACES = 3;

/** Null if `got` is `want`. */
export function compare(got: NdArray, want: NdArray, options: CompareOptions): Mismatch | null {
  if (got.shape.length !== want.shape.length || got.shape.some((size, axis) => size !== want.shape[axis])) {
    return { kind: 'shape', got: [...got.shape], want: [...want.shape] };
  }
  if (options.strictDType !== false && got.dtype !== want.dtype)
    return { kind: 'dtype', got: got.dtype, want: want.dtype };

  let count = 0;
  let worst: Bad | undefined;
  const first: Bad[] = [];
  for (let i = 0; i < want.data.length; i++) {
    const found = sortOf(got.data[i], want.data[i], options);
    if (!found) continue;
    count++;
    const bad = { i, ...found };
    if (first.length < FIRST_PLACES) first.push(bad);
    worst = worst ? worseOf(worst, bad) : bad;
  }
  if (!worst) return null;
  const place = ({ i, error }: Bad): Place => ({
    index: indexOf(i, want.shape),
    got: got.data[i],
    want: want.data[i],
    error,
  });
  return {
    kind: 'values',
    sort: worst.sort,
    worst: place(worst),
    first: first.map(place),
    count,
    size: want.data.length,
  };
}

/** The largest |got − want|: 0 where both are the same infinity or NaN, Infinity where only one is. Shapes must agree. */
export function largestError(got: NdArray, want: NdArray): number {
  let largest = 0;
  for (let i = 0; i < want.data.length; i++) largest = Math.max(largest, errorOf(got.data[i], want.data[i]));
  return largest;
}

export type Sort = Extract<Mismatch, { kind: 'values' }>['sort'];
const RANK: Record<Sort, number> = { 'sign-of-zero': 0, off: 1, finite: 2, infinite: 3, nan: 4 };

interface Wrong {
  sort: Sort;
  error: number;
}

type Bad = Wrong & { i: number };

/** The one that says more; of two alike, the first. */
export function worseOf<T extends Wrong>(a: T, b: T): T {
  return RANK[b.sort] > RANK[a.sort] || (b.sort === a.sort && b.error > a.error) ? b : a;
}

/** |got − want|: 0 for the same infinity or NaN, Infinity where that is not a number. */
export function errorOf(got: number, want: number): number {
  if (got === want || (Number.isNaN(got) && Number.isNaN(want))) return 0;
  const error = Math.abs(got - want);
  return Number.isNaN(error) ? Infinity : error;
}

/** How a number is wrong, if it is. */
export function sortOf(got: number, want: number, { tolerance, strictZero }: CompareOptions): Wrong | null {
  const error = errorOf(got, want);
  if (error === 0) return strictZero && !Object.is(got, want) ? { error, sort: 'sign-of-zero' } : null;
  if (Number.isNaN(got)) return { error, sort: 'nan' };
  if (!Number.isFinite(got)) return { error, sort: 'infinite' };
  if (!Number.isFinite(want)) return { error, sort: 'finite' };
  return error <= tolerance ? null : { error, sort: 'off' };
}

/** [b, h, t, …] of a flat position. */
export function indexOf(position: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1, rest = position; axis >= 0; axis--) {
    index[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}

/** Masks of bool, true where a query may attend to a key, that broadcast to [B,H,T,S]. */
import { type NdArray, ndarray } from './ndarray.ts';

/** At least the first key for every query; none for the first query where `emptyRow` is set. */
export function withSomeAllowed(mask: NdArray, emptyRow = false): NdArray {
  const S = mask.shape[mask.shape.length - 1];
  return ndarray(
    mask.shape,
    mask.data.map((allowed, i) => (emptyRow && i < S ? 0 : i % S === 0 ? 1 : allowed)),
    'bool',
  );
}

/** The last key is masked for every query. */
export function withoutLastKey(mask: NdArray): NdArray {
  const S = mask.shape[mask.shape.length - 1];
  return ndarray(
    mask.shape,
    mask.data.map((allowed, i) => (i % S === S - 1 ? 0 : allowed)),
    'bool',
  );
}

/** The [T][S] that sequence b and head h see of a mask. */
export function maskOfHead(mask: NdArray, [T, S]: [number, number], b: number, h: number): boolean[][] {
  const shape = [...Array<number>(4 - mask.shape.length).fill(1), ...mask.shape];
  const along = (axis: number, i: number) => (shape[axis] === 1 ? 0 : i);
  const head = along(0, b) * shape[1] + along(1, h);
  return Array.from({ length: T }, (_, t) =>
    Array.from({ length: S }, (_, s) => mask.data[(head * shape[2] + along(2, t)) * shape[3] + along(3, s)] === 1),
  );
}

/** The [H][T][S] that sequence b sees of a mask. */
export function maskOfSequence(mask: NdArray, [H, T, S]: [number, number, number], b: number): boolean[][][] {
  return Array.from({ length: H }, (_, h) => maskOfHead(mask, [T, S], b, h));
}

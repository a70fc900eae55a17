/** What stands around the attention in a layer: projections as torch stores them, norms, rotations. */
import { type NdArray, ndarray } from './ndarray.ts';
import { rearrange } from './rearrange.ts';

/** x Wᵀ + b over the last axis, as torch's nn.Linear. @param weight [out, in] @param bias [out] */
export function linear(x: NdArray, weight: NdArray, bias?: NdArray): NdArray {
  const [O, I] = weight.shape;
  if (x.shape.at(-1) !== I)
    throw new RangeError(`linear: x [${x.shape}] does not end in the ${I} of weight [${O},${I}]`);
  const rows = x.data.length / I;
  const out = new Float64Array(rows * O);
  for (let row = 0; row < rows; row++)
    for (let o = 0; o < O; o++) {
      let sum = bias?.data[o] ?? 0;
      for (let i = 0; i < I; i++) sum += x.data[row * I + i] * weight.data[o * I + i];
      out[row * O + o] = sum;
    }
  return ndarray([...x.shape.slice(0, -1), O], out);
}

/** [B, T, M] projected and split into heads of D: [B, heads, T, D]. */
export function projectHeads(x_BTM: NdArray, weight: NdArray, bias: NdArray | undefined, D: number): NdArray {
  return rearrange(linear(x_BTM, weight, bias), 'b t (h d) -> b h t d', { d: D });
}

/** [N][N] with ones on the diagonal: as values, it makes an attention's output its weights. */
export function identity(N: number): NdArray {
  return ndarray(
    [N, N],
    Float64Array.from({ length: N * N }, (_, i) => (i % (N + 1) === 0 ? 1 : 0)),
  );
}

export function scaled(x: NdArray, factor: number): NdArray {
  return ndarray(
    x.shape,
    x.data.map((value) => value * factor),
    x.dtype,
  );
}

/** Every row over its root mean square, times the weight. @param weight [M] */
export function rmsNorm(x: NdArray, weight: NdArray | undefined, eps: number): NdArray {
  const M = x.shape[x.shape.length - 1];
  const out = x.data.map((value, i) => {
    const row = x.data.subarray(i - (i % M), i - (i % M) + M);
    const meanSquare = row.reduce((sum, other) => sum + other * other, 0) / M;
    return (value / Math.sqrt(meanSquare + eps)) * (weight?.data[i % M] ?? 1);
  });
  return ndarray(x.shape, out);
}

/** Angles as cosines and sines [T][R/2]. */
export interface Rotation {
  cos: ArrayLike<number>;
  sin: ArrayLike<number>;
}

export function rotationAt(positions: ArrayLike<number>, R: number, base: number): Rotation {
  const angles = Array.from(positions).flatMap((position) =>
    Array.from({ length: R / 2 }, (_, i) => position * base ** ((-2 * i) / R)),
  );
  return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
}

/** x [..., T, R] turned, pair by pair; every leading index by the same angles. */
export function rotate(x: NdArray, { cos, sin }: Rotation, pairing: 'half' | 'interleaved'): NdArray {
  const [T, R] = x.shape.slice(-2);
  const out = new Float64Array(x.data.length);
  for (let row = 0; row < x.data.length / R; row++)
    for (let i = 0; i < R / 2; i++) {
      const [first, second] = pairing === 'half' ? [i, i + R / 2] : [2 * i, 2 * i + 1];
      const [a, b] = [x.data[row * R + first], x.data[row * R + second]];
      const angle = (row % T) * (R / 2) + i;
      out[row * R + first] = a * cos[angle] - b * sin[angle];
      out[row * R + second] = a * sin[angle] + b * cos[angle];
    }
  return ndarray(x.shape, out);
}

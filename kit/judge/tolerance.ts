/**
 * How far a right answer may be from the float64 oracle.
 *
 * Not guessed: float32 arithmetic gives the exact result of slightly different inputs, so the inputs are moved by one
 * unit in the last place, several times at random, to see how far the oracle moves. A sum of n terms rounds about √n
 * times more. The larger of both effects, times a factor that leaves room for other orders of evaluation, is the tolerance.
 */

import type { Draw } from '../author/draw.ts';
import { mapLeaves, type NdArray, type TensorTree } from '../author/ndarray.ts';
import { largestError } from './compare.ts';

interface Rounding {
  /** The longest sum in the mechanism. */
  reduction: number;
  factor?: number;
  /**
   * For gradients: a small one is the difference of terms as large as the largest, since softmax's backward pass takes
   * the mean gradient off each, and rounds with them.
   */
  sharedScale?: boolean;
}

export interface Tolerance {
  /** Largest |got − want| that passes. */
  abs: number;
  /** How the number came about. */
  because: string;
}

/** Room for another order of evaluation, and for kernels that round a little worse than they could. */
export const DEFAULT_FACTOR = 16;
const PERTURBATIONS = 4;
const EPSILON = 2 ** -24;

/** @param outputs what the oracle gives for these inputs, where that is known */
export function deriveTolerances(
  oracle: (inputs: TensorTree) => Record<string, NdArray>,
  inputs: TensorTree,
  options: Rounding & { draw: Draw; outputs?: Record<string, NdArray>; perturbations?: number },
): Record<string, Tolerance> {
  const { factor = DEFAULT_FACTOR } = options;
  const outputs = options.outputs ?? oracle(inputs);
  const moved = Object.fromEntries(Object.keys(outputs).map((name) => [name, 0]));
  for (let i = 0; i < (options.perturbations ?? PERTURBATIONS); i++) {
    const nearby = oracle(mapLeaves(inputs, (x) => byOneUlp(x, options.draw)));
    for (const [name, want] of Object.entries(outputs))
      moved[name] = Math.max(moved[name], largestError(nearby[name], want));
  }
  const sums = roundingOfSums(outputs, options);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, want]) => {
      const sum = sums[name];
      const abs = want.dtype === 'float32' ? factor * (moved[name] + sum) : 0;
      const because =
        want.dtype === 'float32'
          ? `${factor} × (${short(moved[name])} for one ulp in the inputs + ${short(sum)} for sums of ${options.reduction} terms)`
          : `${want.dtype} is exact`;
      return [name, { abs: rounded(abs), because }];
    }),
  );
}

/** What `deriveTolerances` gives at the least, however little the inputs' last digits matter: known without the oracle. */
export function leastTolerances(outputs: Record<string, NdArray>, options: Rounding): Record<string, number> {
  const { factor = DEFAULT_FACTOR } = options;
  const sums = Object.entries(roundingOfSums(outputs, options));
  return Object.fromEntries(
    sums.map(([name, sum]) => [name, outputs[name].dtype === 'float32' ? rounded(factor * sum) : 0]),
  );
}

function roundingOfSums(outputs: Record<string, NdArray>, { reduction, sharedScale }: Rounding) {
  const ofAll = sharedScale ? Math.max(...Object.values(outputs).map(largest)) : null;
  return Object.fromEntries(
    Object.entries(outputs).map(([name, want]) => [name, EPSILON * Math.sqrt(reduction) * (ofAll ?? largest(want))]),
  );
}

/** Each value of a float32 tensor moved up or down to its neighbour in float32, at random. */
export function byOneUlp(x: NdArray, draw: Draw): NdArray {
  if (x.dtype !== 'float32') return x;
  return { ...x, data: x.data.map((value) => neighbour(value, draw.number() < 0.5)) };
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** The next float32 away from zero, or towards it. Zero and what is not finite stay. */
function neighbour(value: number, away: boolean): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  float[0] = value;
  bits[0] += away ? 1 : -1;
  return Number.isFinite(float[0]) ? float[0] : value;
}

/** The largest finite magnitude; 1 if there is none, so that a tolerance is never nothing. */
function largest({ data }: NdArray): number {
  let max = 0;
  for (const value of data) if (Number.isFinite(value)) max = Math.max(max, Math.abs(value));
  return max || 1;
}

/** To six digits, as fixtures hold it. */
const rounded = (abs: number) => Number(abs.toPrecision(6));

const short = (value: number) => value.toExponential(1);

/** Gradients of a float64 oracle, by central differences: no second piece of mathematics that could be wrong. */
import { leaves, type NdArray, ndarray, type TensorTree } from '../author/ndarray.ts';

/** Truncation goes with h⁴ after one Richardson step, rounding with 1e-16/h: about 1e-11 of the function's size is left. */
const STEP = 1e-3;
/** A slope that half the step changes by more: the function bends within the step, as a norm does near zero. */
const MOST_BENT = 1e-5;
const SHORTER = 1 / 8;
const SHORTEST = 1e-6;

/** d loss / d every float32 input, by the input's dotted name. The loss must be smooth around the inputs. */
export function gradients(loss: (inputs: TensorTree) => number, inputs: TensorTree): Record<string, NdArray> {
  return differentiate(loss, inputs, richardson);
}

function richardson(slope: (h: number) => number, h: number): number {
  const [whole, half] = [slope(h), slope(h / 2)];
  const isBent = Math.abs(half - whole) > MOST_BENT * Math.max(1, Math.abs(half));
  return isBent && h > SHORTEST ? richardson(slope, h * SHORTER) : (4 * half - whole) / 3;
}

/** The same to about 1e-6, at half the cost: enough to see how far gradients move, not where they are. */
export function roughGradients(loss: (inputs: TensorTree) => number, inputs: TensorTree): Record<string, NdArray> {
  return differentiate(loss, inputs, (slope, h) => slope(h));
}

function differentiate(
  loss: (inputs: TensorTree) => number,
  inputs: TensorTree,
  estimate: (slope: (h: number) => number, h: number) => number,
): Record<string, NdArray> {
  const result: Record<string, NdArray> = {};
  for (const [name, x] of leaves(inputs)) {
    if (x.dtype !== 'float32') continue;
    const gradient = x.data.map((value, i) => {
      // A score of -Infinity stays where it is, however it is nudged.
      if (!Number.isFinite(value)) return 0;
      const at = (moved: number) => {
        x.data[i] = moved;
        return loss(inputs);
      };
      const slope = (h: number) => (at(value + h) - at(value - h)) / (2 * h);
      const found = estimate(slope, STEP * Math.max(1, Math.abs(value)));
      x.data[i] = value;
      return found;
    });
    result[name] = ndarray(x.shape, gradient);
  }
  return result;
}

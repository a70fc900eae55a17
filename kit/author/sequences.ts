/** What the graders share whose oracle takes one sequence: the batch put together, tokens cut out, weights in an object. */
import type { Draw } from './draw.ts';
import { at, fromNested, type NdArray, type Nested, stack } from './ndarray.ts';

/** What an oracle of one sequence gives, for all of them: each output gets the batch as its first axis. */
export function eachSequence(B: number, sequence: (b: number) => Record<string, Nested>): Record<string, NdArray> {
  const results = Array.from({ length: B }, (_, b) => sequence(b));
  const together = (name: string) => fromNested(results.map((result) => result[name]));
  return Object.fromEntries(Object.keys(results[0]).map((name) => [name, together(name)]));
}

/** Tokens `from` … `to` − 1 of every sequence in [B, T, …]. */
export function tokensOf(x: NdArray, from: number, to: number): NdArray {
  return stack([x.shape[0], to - from], (b, t) => at(x, b, from + t));
}

/**
 * A weight that keeps the scale: x @ w has a standard deviation of `spread` where x has one of 1.
 *
 * @param shape [in, out], with leading axes for a matrix per head
 */
export function drawWeight(draw: Draw, shape: readonly number[], spread = 1): NdArray {
  return draw.normal(shape, { std: spread / Math.sqrt(shape[shape.length - 2]) });
}

/** Weights as an oracle takes them, under the same names. */
export function nestedWeights(weights: Record<string, NdArray>): Record<string, Nested> {
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, at(weight)]));
}

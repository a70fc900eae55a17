/** What the graders of attention exercises share: queries, keys, values and masks, and the oracle's heads put together. */
import { shapeOf } from './axes.ts';
import type { Draw } from './draw.ts';
import type { View } from './grader.ts';
import { withSomeAllowed } from './masks.ts';
import { at, identity, mapped, type NdArray, type Nested, stack } from './ndarray.ts';

/** The options of a case that say how its inputs are drawn, and what may be seen. */
export interface AttentionCase {
  /** Shape of a random mask; its first query row is empty where `emptyRow` is set. */
  mask?: number[];
  emptyRow?: boolean;
  causal?: boolean;
  /** Standard deviation of queries and keys, default 2. Less for gradients, which vanish where a softmax saturates. */
  spread?: number;
  /** Queries are stretched until the largest logit is this far from zero. */
  logits?: number;
}

export interface AttentionInputs {
  [name: string]: NdArray;
  q: NdArray;
  k: NdArray;
  v: NdArray;
}

/** Twice the usual: with 1, a softmax is so even that the mean of the values nearly passes. */
const SPREAD = 2;

/**
 * Queries, keys, values, and a mask where the case has one.
 *
 * Large logits lie so far apart that one key takes all, whichever are visible and whatever the scale: what is judged is
 * that nothing overflows. With `causal`, some query's largest logit lies in its future, so that whoever looks there gets
 * another answer.
 *
 * @param axes of each; one with G in place of H has a head per group
 * @param options apart: whether large logits are drawn again until they lie apart
 */
export function drawAttention(
  draw: Draw,
  c: AttentionCase & object,
  axes: { q: string; k: string; v: string },
  { apart = true }: { apart?: boolean } = {},
): AttentionInputs & { mask?: NdArray } {
  const { spread = SPREAD, logits } = c;
  let q: NdArray;
  let k: NdArray;
  let drawAgain: boolean;
  do {
    q = draw.normal(shapeOf(axes.q, c), { std: spread });
    k = draw.normal(shapeOf(axes.k, c), { std: spread });
    if (logits) q = stretchedTo(logits, q, k);
    drawAgain = logits !== undefined && apart && !(areApart(q, k) && (!c.causal || futureIsLargest(q, k)));
  } while (drawAgain);
  const v = draw.normal(shapeOf(axes.v, c));
  const mask = c.mask && withSomeAllowed(draw.mask(c.mask, 0.6), c.emptyRow);
  return { q, k, v, ...(mask && { mask }) };
}

/** q·k/√D for q [B,H,T,D] and k [B,G,S,D], where head h reads group ⌊h·G/H⌋: a row of S for each query of each head. */
export function logitsOf(q: NdArray, k: NdArray): number[][] {
  const [, H, T, D] = q.shape;
  const [, G, S] = k.shape;
  return Array.from({ length: q.data.length / D }, (_, row) => {
    const head = Math.floor(row / T);
    const group = Math.floor(head / H) * G + Math.floor(((head % H) * G) / H);
    return Array.from({ length: S }, (_, s) => {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += q.data[row * D + d] * k.data[(group * S + s) * D + d];
      return sum / Math.sqrt(D);
    });
  });
}

/** Queries times a number, so that the largest |logit| is `logits`. */
export function stretchedTo(logits: number, q: NdArray, k: NdArray): NdArray {
  const largest = logitsOf(q, k).reduce((max, row) => Math.max(max, ...row.map(Math.abs)), 0);
  return mapped(q, (value) => Math.fround((value * logits) / largest));
}

/** e^−30 is nothing beside 1 in float32. */
const APART = 30;

function areApart(q: NdArray, k: NdArray): boolean {
  return logitsOf(q, k).every((row) => {
    const sorted = [...row].sort((a, b) => a - b);
    return sorted.every((logit, i) => i === 0 || logit - sorted[i - 1] > APART);
  });
}

function futureIsLargest(q: NdArray, k: NdArray): boolean {
  const [T, S] = [q.shape[2], k.shape[2]];
  return logitsOf(q, k).some((row, i) => row.indexOf(Math.max(...row)) > (i % T) + S - T);
}

/** What an oracle of one head gives, for all batches and heads: [B, H, …]. */
export function eachHead({ B, H }: { B: number; H: number }, head: (b: number, h: number) => Nested): NdArray {
  return stack([B, H], head);
}

/** `x` with the places along `axis` in another order. */
export function permuted(x: NdArray, axis: number, order: readonly number[]): NdArray {
  const leading = [...x.shape.slice(0, axis), order.length];
  return stack(leading, (...index) => at(x, ...index.slice(0, -1), order[index[axis]]), x.dtype);
}

/** Attention whose values are the identity returns its weights. @param params a case of an exercise with values `v` of V = S */
export function weightsView<Case extends { B: number; S: number }>(
  params: Case,
  heads: 'H' | 'G' = 'H',
): View<Case, AttentionInputs> {
  return {
    params,
    inputs: (x, c) => ({ ...x, v: identity([c.B, (c as Record<string, unknown>)[heads] as number], c.S) }),
    as: 'weights_BHTS',
  };
}

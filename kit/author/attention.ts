/** What the graders of attention exercises share: queries, keys, values and masks, and the oracle's heads put together. */
import { shapeOf } from './axes.ts';
import type { Draw } from './draw.ts';
import type { View } from './grader.ts';
import { withoutLastKey, withSomeAllowed } from './masks.ts';
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
  /**
   * Every logit lies near this number, −30 000 say, but for those of the last key, which lie near 0. Where that key is
   * masked, only a mask that is low enough hides it. It is masked for every query if the case has a mask.
   */
  visibleLogits?: number;
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
 * @param options apart: whether large logits are drawn again until they lie apart; outliers: the keys whose logits lie near
 * 0 where `visibleLogits` is set, counted from the end where negative
 */
export function drawAttention(
  draw: Draw,
  c: AttentionCase & object,
  axes: { q: string; k: string; v: string },
  { apart = true, outliers = [-1] }: { apart?: boolean; outliers?: number[] } = {},
): AttentionInputs & { mask?: NdArray } {
  const { spread = SPREAD, logits, visibleLogits } = c;
  if (visibleLogits !== undefined) {
    const low = drawLowLogits(draw, shapeOf(axes.q, c), shapeOf(axes.k, c), visibleLogits, outliers);
    const mask = c.mask && withoutLastKey(withSomeAllowed(draw.mask(c.mask, 0.6), c.emptyRow));
    return { ...low, v: draw.normal(shapeOf(axes.v, c)), ...(mask && { mask }) };
  }
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

/** Logits of neighbours, in order, lie this far apart, as a share of the whole: one key takes all, but float32 tells them apart. */
const STEP = 0.01;

/**
 * Queries along one direction and keys against it: q·k/√D is near `logits` for every pair, a step lower for each further
 * key in a random order, and near 0 for the outliers.
 */
function drawLowLogits(
  draw: Draw,
  [B, H, T, D]: number[],
  [, G, S]: number[],
  logits: number,
  outliers: number[],
): { q: NdArray; k: NdArray } {
  const length = Math.sqrt(-logits * Math.sqrt(D));
  const q = draw.normal([B, H, T, D], { std: 0.1 });
  const k = draw.normal([B, G, S, D], { std: 0.1 });
  const isOutlier = (s: number) => outliers.some((at) => at === s || at + S === s);
  for (let group = 0; group < B * G; group++) {
    const drawn = draw.normal([D]).data;
    const norm = Math.hypot(...drawn);
    const along = Array.from(drawn, (value) => (length * value) / norm);
    const order = draw.permutation(S);
    const add = (x: NdArray, row: number, factor: number) => {
      for (let d = 0; d < D; d++) x.data[row * D + d] = Math.fround(x.data[row * D + d] + factor * along[d]);
    };
    for (let row = 0; row < (H / G) * T; row++) add(q, group * (H / G) * T + row, 1);
    for (let s = 0; s < S; s++) if (!isOutlier(s)) add(k, group * S + s, -(1 + STEP * order[s]));
  }
  return { q, k };
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

import { permuted } from '../../kit/author/attention.ts';
import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { maskOfSequence, withoutLastKey, withSomeAllowed } from '../../kit/author/masks.ts';
import { at, type NdArray, stack } from '../../kit/author/ndarray.ts';
import { refusals } from '../../kit/author/refusals.ts';

interface Case {
  B: number;
  T: number;
  /** Model width and heads: D = M / H. */
  M: number;
  H: number;
  /** Length of the context; without it, x attends to itself. */
  S?: number;
  /** Which of bq, bk, bv, bo are given. */
  biases?: string[];
  /** Shape of a random mask; its first query row is empty where `emptyRow` is set. */
  mask?: number[];
  emptyRow?: boolean;
  causal?: boolean;
  /** Standard deviation of the scores, default 2. Less for gradients, which vanish where a softmax saturates. */
  spread?: number;
  /** Whole numbers, with logits up to some 10 000: the products are exact, and only the softmax is judged. */
  large?: boolean;
  /**
   * Every logit lies near this number, −30 000 say. With a mask or causal those of the last key lie near 0; a mask
   * hides it from every query.
   */
  visibleLogits?: number;
}

interface Weights {
  [name: string]: NdArray;
  wq: NdArray;
  wk: NdArray;
  wv: NdArray;
  wo: NdArray;
}

export default defineGrader({
  inputs(draw, c: Case) {
    const { B, T, M, S } = c;
    const x = c.large ? wholeNumbers(draw, [B, T, M], 3) : draw.normal([B, T, M]);
    const context = S === undefined ? undefined : draw.normal([B, S, M]);
    const isLow = c.visibleLogits !== undefined;
    const random = c.mask && withSomeAllowed(draw.mask(c.mask, 0.6), c.emptyRow);
    const mask = random && isLow ? withoutLastKey(random) : random;
    const weights = drawWeights(draw, isLow ? { ...c, spread: 0.01 } : c);
    if (isLow) lowerLogits(c, x, context ?? x, weights);
    return { x, weights, ...(context && { context }), ...(mask && { mask }) };
  },

  run: (f, x, { H, causal }) =>
    f.multiHeadAttention(x.x, x.weights, { heads: H, context_BSM: x.context, mask: x.mask, causal }),

  expected: (oracle, x, c) => {
    const weights = Object.fromEntries(Object.entries(x.weights).map(([name, w]) => [name, at(w)]));
    return stack([c.B], (b) =>
      oracle.multiHeadAttention(at(x.x, b), weights, {
        heads: c.H,
        context: x.context && at(x.context, b),
        mask: x.mask && maskOfSequence(x.mask, [c.H, c.T, c.S ?? c.T], b),
        causal: c.causal,
      }),
    );
  },

  // A score sums over D products of sums over M.
  reduction: ({ T, S = T, M }) => 2 * M + S,

  properties: {
    headOrder: {
      sizes: { T: [1, 4], H: [1, 4], D: [1, 3] },
      also: ({ T, H, D }) => ({ B: 1, T, H, M: H * D, biases: ['bq', 'bv', 'bo'] }),
      holds(c, { f, inputs, draw, same }) {
        const { x, weights } = inputs(c);
        const order = draw.permutation(c.H);
        const columns = ['wq', 'wk', 'wv'].map((name) => [name, blocksMoved(weights[name], 1, order)]);
        const rows = ['bq', 'bv', 'wo'].map((name) => [name, blocksMoved(weights[name], 0, order)]);
        const moved = { ...weights, ...Object.fromEntries([...columns, ...rows]) };
        return same(
          f.multiHeadAttention(x, weights, { heads: c.H }),
          f.multiHeadAttention(x, moved, { heads: c.H }),
          `heads put in the order [${order}], in all weights, change the output`,
        );
      },
    },
  },

  fitSizes: (c) => ({ ...c, M: c.H * Math.round(c.M / c.H) }),

  rejects: {
    ...refusals('multiHeadAttention', ['x_BTM', 'wq_MM', 'wk_MM', 'wv_MM', 'wo_MM', 'bo_M', 'context_BSM'], {
      mask: 'BHTS',
      integers: { heads: 2 },
      sizes: { M: 8, H: 2 },
      call: (f, { x_BTM, wq_MM, wk_MM, wv_MM, wo_MM, bo_M, context_BSM }, options) =>
        f.multiHeadAttention(
          x_BTM,
          { wq: wq_MM, wk: wk_MM, wv: wv_MM, wo: wo_MM, bo: bo_M },
          { context_BSM, ...options },
        ),
    }),
    'heads do not divide M': {
      error: 'RangeError',
      names: ['multiHeadAttention', 'heads', 'M', 'd_model'],
      call: (f, draw) => f.multiHeadAttention(draw.normal([2, 3, 10]), drawWeights(draw, { M: 10 }), { heads: 4 }),
    },
    'wo is missing': {
      error: 'TypeError',
      names: ['multiHeadAttention', 'wo'],
      call: (f, draw) =>
        f.multiHeadAttention(draw.normal([2, 3, 8]), { ...drawWeights(draw, { M: 8 }), wo: undefined }, { heads: 2 }),
    },
  },
});

/** Queries and keys large enough for scores that spread, so that no softmax is nearly uniform. */
function drawWeights(
  draw: Draw,
  { M, large, biases = [], spread = 2 }: Pick<Case, 'M' | 'large' | 'biases' | 'spread'>,
): Weights {
  const matrix = (std: number) => (large ? wholeNumbers(draw, [M, M], 18) : draw.normal([M, M], { std }));
  const [sharp, even] = [Math.sqrt(spread / M), Math.sqrt(1 / M)];
  const weights: Weights = { wq: matrix(sharp), wk: matrix(sharp), wv: matrix(even), wo: matrix(even) };
  for (const bias of biases) weights[bias] = large ? wholeNumbers(draw, [M], 3) : draw.normal([M]);
  return weights;
}

/** Column 0 of the tokens and row 0 of wq and wk make every logit low. The outlier has a 0 there. */
function lowerLogits(
  { M, H, visibleLogits = 0, mask, causal }: Case,
  x: NdArray,
  keys: NdArray,
  { wq, wk }: Weights,
): void {
  const factor = Math.sqrt(-visibleLogits / Math.sqrt(M / H));
  wq.data.fill(Math.fround(factor), 0, M);
  wk.data.fill(Math.fround(-factor), 0, M);
  const S = keys.shape[1];
  for (let row = 0; row < x.data.length / M; row++) x.data[row * M] = 1;
  for (let row = 0; row < keys.data.length / M; row++) {
    const s = row % S;
    // A hundredth of the whole lies between neighbours, so that one key takes all.
    keys.data[row * M] = s === S - 1 && (mask || causal) ? 0 : Math.fround(1 + (S - s) / 100);
  }
}

function wholeNumbers(draw: Draw, shape: number[], largest: number): NdArray {
  return draw.integers(shape, -largest, largest, 'float32');
}

/** A matrix or vector whose blocks along an axis, one per head, come in another order. */
function blocksMoved(w: NdArray, axis: number, order: number[]): NdArray {
  const D = w.shape[axis] / order.length;
  return permuted(
    w,
    axis,
    [...Array(w.shape[axis]).keys()].map((i) => order[Math.floor(i / D)] * D + (i % D)),
  );
}

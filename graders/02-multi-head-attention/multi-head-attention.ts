import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader, type Verdict } from '../../kit/author/grader.ts';
import { maskOfSequence, withSomeAllowed } from '../../kit/author/masks.ts';
import { at, type NdArray, stack } from '../../kit/author/ndarray.ts';

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
  /** Whole numbers, with logits up to some 10 000: the products are exact, and only the softmax is on trial. */
  large?: boolean;
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
    const mask = c.mask && withSomeAllowed(draw.mask(c.mask, 0.6), c.emptyRow);
    return { x, weights: drawWeights(draw, c), ...(context && { context }), ...(mask && { mask }) };
  },

  run: async (submission, x, { H, causal }) => ({
    out: await submission.multiHeadAttention(x.x, x.weights, {
      heads: H,
      context_BSM: x.context,
      mask: x.mask,
      causal,
    }),
  }),

  expected: (oracle, x, c) => {
    const weights = Object.fromEntries(Object.entries(x.weights).map(([name, w]) => [name, at(w)]));
    return {
      out: stack([c.B], (b) =>
        oracle.multiHeadAttention(at(x.x, b), weights, {
          heads: c.H,
          context: x.context && at(x.context, b),
          mask: x.mask && maskOfSequence(x.mask, [c.H, c.T, c.S ?? c.T], b),
          causal: c.causal,
        }),
      ),
    };
  },

  // A score sums over D products of sums over M.
  reduction: ({ T, S = T, M }) => 2 * M + S,

  properties: {
    headOrder: {
      params: (fc) =>
        fc
          .record({
            B: fc.constant(1),
            T: fc.integer({ min: 1, max: 4 }),
            H: fc.integer({ min: 1, max: 4 }),
            D: fc.integer({ min: 1, max: 3 }),
          })
          .map(({ B, T, H, D }): Case => ({ B, T, H, M: H * D, biases: ['bq', 'bv', 'bo'] })),
      holds:
        ({ submission, inputs, draw, read, difference }) =>
        async (c) => {
          const { x, weights } = inputs(c) as { x: NdArray; weights: Weights };
          const order = draw.permutation(c.H);
          const D = c.M / c.H;
          const moved = {
            ...weights,
            wq: blocksMoved(weights.wq, 1, order, D),
            wk: blocksMoved(weights.wk, 1, order, D),
            wv: blocksMoved(weights.wv, 1, order, D),
            bq: blocksMoved(weights.bq, 0, order, D),
            bv: blocksMoved(weights.bv, 0, order, D),
            wo: blocksMoved(weights.wo, 0, order, D),
          };
          const out = await read(await submission.multiHeadAttention(x, weights, { heads: c.H }));
          const again = await read(await submission.multiHeadAttention(x, moved, { heads: c.H }));
          return say(difference(out, again), `heads put in the order [${order}], in all weights, change the output`);
        },
    },
  },

  rejects: {
    headsDoNotDivide: {
      error: 'RangeError',
      mentions: ['multiHeadAttention', 'M', 10, 4],
      call: (f, draw) => f.multiHeadAttention(draw.normal([2, 3, 10]), matrices(draw, 10), { heads: 4 }),
    },
    noHeads: {
      error: 'RangeError',
      mentions: ['multiHeadAttention', 'heads', 0],
      call: (f, draw) => f.multiHeadAttention(draw.normal([2, 3, 8]), matrices(draw, 8), { heads: 0 }),
    },
    weightDiffers: {
      error: 'RangeError',
      mentions: ['multiHeadAttention', 'wv', 8, 6],
      call: (f, draw) =>
        f.multiHeadAttention(draw.normal([2, 3, 8]), { ...matrices(draw, 8), wv: draw.normal([8, 6]) }, { heads: 2 }),
    },
    weightMissing: {
      error: 'TypeError',
      mentions: ['multiHeadAttention', 'wo'],
      call: (f, draw) => {
        const { wq, wk, wv } = matrices(draw, 8);
        return f.multiHeadAttention(draw.normal([2, 3, 8]), { wq, wk, wv }, { heads: 2 });
      },
    },
    biasDiffers: {
      error: 'RangeError',
      mentions: ['multiHeadAttention', 'bo', 8, 1],
      call: (f, draw) =>
        f.multiHeadAttention(draw.normal([2, 3, 8]), { ...matrices(draw, 8), bo: draw.normal([1]) }, { heads: 2 }),
    },
    contextDiffers: {
      error: 'RangeError',
      mentions: ['multiHeadAttention', 'B', 2, 1],
      call: (f, draw) =>
        f.multiHeadAttention(draw.normal([2, 3, 8]), matrices(draw, 8), {
          heads: 2,
          context_BSM: draw.normal([1, 5, 8]),
        }),
    },
    maskDoesNotFit: {
      error: 'RangeError',
      mentions: ['multiHeadAttention', 'mask', 3, 4],
      call: (f, draw) =>
        f.multiHeadAttention(draw.normal([2, 3, 8]), matrices(draw, 8), { heads: 2, mask: draw.mask([3, 4], 0.5) }),
    },
    maskNotBool: {
      error: 'TypeError',
      mentions: ['multiHeadAttention', 'mask', 'bool', 'float32'],
      call: (f, draw) =>
        f.multiHeadAttention(draw.normal([2, 3, 8]), matrices(draw, 8), { heads: 2, mask: draw.uniform([3, 3], 0, 1) }),
    },
    integerInput: {
      error: 'TypeError',
      mentions: ['multiHeadAttention', 'float32', 'int32'],
      call: (f, draw) => f.multiHeadAttention(draw.integers([2, 3, 8], -3, 3), matrices(draw, 8), { heads: 2 }),
    },
    noTensor: {
      error: 'TypeError',
      mentions: ['multiHeadAttention', 'tensor'],
      call: (f, draw) => f.multiHeadAttention([[[1, 2]]], matrices(draw, 2), { heads: 2 }),
    },
  },
});

const say = (difference: Verdict, sentence: string): Verdict => difference && `${sentence}: ${difference}`;

const matrices = (draw: Draw, M: number): Weights => ({
  wq: draw.normal([M, M]),
  wk: draw.normal([M, M]),
  wv: draw.normal([M, M]),
  wo: draw.normal([M, M]),
});

/** Queries and keys large enough for scores that spread, so that no softmax is nearly uniform. */
function drawWeights(draw: Draw, { M, large, biases = [], spread = 2 }: Case): Weights {
  const matrix = (std: number) => (large ? wholeNumbers(draw, [M, M], 18) : draw.normal([M, M], { std }));
  const [sharp, even] = [Math.sqrt(spread / M), Math.sqrt(1 / M)];
  const weights: Weights = { wq: matrix(sharp), wk: matrix(sharp), wv: matrix(even), wo: matrix(even) };
  for (const bias of biases) weights[bias] = large ? wholeNumbers(draw, [M], 3) : draw.normal([M]);
  return weights;
}

function wholeNumbers(draw: Draw, shape: number[], largest: number): NdArray {
  return draw.integers(shape, -largest, largest, 'float32');
}

/** A matrix or vector whose blocks of D along an axis come in another order. */
function blocksMoved(w: NdArray, axis: number, order: number[], D: number): NdArray {
  const from = (index: number) => order[Math.floor(index / D)] * D + (index % D);
  return stack([...w.shape], (...index) => {
    const source = index.map((i, a) => (a === axis ? from(i) : i));
    return at(w, ...source);
  });
}

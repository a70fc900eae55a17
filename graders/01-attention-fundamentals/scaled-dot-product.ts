import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader, type Verdict } from '../../kit/author/grader.ts';
import { maskOfHead, withSomeAllowed } from '../../kit/author/masks.ts';
import { at, identity, type NdArray, ndarray, stack } from '../../kit/author/ndarray.ts';

interface Case {
  B: number;
  H: number;
  T: number;
  S: number;
  D: number;
  V: number;
  /** Shape of a random mask; its first query row is empty where `emptyRow` is set. */
  mask?: number[];
  emptyRow?: boolean;
  causal?: boolean;
  scale?: number;
  /** Largest size of a logit. */
  logits?: number;
}

const options = (x: { mask?: NdArray }, { causal, scale }: Case) => ({ mask: x.mask, causal, scale });

export default defineGrader({
  inputs(draw, c: Case) {
    const { B, H, T, S, D, V } = c;
    // Twice the usual spread: with std 1, softmax is so even that the mean of the values nearly passes.
    let q: NdArray;
    let k: NdArray;
    do {
      q = draw.normal([B, H, T, D], { std: 2 });
      k = draw.normal([B, H, S, D], { std: 2 });
      if (c.logits) q = scaledToLogits(q, k, c);
    } while (c.logits && !(decided(q, k, c) && (!c.causal || hidesWinner(q, k, c))));
    const v = draw.normal([B, H, S, V]);
    const mask = c.mask && withSomeAllowed(draw.mask(c.mask, 0.6), c.emptyRow);
    return { q, k, v, ...(mask && { mask }) };
  },

  run: async (submission, x, c) => ({ out: await submission.scaledDotProduct(x.q, x.k, x.v, options(x, c)) }),

  expected: (oracle, x, c) => ({
    out: stack([c.B, c.H], (b, h) =>
      oracle.scaledDotProduct(at(x.q, b, h), at(x.k, b, h), at(x.v, b, h), {
        ...options(x, c),
        mask: x.mask && maskOfHead(x.mask, [c.T, c.S], b, h),
      }),
    ),
  }),

  reduction: ({ S, D }) => S + D,

  properties: {
    keyOrder: {
      params: (fc) =>
        fc.record({
          B: fc.constant(1),
          H: fc.integer({ min: 1, max: 2 }),
          T: fc.integer({ min: 1, max: 4 }),
          S: fc.integer({ min: 1, max: 6 }),
          D: fc.integer({ min: 1, max: 5 }),
          V: fc.integer({ min: 1, max: 5 }),
        }),
      holds:
        ({ submission, inputs, draw, read, difference }) =>
        async (c) => {
          const x = inputs(c) as { q: NdArray; k: NdArray; v: NdArray };
          const order = draw.permutation(c.S);
          const out = await read(await submission.scaledDotProduct(x.q, x.k, x.v));
          const moved = await read(await submission.scaledDotProduct(x.q, reorder(x.k, order), reorder(x.v, order)));
          return say(difference(out, moved), `keys and values reordered together as [${order}] change the output`);
        },
    },
  },

  rejects: {
    batchDiffers: {
      error: 'RangeError',
      mentions: ['scaledDotProduct', 'B', 1, 2],
      call: (f, draw) =>
        f.scaledDotProduct(draw.normal([1, 3, 5, 4]), draw.normal([2, 3, 6, 4]), draw.normal([2, 3, 6, 7])),
    },
    headsDiffer: {
      error: 'RangeError',
      mentions: ['scaledDotProduct', 'H', 4, 2],
      call: (f, draw) =>
        f.scaledDotProduct(draw.normal([1, 4, 5, 3]), draw.normal([1, 2, 6, 3]), draw.normal([1, 2, 6, 7])),
    },
    keysDiffer: {
      error: 'RangeError',
      mentions: ['scaledDotProduct', 'S', 6, 7],
      call: (f, draw) =>
        f.scaledDotProduct(draw.normal([1, 2, 5, 4]), draw.normal([1, 2, 6, 4]), draw.normal([1, 2, 7, 3])),
    },
    dimensionsDiffer: {
      error: 'RangeError',
      mentions: ['scaledDotProduct', 'D', 4, 3],
      call: (f, draw) =>
        f.scaledDotProduct(draw.normal([1, 2, 5, 4]), draw.normal([1, 2, 6, 3]), draw.normal([1, 2, 6, 2])),
    },
    maskDoesNotFit: {
      error: 'RangeError',
      mentions: ['scaledDotProduct', 'mask', 5, 6, 7],
      call: (f, draw) => f.scaledDotProduct(...threeInputs(draw), { mask: draw.mask([5, 7], 0.6) }),
    },
    maskNotBool: {
      error: 'TypeError',
      mentions: ['scaledDotProduct', 'mask', 'bool', 'float32'],
      call: (f, draw) => f.scaledDotProduct(...threeInputs(draw), { mask: draw.uniform([5, 6], 0, 1) }),
    },
    noTensor: {
      error: 'TypeError',
      mentions: ['scaledDotProduct', 'tensor'],
      call: (f, draw) => f.scaledDotProduct([[[[1, 2, 3, 4]]]], ...threeInputs(draw).slice(1)),
    },
    integerQueries: {
      error: 'TypeError',
      mentions: ['scaledDotProduct', 'float32', 'int32'],
      call: (f, draw) => f.scaledDotProduct(draw.integers([1, 2, 5, 4], -3, 3), ...threeInputs(draw).slice(1)),
    },
  },

  limits: {
    scoresOrInputs: ({ B, H, T, S, D, V }) => 4 * B * H * Math.max(T * S, T * D, S * D, S * V, T * V),
  },

  views: {
    'attention weights': {
      params: { B: 1, H: 2, T: 8, S: 8, D: 4, V: 8, causal: true },
      inputs: (x, { B, H, S }) => ({ ...x, v: identity([B, H], S) }),
      as: 'weights_BHTS',
    },
  },
});

/** Queries, keys and values that belong together: T is 5, S is 6, D is 4. */
const threeInputs = (draw: Draw) => [draw.normal([1, 2, 5, 4]), draw.normal([1, 2, 6, 4]), draw.normal([1, 2, 6, 3])];

const say = (difference: Verdict, sentence: string): Verdict => difference && `${sentence}: ${difference}`;

/** Keys in another order. x is [1,H,S,…]. */
function reorder(x: NdArray, order: number[]): NdArray {
  return stack([x.shape[0], x.shape[1], order.length], (b, h, s) => at(x, b, h, order[s]));
}

/** q·k/√D, a row for every query of every head. */
function logitsOf(q: NdArray, k: NdArray, { B, H, T, S, D }: Case): number[][] {
  const dot = (row: number, key: number) => {
    let sum = 0;
    for (let d = 0; d < D; d++) sum += q.data[row * D + d] * k.data[key * D + d];
    return sum / Math.sqrt(D);
  };
  return Array.from({ length: B * H * T }, (_, row) =>
    Array.from({ length: S }, (_, s) => dot(row, Math.floor(row / T) * S + s)),
  );
}

/** Queries stretched until the largest logit is `logits` from zero. */
function scaledToLogits(q: NdArray, k: NdArray, c: Case): NdArray {
  const largest = Math.max(...logitsOf(q, k, c).flat().map(Math.abs));
  return ndarray(
    q.shape,
    q.data.map((value) => Math.fround((value * (c.logits ?? 1)) / largest)),
  );
}

/** So far apart that one key takes all, whichever may be seen and whatever the scale: what is judged is that nothing overflows. */
const APART = 30;

function decided(q: NdArray, k: NdArray, c: Case): boolean {
  return logitsOf(q, k, c).every((row) => {
    const sorted = [...row].sort((a, b) => a - b);
    return sorted.every((logit, i) => i === 0 || logit - sorted[i - 1] > APART);
  });
}

/** Some query's largest logit is in its future, so that whoever looks there gets another answer. */
function hidesWinner(q: NdArray, k: NdArray, c: Case): boolean {
  return logitsOf(q, k, c).some((row, i) => row.indexOf(Math.max(...row)) > (i % c.T) + c.S - c.T);
}

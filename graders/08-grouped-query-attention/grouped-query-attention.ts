import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader, type Verdict } from '../../kit/author/grader.ts';
import { maskOfSequence, withSomeAllowed } from '../../kit/author/masks.ts';
import { at, identity, type NdArray, ndarray, stack } from '../../kit/author/ndarray.ts';

interface Case {
  B: number;
  /** Query heads, a multiple of G. */
  H: number;
  G: number;
  T: number;
  S: number;
  D: number;
  V: number;
  /** Shape of a random mask; its first query row is empty where `emptyRow` is set. */
  mask?: number[];
  emptyRow?: boolean;
  causal?: boolean;
  /** Standard deviation of queries and keys, default 2. Less for gradients, which vanish where a softmax saturates. */
  spread?: number;
  /** About the largest size of a logit. */
  logits?: number;
}

const options = (x: { mask?: NdArray }, { causal }: Case) => ({ mask: x.mask, causal });

export default defineGrader({
  inputs(draw, c: Case) {
    const { B, H, G, T, S, D, V, spread = 2 } = c;
    // Twice the usual spread: with std 1, softmax is so even that the mean of the values nearly passes.
    const q = draw.normal([B, H, T, D], { std: spread });
    const k = draw.normal([B, G, S, D], { std: spread });
    const v = draw.normal([B, G, S, V]);
    const mask = c.mask && withSomeAllowed(draw.mask(c.mask, 0.6), c.emptyRow);
    return { q: c.logits ? stretched(q, k, c.logits) : q, k, v, ...(mask && { mask }) };
  },

  run: async (submission, x, c) => ({ out: await submission.groupedQueryAttention(x.q, x.k, x.v, options(x, c)) }),

  expected: (oracle, x, c) => ({
    out: stack([c.B], (b) =>
      oracle.groupedQueryAttention(at(x.q, b), at(x.k, b), at(x.v, b), {
        ...options(x, c),
        mask: x.mask && maskOfSequence(x.mask, [c.H, c.T, c.S], b),
      }),
    ),
  }),

  reduction: ({ S, D }) => S + D,

  properties: {
    ownCopies: {
      params: (fc) =>
        fc
          .record({
            B: fc.integer({ min: 1, max: 2 }),
            G: fc.integer({ min: 1, max: 3 }),
            headsOfGroup: fc.integer({ min: 1, max: 3 }),
            T: fc.integer({ min: 1, max: 4 }),
            S: fc.integer({ min: 1, max: 5 }),
            D: fc.integer({ min: 1, max: 4 }),
            V: fc.integer({ min: 1, max: 4 }),
          })
          .map(({ headsOfGroup, ...sizes }): Case => ({ ...sizes, H: sizes.G * headsOfGroup })),
      holds:
        ({ submission, inputs, read, difference }) =>
        async (c) => {
          const { q, k, v } = inputs(c) as { q: NdArray; k: NdArray; v: NdArray };
          const shared = await read(await submission.groupedQueryAttention(q, k, v));
          const copied = await read(await submission.groupedQueryAttention(q, copies(k, c), copies(v, c)));
          const what = 'giving every head its own copy of its keys and values (G = H) changes the output';
          return say(difference(shared, copied), what);
        },
    },
  },

  rejects: {
    groupsDoNotDivide: {
      error: 'RangeError',
      mentions: ['groupedQueryAttention', 'H', 'G', 6, 4],
      call: (f, draw) =>
        f.groupedQueryAttention(draw.normal([1, 6, 5, 3]), draw.normal([1, 4, 7, 3]), draw.normal([1, 4, 7, 2])),
    },
    moreGroupsThanHeads: {
      error: 'RangeError',
      mentions: ['groupedQueryAttention', 'H', 'G', 2, 4],
      call: (f, draw) =>
        f.groupedQueryAttention(draw.normal([1, 2, 5, 3]), draw.normal([1, 4, 7, 3]), draw.normal([1, 4, 7, 3])),
    },
    batchesDiffer: {
      error: 'RangeError',
      mentions: ['groupedQueryAttention', 'B', 3, 1],
      call: (f, draw) =>
        f.groupedQueryAttention(draw.normal([3, 4, 5, 6]), draw.normal([1, 2, 7, 6]), draw.normal([1, 2, 7, 6])),
    },
    groupsDiffer: {
      error: 'RangeError',
      mentions: ['groupedQueryAttention', 'G', 2, 4],
      call: (f, draw) =>
        f.groupedQueryAttention(draw.normal([1, 4, 5, 3]), draw.normal([1, 2, 7, 3]), draw.normal([1, 4, 7, 3])),
    },
    dimensionsDiffer: {
      error: 'RangeError',
      mentions: ['groupedQueryAttention', 'D', 3, 2],
      call: (f, draw) =>
        f.groupedQueryAttention(draw.normal([1, 4, 5, 3]), draw.normal([1, 4, 7, 2]), draw.normal([1, 4, 7, 6])),
    },
    keysDiffer: {
      error: 'RangeError',
      mentions: ['groupedQueryAttention', 'S', 7, 6],
      call: (f, draw) =>
        f.groupedQueryAttention(draw.normal([1, 4, 5, 3]), draw.normal([1, 2, 7, 3]), draw.normal([1, 2, 6, 3])),
    },
    maskDoesNotFit: {
      error: 'RangeError',
      mentions: ['groupedQueryAttention', 'mask', 2, 4],
      call: (f, draw) => f.groupedQueryAttention(...threeInputs(draw), { mask: draw.mask([1, 2, 5, 7], 0.5) }),
    },
    maskNotBool: {
      error: 'TypeError',
      mentions: ['groupedQueryAttention', 'mask', 'bool', 'float32'],
      call: (f, draw) => f.groupedQueryAttention(...threeInputs(draw), { mask: draw.uniform([5, 7], 0, 1) }),
    },
    integerQueries: {
      error: 'TypeError',
      mentions: ['groupedQueryAttention', 'float32', 'int32'],
      call: (f, draw) => f.groupedQueryAttention(draw.integers([1, 4, 5, 3], -3, 3), ...threeInputs(draw).slice(1)),
    },
    noTensor: {
      error: 'TypeError',
      mentions: ['groupedQueryAttention', 'tensor'],
      call: (f, draw) => f.groupedQueryAttention([[[[1, 2, 3]]]], ...threeInputs(draw).slice(1)),
    },
  },

  limits: {
    scoresOrInputs: ({ B, H, G, T, S, D, V }) =>
      4 * B * Math.max(H * T * S, H * T * D, H * T * V, G * S * D, G * S * V),
  },

  views: {
    'attention weights': {
      params: { B: 1, H: 4, G: 2, T: 8, S: 8, D: 4, V: 8, causal: true },
      inputs: (x, { B, G, S }) => ({ ...x, v: identity([B, G], S) }),
      as: 'weights_BHTS',
    },
  },
});

/** Queries, keys and values that belong together: H is 4, G is 2, T is 5, S is 7, D is 3. */
const threeInputs = (draw: Draw) => [draw.normal([1, 4, 5, 3]), draw.normal([1, 2, 7, 3]), draw.normal([1, 2, 7, 3])];

const say = (difference: Verdict, sentence: string): Verdict => difference && `${sentence}: ${difference}`;

/** [B,G,S,…] as [B,H,S,…]: each head with its own copy of its group. */
function copies(x: NdArray, { B, H, G }: Case): NdArray {
  return stack([B, H], (b, h) => at(x, b, Math.floor((h * G) / H)));
}

/** Queries stretched until the largest |q·k|/√D, over all heads and groups, is `logits`. */
function stretched(q: NdArray, k: NdArray, logits: number): NdArray {
  const D = q.shape[3];
  let largest = 0;
  for (let i = 0; i < q.data.length; i += D)
    for (let j = 0; j < k.data.length; j += D) {
      let dot = 0;
      for (let d = 0; d < D; d++) dot += q.data[i + d] * k.data[j + d];
      largest = Math.max(largest, Math.abs(dot) / Math.sqrt(D));
    }
  return ndarray(
    q.shape,
    q.data.map((value) => Math.fround((value * logits) / largest)),
  );
}

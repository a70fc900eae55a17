import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader, type Verdict } from '../../kit/author/grader.ts';
import { at, type NdArray, ndarray, stack } from '../../kit/author/ndarray.ts';

interface Case {
  B: number;
  H: number;
  T: number;
  S: number;
  D: number;
  V: number;
  blockQ: number;
  blockK: number;
  causal?: boolean;
  /** Largest size of a logit. */
  logits?: number;
  /** Judge out alone, where lse has rows of −Infinity and so no gradient. */
  outAlone?: boolean;
}

type Head = { out: number[][]; lse: number[] };

const options = ({ blockQ, blockK, causal }: Case) => ({ blockQ, blockK, causal });

export default defineGrader({
  inputs(draw, c: Case) {
    const { B, H, T, S, D, V } = c;
    // Twice the usual spread: with std 1, softmax is so even that the mean of the values nearly passes.
    const q = draw.normal([B, H, T, D], { std: 2 });
    const k = draw.normal([B, H, S, D], { std: 2 });
    const v = draw.normal([B, H, S, V]);
    return { q: c.logits ? scaledToLogits(q, k, c) : q, k, v };
  },

  async run(submission, x, c) {
    const { out_BHTV, lse_BHT } = await submission.flashAttention(x.q, x.k, x.v, options(c));
    return c.outAlone ? { out: out_BHTV } : { out: out_BHTV, lse: lse_BHT };
  },

  expected(oracle, x, c) {
    const head = (b: number, h: number): Head =>
      oracle.flashAttention(at(x.q, b, h), at(x.k, b, h), at(x.v, b, h), options(c));
    const out = stack([c.B, c.H], (b, h) => head(b, h).out);
    return c.outAlone ? { out } : { out, lse: stack([c.B, c.H], (b, h) => head(b, h).lse) };
  },

  reduction: ({ S, D }) => S + D,

  properties: {
    anyBlocks: {
      params: (fc) =>
        fc
          .record({
            H: fc.integer({ min: 1, max: 2 }),
            T: fc.integer({ min: 1, max: 7 }),
            more: fc.integer({ min: 0, max: 3 }),
            D: fc.integer({ min: 1, max: 4 }),
            V: fc.integer({ min: 1, max: 4 }),
            blockQ: fc.integer({ min: 1, max: 8 }),
            blockK: fc.integer({ min: 1, max: 8 }),
            causal: fc.boolean(),
          })
          .map(({ more, ...sizes }) => ({ ...sizes, B: 1, S: sizes.T + more })),
      holds:
        ({ submission, inputs, read, difference }) =>
        async (c) => {
          const { q, k, v } = inputs(c) as Record<string, NdArray>;
          const tiled = await submission.flashAttention(q, k, v, options(c));
          const whole = await submission.flashAttention(q, k, v, { ...options(c), blockQ: c.T, blockK: c.S });
          const blocks = `blocks of ${c.blockQ} queries and ${c.blockK} keys give another`;
          return (
            say(difference(await read(whole.out_BHTV), await read(tiled.out_BHTV)), `${blocks} out than one tile`) ??
            say(difference(await read(whole.lse_BHT), await read(tiled.lse_BHT)), `${blocks} lse than one tile`)
          );
        },
    },
  },

  rejects: {
    dimensionsDiffer: {
      error: 'RangeError',
      mentions: ['flashAttention', 'D', 4, 3],
      call: (f, draw) =>
        f.flashAttention(draw.normal([1, 2, 5, 4]), draw.normal([1, 2, 6, 3]), draw.normal([1, 2, 6, 2]), blocksOf2),
    },
    headsDiffer: {
      error: 'RangeError',
      mentions: ['flashAttention', 'H', 4, 2],
      call: (f, draw) =>
        f.flashAttention(draw.normal([1, 4, 5, 3]), draw.normal([1, 2, 6, 3]), draw.normal([1, 2, 6, 2]), blocksOf2),
    },
    keysAndValuesDiffer: {
      error: 'RangeError',
      mentions: ['flashAttention', 'S', 6, 5],
      call: (f, draw) =>
        f.flashAttention(draw.normal([1, 2, 4, 3]), draw.normal([1, 2, 6, 3]), draw.normal([1, 2, 5, 2]), blocksOf2),
    },
    integerValues: {
      error: 'TypeError',
      mentions: ['flashAttention', 'v', 'float32', 'int32'],
      call: (f, draw) =>
        f.flashAttention(
          draw.normal([1, 1, 4, 3]),
          draw.normal([1, 1, 4, 3]),
          draw.integers([1, 1, 4, 2], 0, 9),
          blocksOf2,
        ),
    },
    noTensor: {
      error: 'TypeError',
      mentions: ['flashAttention', 'q', 'tensor'],
      call: (f, draw) => f.flashAttention([[[[1, 2, 3]]]], small(draw)[1], small(draw)[2], blocksOf2),
    },
    emptyBlock: {
      error: 'RangeError',
      mentions: ['flashAttention', 'blockQ', 0],
      call: (f, draw) => f.flashAttention(...small(draw), { blockQ: 0, blockK: 2 }),
    },
    halfBlock: {
      error: 'RangeError',
      mentions: ['flashAttention', 'blockK', 1.5],
      call: (f, draw) => f.flashAttention(...small(draw), { blockQ: 2, blockK: 1.5 }),
    },
  },

  limits: {
    tileOrInputs: ({ B, H, T, S, D, V, blockQ, blockK }) =>
      4 * B * H * Math.max(blockQ * blockK, T * D, S * D, S * V, T * V),
    /** Full attention: two matrix products, and five operations a score (scale, maximum, difference, exp, sum). */
    causalFlops: ({ B, H, T, S, D, V }) => 0.65 * B * H * T * S * (2 * D + 2 * V + 5),
  },
});

const blocksOf2 = { blockQ: 2, blockK: 2 };

const say = (difference: Verdict, sentence: string): Verdict => difference && `${sentence}: ${difference}`;

function small(draw: Draw): [NdArray, NdArray, NdArray] {
  return [draw.normal([1, 1, 4, 3]), draw.normal([1, 1, 4, 3]), draw.normal([1, 1, 4, 2])];
}

/** Queries stretched until the largest |q·k|/√D is `logits`. */
function scaledToLogits(q: NdArray, k: NdArray, { B, H, T, S, D, logits = 1 }: Case): NdArray {
  let largest = 0;
  for (let bh = 0; bh < B * H; bh++)
    for (let t = 0; t < T; t++)
      for (let s = 0; s < S; s++) {
        let dot = 0;
        for (let d = 0; d < D; d++) dot += q.data[(bh * T + t) * D + d] * k.data[(bh * S + s) * D + d];
        largest = Math.max(largest, Math.abs(dot) / Math.sqrt(D));
      }
  return ndarray(
    q.shape,
    q.data.map((value) => Math.fround((value * logits) / largest)),
  );
}

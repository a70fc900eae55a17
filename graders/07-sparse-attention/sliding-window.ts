import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { at, identity, type NdArray, ndarray, stack } from '../../kit/author/ndarray.ts';

interface Case {
  B: number;
  H: number;
  T: number;
  D: number;
  V: number;
  window: number;
  /** Largest size of a logit within any window. */
  logits?: number;
  /** The key that the property changes. */
  changed?: number;
}

export default defineGrader({
  inputs(draw, c: Case) {
    const { B, H, T, D, V } = c;
    // Twice the usual spread: with std 1, softmax is so even that the mean of the values nearly passes.
    const q = draw.normal([B, H, T, D], { std: 2 });
    const k = draw.normal([B, H, T, D], { std: 2 });
    const v = draw.normal([B, H, T, V]);
    return { q: c.logits ? scaledToLogits(q, k, c) : q, k, v };
  },

  run: async (submission, x, { window }) => ({ out: await submission.slidingWindow(x.q, x.k, x.v, { window }) }),

  expected: (oracle, x, { B, H, window }) => ({
    out: stack([B, H], (b, h) => oracle.slidingWindow(at(x.q, b, h), at(x.k, b, h), at(x.v, b, h), { window })),
  }),

  reduction: ({ window, T, D }) => Math.min(window, T) + D,

  properties: {
    locality: {
      params: (fc) =>
        fc
          .record({
            H: fc.integer({ min: 1, max: 2 }),
            T: fc.integer({ min: 1, max: 9 }),
            D: fc.integer({ min: 1, max: 4 }),
            V: fc.integer({ min: 1, max: 4 }),
            window: fc.integer({ min: 1, max: 10 }),
            at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
          })
          .map(({ at: share, ...sizes }) => ({ ...sizes, B: 1, changed: Math.floor(share * sizes.T) })),
      holds:
        ({ submission, draw, read, difference }) =>
        async ({ changed = 0, ...c }) => {
          // Scores within ±2 and a far-off value, so that every key in the window is heard.
          const [q, k] = [draw.uniform([1, c.H, c.T, c.D], -1, 1), draw.uniform([1, c.H, c.T, c.D], -1, 1)];
          const v = draw.normal([1, c.H, c.T, c.V]);
          const k2 = replaced(k, changed, draw.uniform([c.D], -1, 1));
          const v2 = replaced(v, changed, draw.uniform([c.V], 20, 30));
          const before = await read(await submission.slidingWindow(q, k, v, { window: c.window }));
          const after = await read(await submission.slidingWindow(q, k2, v2, { window: c.window }));
          for (let t = 0; t < c.T; t++) {
            const sees = changed <= t && t < changed + c.window;
            const differs = difference(rowOf(before, t), rowOf(after, t)) !== null;
            if (sees === differs) continue;
            return sees
              ? `with a window of ${c.window}, query ${t} sees key ${changed}, but its output does not change with it`
              : `with a window of ${c.window}, query ${t} must not see key ${changed}, but its output changes with it`;
          }
          return null;
        },
    },
  },

  rejects: {
    dimensionsDiffer: {
      error: 'RangeError',
      mentions: ['slidingWindow', 'D', 4, 3],
      call: (f, draw) => f.slidingWindow(...tensors(draw, [1, 2, 5, 4], [1, 2, 5, 3], [1, 2, 5, 2]), { window: 2 }),
    },
    lengthsDiffer: {
      error: 'RangeError',
      mentions: ['slidingWindow', 'T', 4, 6],
      call: (f, draw) => f.slidingWindow(...tensors(draw, [1, 2, 4, 3], [1, 2, 6, 3], [1, 2, 6, 2]), { window: 2 }),
    },
    headsDiffer: {
      error: 'RangeError',
      mentions: ['slidingWindow', 'H', 4, 2],
      call: (f, draw) => f.slidingWindow(...tensors(draw, [1, 4, 5, 3], [1, 2, 5, 3], [1, 2, 5, 2]), { window: 2 }),
    },
    integerKeys: {
      error: 'TypeError',
      mentions: ['slidingWindow', 'k', 'float32', 'int32'],
      call: (f, draw) => {
        const [q, , v] = tensors(draw, ...small);
        return f.slidingWindow(q, draw.integers(small[1], 0, 9), v, { window: 2 });
      },
    },
    noTensor: {
      error: 'TypeError',
      mentions: ['slidingWindow', 'q', 'tensor'],
      call: (f, draw) => f.slidingWindow([[[[1, 2, 3]]]], draw.normal(small[1]), draw.normal(small[2]), { window: 2 }),
    },
    emptyWindow: {
      error: 'RangeError',
      mentions: ['slidingWindow', 'window', 0],
      call: (f, draw) => f.slidingWindow(...tensors(draw, ...small), { window: 0 }),
    },
    halfWindow: {
      error: 'RangeError',
      mentions: ['slidingWindow', 'window', 2.5],
      call: (f, draw) => f.slidingWindow(...tensors(draw, ...small), { window: 2.5 }),
    },
  },

  views: {
    'attention weights': {
      params: { B: 1, H: 2, T: 12, D: 4, V: 12, window: 4 },
      inputs: (x, { B, H, T }) => ({ ...x, v: identity([B, H], T) }),
      as: 'weights_BHTS',
    },
  },
});

const small: [number[], number[], number[]] = [
  [1, 1, 4, 3],
  [1, 1, 4, 3],
  [1, 1, 4, 2],
];

function tensors(draw: Draw, q: number[], k: number[], v: number[]): [NdArray, NdArray, NdArray] {
  return [draw.normal(q), draw.normal(k), draw.normal(v)];
}

/** x [1,H,T,…] with another row at position t of every head. */
function replaced(x: NdArray, t: number, row: NdArray): NdArray {
  return stack([x.shape[0], x.shape[1], x.shape[2]], (b, h, s) => (s === t ? at(row) : at(x, b, h, s)));
}

/** The outputs of query t in every head. */
function rowOf(out: NdArray, t: number): NdArray {
  return stack([out.shape[0], out.shape[1]], (b, h) => at(out, b, h, t));
}

/** Queries stretched until the largest |q·k|/√D within a window is `logits`. */
function scaledToLogits(q: NdArray, k: NdArray, { B, H, T, D, window, logits = 1 }: Case): NdArray {
  let largest = 0;
  for (let bh = 0; bh < B * H; bh++)
    for (let t = 0; t < T; t++)
      for (let s = Math.max(0, t - window + 1); s <= t; s++) {
        let dot = 0;
        for (let d = 0; d < D; d++) dot += q.data[(bh * T + t) * D + d] * k.data[(bh * T + s) * D + d];
        largest = Math.max(largest, Math.abs(dot) / Math.sqrt(D));
      }
  return ndarray(
    q.shape,
    q.data.map((value) => Math.fround((value * logits) / largest)),
  );
}

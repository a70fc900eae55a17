import {
  type AttentionCase,
  drawAttention,
  eachHead,
  logitsOf,
  permuted,
  weightsView,
} from '../../kit/author/attention.ts';
import type { Sizes } from '../../kit/author/axes.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { at, mapped, type NdArray, stack } from '../../kit/author/ndarray.ts';
import { refusals } from '../../kit/author/refusals.ts';

/** `logits`: the largest within any window. */
interface Case extends Sizes<'BHTDV'>, AttentionCase {
  window: number;
  /** The key that the property changes. */
  changed?: number;
}

export default defineGrader({
  inputs(draw, { logits, ...c }: Case) {
    // What only a low enough mask hides: the last key; the first one; or padding, where the first key is no outlier.
    const outliers = c.window < c.T ? [0, -1] : [-1];
    const x = drawAttention(draw, c, { q: 'BHTD', k: 'BHTD', v: 'BHTV' }, { outliers });
    if (!logits) return x;
    const largest = largestInWindow(x.q, x.k, c);
    return { ...x, q: mapped(x.q, (value) => Math.fround((value * logits) / largest)) };
  },

  run: (f, x, { window }) => f.slidingWindow(x.q, x.k, x.v, { window }),

  expected: (oracle, x, c) =>
    eachHead(c, (b, h) => oracle.slidingWindow(at(x.q, b, h), at(x.k, b, h), at(x.v, b, h), { window: c.window })),

  reduction: ({ window, T, D }) => Math.min(window, T) + D,

  properties: {
    locality: {
      sizes: {
        ...{ H: [1, 2], T: [1, 9], D: [1, 4], V: [1, 4], window: [1, 10] },
        share: (fc) => fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      },
      also: ({ share, ...sizes }) => ({ ...(sizes as unknown as Case), B: 1, changed: Math.floor(share * sizes.T) }),
      async holds({ changed = 0, ...c }, { f, draw, read, difference }) {
        // Scores within ±2 and a value far from the others, so that every key in the window changes the output.
        const [q, k] = [draw.uniform([1, c.H, c.T, c.D], -1, 1), draw.uniform([1, c.H, c.T, c.D], -1, 1)];
        const v = draw.normal([1, c.H, c.T, c.V]);
        const k2 = replaced(k, changed, draw.uniform([c.D], -1, 1));
        const v2 = replaced(v, changed, draw.uniform([c.V], 20, 30));
        const before = await read(f.slidingWindow(q, k, v, { window: c.window }), v.shape);
        const after = await read(f.slidingWindow(q, k2, v2, { window: c.window }), v.shape);
        for (let t = 0; t < c.T; t++) {
          const sees = changed <= t && t < changed + c.window;
          const differs = difference(permuted(before, 2, [t]), permuted(after, 2, [t])) !== null;
          if (sees === differs) continue;
          return sees
            ? `with a window of ${c.window}, query ${t} sees key ${changed}, but its output does not change with it`
            : `with a window of ${c.window}, query ${t} must not see key ${changed}, but its output changes with it`;
        }
        return null;
      },
    },
  },

  rejects: refusals('slidingWindow', ['q_BHTD', 'k_BHTD', 'v_BHTV'], { integers: { window: 2 } }),

  limits: {
    /** A query by itself takes five kernels at least: two slices, two products, a softmax. Tiles of 16 take four. */
    fewerThanByQuery: ({ T }) => 5 * T - 1,
  },

  views: { 'attention weights': weightsView({ B: 1, H: 2, T: 12, S: 12, D: 4, V: 12, window: 4 }) },
});

/** x [1,H,T,…] with another row at position t of every head. */
function replaced(x: NdArray, t: number, row: NdArray): NdArray {
  return stack([x.shape[0], x.shape[1], x.shape[2]], (b, h, s) => (s === t ? at(row) : at(x, b, h, s)));
}

function largestInWindow(q: NdArray, k: NdArray, { T, window }: Pick<Case, 'T' | 'window'>): number {
  const seen = logitsOf(q, k).flatMap((row, i) => row.slice(Math.max(0, (i % T) - window + 1), (i % T) + 1));
  return seen.reduce((max, logit) => Math.max(max, Math.abs(logit)), 0);
}

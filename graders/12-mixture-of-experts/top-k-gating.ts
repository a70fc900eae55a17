import type { Sizes } from '../../kit/author/axes.ts';
import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader, type Property } from '../../kit/author/grader.ts';
import { at, fromNested, mapped, type NdArray, ndarray } from '../../kit/author/ndarray.ts';
import { refusals } from '../../kit/author/refusals.ts';

interface Case extends Sizes<'TME'> {
  k: number;
  renormalise?: boolean;
  /** Which outputs are judged; all unless given. */
  judge?: 'gates' | 'losses';
  /** Size of every logit. */
  logits?: number;
  /** Every expert far below the one before it, so that all probabilities but the first underflow to 0. */
  falling?: boolean;
}

const options = ({ k, renormalise }: Case) => ({ k, renormalise });

function judged<T>({ judge }: Case, gates: Record<string, T>, losses: Record<string, T>): Record<string, T> {
  return { ...(judge !== 'losses' && gates), ...(judge !== 'gates' && losses) };
}

const RANGES = {
  sizes: { T: [1, 4], M: [1, 3], E: [2, 7], k: [1, 7] },
  also: ({ T, M, E, k }) => ({ T, M, E, k: Math.min(k, E) }),
} satisfies Pick<Property<Case>, 'sizes' | 'also'>;

export default defineGrader({
  inputs(draw, c: Case) {
    if (c.logits) return c.falling ? drawFallingLogits(draw, c, c.logits) : drawLargeLogits(draw, c, c.logits);
    // Logits of standard deviation 2: with 1, gates are so even that many mistakes hide.
    const wg = draw.normal([c.M, c.E], { std: 2 / Math.sqrt(c.M) });
    return { x: fromNested(Array.from({ length: c.T }, () => tokenWithoutNearTies(draw, wg, c.k))), wg };
  },

  async run(f, { x, wg }, c) {
    const out = await f.topKGating(x, wg, options(c));
    return judged<unknown>(
      c,
      { weights: out.weights_TE, experts: out.experts_TK },
      { loadBalanceLoss: out.loadBalanceLoss, zLoss: out.zLoss },
    );
  },

  expected(oracle, { x, wg }, c) {
    const out = oracle.topKGating(at(x), at(wg), options(c));
    return judged(
      c,
      { weights: fromNested(out.weights), experts: fromNested(out.experts, 'int32') },
      { loadBalanceLoss: ndarray([], [out.loadBalanceLoss]), zLoss: ndarray([], [out.zLoss]) },
    );
  },

  reduction: ({ T, M, E }) => T + M + E,

  properties: {
    ties: {
      ...RANGES,
      async holds({ T, M, E, k }, { f, draw, read }) {
        const { x, wg } = withTies(draw, T, M, E);
        const { experts_TK } = await f.topKGating(x, wg, { k });
        const experts = at(await read(experts_TK, [T, k])) as number[][];
        for (let t = 0; t < T; t++) {
          const logits = logitsOf(at(x, t), wg);
          const expected = [...logits.keys()].sort((a, b) => logits[b] - logits[a] || a - b).slice(0, k);
          if (String(experts[t]) !== String(expected)) {
            return `logits [${logits}] with k = ${k}: expected [${expected}], got [${experts[t]}]`;
          }
        }
        return null;
      },
    },
    exactlyK: {
      ...RANGES,
      async holds({ T, M, E, k }, { f, draw, read }) {
        const { x, wg } = withTies(draw, T, M, E);
        const { weights_TE } = await f.topKGating(x, wg, { k });
        const weights = at(await read(weights_TE, [T, E])) as number[][];
        for (let t = 0; t < T; t++) {
          const used = weights[t].filter((weight) => weight !== 0).length;
          if (used !== k) return `logits [${logitsOf(at(x, t), wg)}] with k = ${k} gave ${used} experts a weight`;
        }
        return null;
      },
    },
  },

  rejects: {
    ...refusals('topKGating', ['x_TM', 'wg_ME'], { integers: { k: 2 } }),
    'k is larger than E': {
      error: 'RangeError',
      names: ['topKGating', 'k', 'E', 'experts'],
      call: (f, draw) => f.topKGating(draw.normal([6, 4]), draw.normal([4, 5]), { k: 7 }),
    },
  },
});

/** Small integers, so that many logits are equal, and exactly so in any precision. */
function withTies(draw: Draw, T: number, M: number, E: number): { x: NdArray; wg: NdArray } {
  return { x: draw.integers([T, M], -1, 1, 'float32'), wg: draw.integers([M, E], -1, 1, 'float32') };
}

function logitsOf(token: number[], wg: NdArray): number[] {
  const [M, E] = wg.shape;
  return Array.from({ length: E }, (_, e) => {
    let logit = 0;
    for (let m = 0; m < M; m++) logit += token[m] * wg.data[m * E + e];
    return logit;
  });
}

/** A token whose k + 1 largest logits lie apart, so that neither rounding nor a small step swaps two experts. */
function tokenWithoutNearTies(draw: Draw, wg: NdArray, k: number): number[] {
  for (;;) {
    const token: number[] = at(draw.normal([wg.shape[0]]));
    const logits = logitsOf(token, wg).sort((a, b) => b - a);
    const apart = 0.02 * Math.max(...logits.map(Math.abs));
    if (logits.slice(1, k + 1).every((logit, i) => logits[i] - logit > apart)) return token;
  }
}

/**
 * One half of the experts near `size` and the other near −`size`, which half for which token. Of its chosen k no two lie so
 * close that rounding swaps them, and none so far below the first that its probability underflows: whether they are
 * ranked by logits or by probabilities is the same.
 */
function drawLargeLogits(draw: Draw, { T, M, E, k }: Case, size: number): { x: NdArray; wg: NdArray } {
  const along = unitVector(draw, M);
  const across = (std: number) => {
    const vector = at(draw.normal([M], { std })) as number[];
    const shadow = vector.reduce((sum, value, m) => sum + value * along[m], 0);
    return vector.map((value, m) => value - shadow * along[m]);
  };
  const column = (e: number) => across(1).map((value, m) => value + (e < E / 2 ? 1 : -1) * Math.sqrt(size) * along[m]);
  const columns = Array.from({ length: E }, (_, e) => column(e));
  const wg = mapped(fromNested(along.map((_, m) => columns.map((each) => each[m]))), Math.fround);
  const token = (): number[] => {
    const sign = draw.pick([1, -1]);
    for (;;) {
      const x = across(20).map((value, m) => Math.fround(value + sign * Math.sqrt(size) * along[m]));
      const logits = logitsOf(x, wg).sort((a, b) => b - a);
      const apart = logits.slice(0, k).every((logit, i) => logit - (logits[i + 1] ?? -Infinity) > 10);
      if (apart && logits[0] - logits[k - 1] < 70) return x;
    }
  };
  return { x: fromNested(Array.from({ length: T }, token)), wg };
}

/** From `size` for the first expert to −`size` for the last: the order of logits is that of the indices, which also breaks ties. */
function drawFallingLogits(draw: Draw, { T, M, E }: Case, size: number): { x: NdArray; wg: NdArray } {
  const along = unitVector(draw, M);
  const token = () => along.map((value) => draw.number(0.9, 1.1) * value);
  const wg = along.map((value) => Array.from({ length: E }, (_, e) => size * (1 - (2 * e) / (E - 1)) * value));
  const [x_TM, wg_ME] = [Array.from({ length: T }, token), wg].map((rows) => mapped(fromNested(rows), Math.fround));
  return { x: x_TM, wg: wg_ME };
}

function unitVector(draw: Draw, size: number): number[] {
  const drawn = at(draw.normal([size])) as number[];
  return drawn.map((value) => value / Math.hypot(...drawn));
}

import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader, type Verdict } from '../../kit/author/grader.ts';
import { at, identity, type NdArray, ndarray, stack } from '../../kit/author/ndarray.ts';

interface Case {
  B: number;
  H: number;
  T: number;
  S: number;
  D: number;
  V: number;
  depth: number;
  normWeight?: boolean;
  causal?: boolean;
  /** Standard deviation of the values; default 1. */
  valueStd?: number;
  /** Largest size of a logit in either map. */
  logits?: number;
}

type Lambdas = Record<'lambdaQ1' | 'lambdaK1' | 'lambdaQ2' | 'lambdaK2', NdArray>;
type Heads = Record<'q1' | 'q2' | 'k1' | 'k2' | 'v', NdArray>;
interface Inputs {
  [group: string]: Heads | Lambdas | { weight?: NdArray };
  heads: Heads;
  lambdas: Lambdas;
  norm: { weight?: NdArray };
}

export default defineGrader({
  inputs(draw, c: Case): Inputs {
    const { B, H, T, S, D, V, valueStd = 1, logits } = c;
    // Scores of standard deviation 2: far from even, and the two maps seldom agree.
    const half = () => {
      const q = draw.normal([B, H, T, D], { std: Math.SQRT2 });
      const k = draw.normal([B, H, S, D], { std: Math.SQRT2 });
      return { q: logits ? stretched(q, k, logits) : q, k };
    };
    const [first, second] = [half(), half()];
    // Dot products of about ±0.5, so that λ is well away from λ_init.
    const vector = () => draw.normal([D], { std: Math.sqrt(0.5) / D ** 0.25 });
    return {
      heads: { q1: first.q, q2: second.q, k1: first.k, k2: second.k, v: draw.normal([B, H, S, V], { std: valueStd }) },
      lambdas: { lambdaQ1: vector(), lambdaK1: vector(), lambdaQ2: vector(), lambdaK2: vector() },
      norm: c.normWeight ? { weight: draw.uniform([V], 0.3, 2) } : {},
    };
  },

  async run(submission, { heads, lambdas, norm }, { depth, causal }) {
    const options = { ...named(lambdas), depth, normWeight_V: norm.weight, causal };
    return { out: await submission.differentialAttention(tensors(heads), options) };
  },

  expected: (oracle, { heads, lambdas, norm }, { B, H, depth, causal }) => ({
    out: stack([B, H], (b, h) => {
      const { q1, q2, k1, k2, v } = heads;
      const { lambdaQ1, lambdaK1, lambdaQ2, lambdaK2 } = lambdas;
      return oracle.differentialAttention(
        { q1: at(q1, b, h), q2: at(q2, b, h), k1: at(k1, b, h), k2: at(k2, b, h), v: at(v, b, h) },
        {
          ...{ lambdaQ1: at(lambdaQ1), lambdaK1: at(lambdaK1), lambdaQ2: at(lambdaQ2), lambdaK2: at(lambdaK2) },
          ...{ normWeight: norm.weight && at(norm.weight), depth, causal },
        },
      );
    }),
  }),

  reduction: ({ S, D, V }) => S + D + V,

  properties: {
    antisymmetry: {
      params: (fc) =>
        fc.record({
          B: fc.constant(1),
          H: fc.integer({ min: 1, max: 2 }),
          T: fc.integer({ min: 1, max: 4 }),
          S: fc.integer({ min: 2, max: 6 }),
          D: fc.integer({ min: 1, max: 4 }),
          V: fc.integer({ min: 2, max: 6 }),
          depth: fc.integer({ min: 1, max: 12 }),
        }),
      holds:
        ({ submission, inputs, read, difference }) =>
        async (c) => {
          const { heads } = inputs(c) as Inputs;
          const options = { ...named(lambdasForOne(c)), depth: c.depth };
          const swapped = { ...heads, q1: heads.q2, k1: heads.k2, q2: heads.q1, k2: heads.k1 };
          const out = await read(await submission.differentialAttention(tensors(heads), options));
          const back = await read(await submission.differentialAttention(tensors(swapped), options));
          return say(difference(out, negated(back)), 'with λ = 1, exchanging the two maps does not just flip the sign');
        },
    },
  },

  rejects: {
    dimensionsDiffer: {
      error: 'RangeError',
      mentions: ['differentialAttention', 'D', 4, 3],
      call: (f, draw) => call(f, draw, { k2: [2, 3, 6, 3] }),
    },
    headsBroadcast: {
      error: 'RangeError',
      mentions: ['differentialAttention', 'H', 3, 1],
      call: (f, draw) => call(f, draw, { v: [2, 1, 6, 8] }),
    },
    normOfOtherSize: {
      error: 'RangeError',
      mentions: ['differentialAttention', 'V', 8, 4],
      call: (f, draw) => call(f, draw, {}, { normWeight_V: draw.normal([4]) }),
    },
    lambdaOfOtherSize: {
      error: 'RangeError',
      mentions: ['differentialAttention', 'lambdaK1_D', 4, 1],
      call: (f, draw) => call(f, draw, {}, { lambdaK1_D: draw.normal([1]) }),
    },
    depthFromZero: {
      error: 'RangeError',
      mentions: ['differentialAttention', 'depth', 0],
      call: (f, draw) => call(f, draw, {}, { depth: 0 }),
    },
    depthNotWhole: {
      error: 'RangeError',
      mentions: ['differentialAttention', 'depth', 2.5],
      call: (f, draw) => call(f, draw, {}, { depth: 2.5 }),
    },
    lambdaIsNumber: {
      error: 'TypeError',
      mentions: ['differentialAttention', 'lambdaQ1_D'],
      call: (f, draw) => call(f, draw, {}, { lambdaQ1_D: 0.5 }),
    },
    lambdaMissing: {
      error: 'TypeError',
      mentions: ['differentialAttention', 'lambdaQ2_D'],
      call: (f, draw) => call(f, draw, {}, { lambdaQ2_D: undefined }),
    },
  },

  limits: {
    bothMaps: ({ B, H, T, S, D, V }) => 4 * B * H * Math.max(2 * T * S, 2 * T * D, 2 * S * D, S * V, T * V),
  },

  views: {
    'difference of the two maps, each row normed': {
      params: { B: 1, H: 2, T: 8, S: 8, D: 4, V: 8, depth: 2, causal: true },
      inputs: (x, { B, H, S }) => ({ ...x, heads: { ...x.heads, v: identity([B, H], S) } }),
      as: 'map_BHTS',
    },
  },
});

const say = (difference: Verdict, sentence: string): Verdict => difference && `${sentence}: ${difference}`;

/** The arguments under the names of their axes. */
const tensors = ({ q1, q2, k1, k2, v }: Heads) => ({
  ...{ q1_BHTD: q1, q2_BHTD: q2, k1_BHSD: k1, k2_BHSD: k2, v_BHSV: v },
});

const named = ({ lambdaQ1, lambdaK1, lambdaQ2, lambdaK2 }: Lambdas) => ({
  ...{ lambdaQ1_D: lambdaQ1, lambdaK1_D: lambdaK1, lambdaQ2_D: lambdaQ2, lambdaK2_D: lambdaK2 },
});

const negated = (x: NdArray) =>
  ndarray(
    x.shape,
    x.data.map((value) => -value),
  );

/** Vectors with which λ is 1: exp(0) − exp(ln λ_init) + λ_init. */
function lambdasForOne({ D, depth }: Case): Lambdas {
  const lambdaInit = 0.8 - 0.6 * Math.exp(-0.3 * (depth - 1));
  const along = (value: number) =>
    ndarray(
      [D],
      Array.from({ length: D }, (_, d) => Math.fround(d === 0 ? value : 0)),
    );
  return { lambdaQ1: along(0), lambdaK1: along(0), lambdaQ2: along(Math.log(lambdaInit)), lambdaK2: along(1) };
}

/** q stretched until the largest |q·k|/√D is `logits`. q is [B,H,T,D], k [B,H,S,D]. */
function stretched(q: NdArray, k: NdArray, logits: number): NdArray {
  const [B, H, T, D] = q.shape;
  const S = k.shape[2];
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

/** A call with B 2, H 3, T 5, S 6, D 4, V 8 and depth 2, save for what is changed. */
function call(
  f: Record<string, (...args: unknown[]) => Promise<unknown>>,
  draw: Draw,
  shapes: { k2?: number[]; v?: number[] },
  changed: Record<string, unknown> = {},
): Promise<unknown> {
  const { k2 = [2, 3, 6, 4], v = [2, 3, 6, 8] } = shapes;
  const [q1, q2] = [draw.normal([2, 3, 5, 4]), draw.normal([2, 3, 5, 4])];
  const heads = { q1, q2, k1: draw.normal([2, 3, 6, 4]), k2: draw.normal(k2), v: draw.normal(v) };
  const vector = () => draw.normal([4]);
  const lambdas = { lambdaQ1: vector(), lambdaK1: vector(), lambdaQ2: vector(), lambdaK2: vector() };
  return f.differentialAttention(tensors(heads), { ...named(lambdas), depth: 2, ...changed });
}

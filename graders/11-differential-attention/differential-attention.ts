import { type AttentionCase, drawAttention, eachHead } from '../../kit/author/attention.ts';
import { largestOf, type Sizes } from '../../kit/author/axes.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { at, identity, mapped, type NdArray, ndarray } from '../../kit/author/ndarray.ts';
import { refusals } from '../../kit/author/refusals.ts';
import { nestedWeights } from '../../kit/author/sequences.ts';

interface Case extends Sizes<'BHTSDV'>, Pick<AttentionCase, 'causal' | 'logits' | 'visibleLogits'> {
  depth: number;
  normWeight?: boolean;
  /** Standard deviation of the values; default 1. */
  valueStd?: number;
}

type Lambdas = Record<'lambdaQ1' | 'lambdaK1' | 'lambdaQ2' | 'lambdaK2', NdArray>;
type Heads = Record<'q1' | 'q2' | 'k1' | 'k2' | 'v', NdArray>;
interface Inputs {
  [group: string]: Heads | Lambdas | { weight?: NdArray };
  heads: Heads;
  lambdas: Lambdas;
  norm: { weight?: NdArray };
}

const HEADS = ['q1_BHTD', 'q2_BHTD', 'k1_BHSD', 'k2_BHSD', 'v_BHSV'];
const LAMBDAS = ['lambdaQ1_D', 'lambdaK1_D', 'lambdaQ2_D', 'lambdaK2_D'];

export default defineGrader({
  inputs(draw, c: Case): Inputs {
    const { B, H, S, D, V, valueStd = 1 } = c;
    // Scores of standard deviation 2: far from even, and the two maps differ.
    const oneMap = () => drawAttention(draw, { ...c, spread: Math.SQRT2 }, { q: 'BHTD', k: 'BHSD', v: 'BHSV' });
    const [first, second] = [oneMap(), oneMap()];
    // Dot products of about ±0.5, so that λ is far from λ_init.
    const vector = () => draw.normal([D], { std: Math.sqrt(0.5) / D ** 0.25 });
    return {
      heads: { q1: first.q, q2: second.q, k1: first.k, k2: second.k, v: draw.normal([B, H, S, V], { std: valueStd }) },
      lambdas: { lambdaQ1: vector(), lambdaK1: vector(), lambdaQ2: vector(), lambdaK2: vector() },
      norm: c.normWeight ? { weight: draw.uniform([V], 0.3, 2) } : {},
    };
  },

  run: (f, { heads, lambdas, norm }, { depth, causal }) =>
    f.differentialAttention(tensors(heads), { ...named(lambdas), depth, normWeight_V: norm.weight, causal }),

  expected: (oracle, { heads, lambdas, norm }, c) =>
    eachHead(c, (b, h) => {
      const head = Object.fromEntries(Object.entries(heads).map(([name, x]) => [name, at(x, b, h)]));
      const options = { ...nestedWeights(lambdas), normWeight: norm.weight && at(norm.weight) };
      return oracle.differentialAttention(head, { ...options, depth: c.depth, causal: c.causal });
    }),

  reduction: ({ S, D, V }) => S + D + V,

  properties: {
    antisymmetry: {
      sizes: { B: 1, H: [1, 2], T: [1, 4], S: [2, 6], D: [1, 4], V: [2, 6], depth: [1, 12] },
      async holds(c, { f, inputs, read, same }) {
        const { heads } = inputs(c);
        const options = { ...named(lambdasForOne(c)), depth: c.depth };
        const swapped = { ...heads, q1: heads.q2, k1: heads.k2, q2: heads.q1, k2: heads.k1 };
        const back = await read(f.differentialAttention(tensors(swapped), options), [c.B, c.H, c.T, c.V]);
        const sentence = 'with λ = 1, exchanging the two maps does not only flip the sign';
        return same(
          f.differentialAttention(tensors(heads), options),
          mapped(back, (value) => -value),
          sentence,
        );
      },
    },
  },

  rejects: {
    ...refusals('differentialAttention', [...HEADS, ...LAMBDAS, 'normWeight_V'], {
      integers: { depth: 2 },
      call: (f, x, options) => {
        const pick = (names: string[]) => Object.fromEntries(names.map((name) => [name, x[name]]));
        return f.differentialAttention(pick(HEADS), { ...pick([...LAMBDAS, 'normWeight_V']), ...options });
      },
    }),
    'lambdaQ2_D is missing': {
      error: 'TypeError',
      names: ['differentialAttention', 'lambdaQ2_D', 'lambdaQ2'],
      call: (f, draw) => {
        const q = draw.normal([2, 3, 5, 4]);
        const heads = tensors({ q1: q, q2: q, k1: q, k2: q, v: q });
        const one = draw.normal([4]);
        return f.differentialAttention(heads, { lambdaQ1_D: one, lambdaK1_D: one, lambdaK2_D: one, depth: 2 });
      },
    },
  },

  limits: {
    twiceBothMaps: (c) => 2 * Math.max(2 * largestOf(c, 'BHTS', 'BHTD', 'BHSD'), largestOf(c, 'BHSV', 'BHTV')),
  },

  views: {
    'difference of the two maps, each row normed': {
      params: { B: 1, H: 2, T: 8, S: 8, D: 4, V: 8, depth: 2, causal: true },
      inputs: (x, { B, H, S }) => ({ ...x, heads: { ...x.heads, v: identity([B, H], S) } }),
      as: 'map_BHTS',
    },
  },
});

/** The arguments under the names of their axes. */
const tensors = ({ q1, q2, k1, k2, v }: Heads) => ({
  ...{ q1_BHTD: q1, q2_BHTD: q2, k1_BHSD: k1, k2_BHSD: k2, v_BHSV: v },
});

const named = ({ lambdaQ1, lambdaK1, lambdaQ2, lambdaK2 }: Lambdas) => ({
  ...{ lambdaQ1_D: lambdaQ1, lambdaK1_D: lambdaK1, lambdaQ2_D: lambdaQ2, lambdaK2_D: lambdaK2 },
});

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

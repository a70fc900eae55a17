import type { Oracle } from '../../kit/author/grader.ts';
import { at, type NdArray, ndarray, stack } from '../../kit/author/ndarray.ts';
import { identity, linear, projectHeads, rotate, rotationAt, scaled } from '../../kit/author/projections.ts';
import { concat, rearrange, repeat, split } from '../../kit/author/rearrange.ts';
import { hasOnly, isSet, numberOf } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters, type Golden } from '../../kit/goldens/golden.ts';

/** The oracle's eps. */
const EPS = 1e-5;

/** q1, q2 [..., T, D], k1, k2 [..., S, D] and v [..., S, V], under any leading axes. */
type Heads = Record<'q1' | 'q2' | 'k1' | 'k2' | 'v', NdArray>;

interface Options {
  lambdaQ1: number[];
  lambdaK1: number[];
  lambdaQ2: number[];
  lambdaK2: number[];
  depth: number;
  causal?: boolean;
  normWeight?: number[];
}

const LAMBDAS = ['lambda_q1', 'lambda_k1', 'lambda_q2', 'lambda_k2'];
const LAYER = ['x', ...LAMBDAS, 'q_proj.weight', 'k_proj.weight', 'v_proj.weight'];

export default defineGoldenAdapters([
  {
    // The mechanism alone, with λ and λ_init given as numbers.
    mechanism: 'diff-attention',
    inputs: ['q1', 'k1', 'q2', 'k2', 'v'],
    covers(golden) {
      const [lambda, lambdaInit] = [numberOf(golden, 'lambda'), numberOf(golden, 'lambda_init')];
      const isSquare = golden.inputs.q1.shape.at(-2) === golden.inputs.k1.shape.at(-2);
      // No depth gives more than 0.8.
      const isReachable = lambda !== undefined && lambdaInit !== undefined && lambdaInit <= 0.8 && epsOf(golden) > 0;
      return (
        hasOnly(golden, ['q1', 'k1', 'q2', 'k2', 'v', 'norm_weight']) &&
        isReachable &&
        (isSquare || !isSet(golden, 'causal'))
      );
    },
    compute(oracle, golden) {
      const { q1, k1, q2, k2, v, norm_weight } = golden.inputs;
      const heads = { q1, k1, q2, k2, v };
      const options = {
        ...reaching(numberOf(golden, 'lambda')!, numberOf(golden, 'lambda_init')!),
        causal: isSet(golden, 'causal'),
      };
      const normWeight = norm_weight && [...norm_weight.data];
      return {
        out_normed: attend(oracle, heads, { ...options, normWeight }, epsOf(golden)),
        out_raw: unnormalised(oracle, heads, options),
        diff_weights: unnormalised(oracle, withOneHotValues(heads), options),
      };
    },
  },
  {
    // Microsoft's layer: neighbouring query heads make a pair, rotated by pairs that lie side by side; depth from 0; causal.
    mechanism: 'diff-attention',
    inputs: [...LAYER, 'out_proj.weight'],
    covers: (golden) =>
      hasOnly(golden, [...LAYER, 'out_proj.weight', 'subln.weight', 'rope_cos', 'rope_sin']) &&
      !golden.inputs.rope_cos === !golden.inputs.rope_sin &&
      numberOf(golden, 'depth') !== undefined &&
      numberOf(golden, 'num_heads') !== undefined &&
      epsOf(golden) > 0,
    compute(oracle, golden) {
      const { inputs } = golden;
      const H = numberOf(golden, 'num_heads')!;
      const r = H / (numberOf(golden, 'num_kv_heads') ?? H);
      const rotation = inputs.rope_cos && { cos: inputs.rope_cos.data, sin: inputs.rope_sin.data };
      const turned = (x: NdArray) => (rotation ? rotate(x, rotation, 'interleaved') : x);
      const D = inputs['q_proj.weight'].shape[0] / (2 * H);
      const project = (name: string, width: number) =>
        projectHeads(inputs.x, inputs[`${name}.weight`], undefined, width);
      const q = turned(project('q_proj', D));
      // Keys are repeated before they are paired: with groups, both of a pair may be the same.
      const k = grouped(turned(project('k_proj', D)), r);
      const [q1, q2] = halves(q, 'b (h two) t d -> two b h t d');
      const [k1, k2] = halves(k, 'b (h two) t d -> two b h t d');
      const v = grouped(project('v_proj', 2 * D), r);
      const heads = { q1, q2, k1, k2, v };
      const options = { ...vectorsOf(golden), depth: numberOf(golden, 'depth')! + 1, causal: true };
      const normWeight = inputs['subln.weight'] && [...inputs['subln.weight'].data];
      const out = attend(oracle, heads, { ...options, normWeight }, epsOf(golden));
      const lambdaInit = lambdaOf(oracle, withoutVectors(options.depth));
      return {
        lambda_init: ndarray([], [lambdaInit]),
        lambda_full: ndarray([], [lambdaOf(oracle, options)]),
        heads_before_norm: unnormalised(oracle, heads, options),
        heads_after_norm: scaled(out, 1 / (1 - lambdaInit)),
        out: linear(rearrange(out, 'b h t d -> b t (h d)'), inputs['out_proj.weight']),
      };
    },
  },
  {
    // Hugging Face's layer: head i pairs with head i + H/2, where H counts both; rotated by halves; norm without weight; causal.
    mechanism: 'diff-attention',
    inputs: [...LAYER, 'o_proj.weight'],
    covers: (golden) =>
      hasOnly(golden, [...LAYER, 'o_proj.weight', 'position_ids']) &&
      numberOf(golden, 'layer_idx') !== undefined &&
      numberOf(golden, 'num_attention_heads', 'num_heads') !== undefined &&
      epsOf(golden) > 0 &&
      !isSet(golden, 'rope_scaling', 'rope_scaling.rope_type'),
    compute(oracle, golden) {
      const { inputs } = golden;
      const H = numberOf(golden, 'num_attention_heads', 'num_heads')!;
      const r = H / (numberOf(golden, 'num_kv_heads', 'num_key_value_heads') ?? H);
      const L = inputs.x.shape[1];
      const D = inputs['q_proj.weight'].shape[0] / H;
      const positions = inputs.position_ids?.data.subarray(0, L) ?? Array.from({ length: L }, (_, t) => t);
      const rotation = rotationAt(positions, D, numberOf(golden, 'rope_theta') ?? 10000);
      const project = (name: string) => projectHeads(inputs.x, inputs[`${name}.weight`], undefined, D);
      const [q1, q2] = halves(rotate(project('q_proj'), rotation, 'half'), 'b (two h) t d -> two b h t d');
      const [k1, k2] = halves(grouped(rotate(project('k_proj'), rotation, 'half'), r), 'b (two h) t d -> two b h t d');
      const v = rearrange(grouped(project('v_proj'), r), 'b (two h) t d -> b h t (two d)', { two: 2 });
      const heads = { q1, q2, k1, k2, v };
      const depth = numberOf(golden, 'layer_idx')! + 1;
      const out = attend(oracle, heads, { ...vectorsOf(golden), depth, causal: true }, epsOf(golden));
      // With λ = 0 the difference is the first map alone.
      const single = { ...reaching(0, 0.2), causal: true };
      const maps = [heads, { ...heads, q1: q2, k1: k2 }].map((pair) =>
        unnormalised(oracle, withOneHotValues(pair), single),
      );
      return {
        lambda_init: ndarray([], [lambdaOf(oracle, withoutVectors(depth))]),
        attention_maps: concat(maps, 1),
        out: linear(rearrange(out, 'b h t d -> b t (h d)'), inputs['o_proj.weight']),
      };
    },
  },
  {
    // λ_init alone, by depth from 0.
    mechanism: 'diff-attention',
    inputs: [],
    covers: (golden) => hasOnly(golden, ['depth']) && 'lambda_init' in golden.outputs,
    compute(oracle, { inputs, outputs }) {
      const values = outputs.lambda_init.data.map((_, i) =>
        lambdaOf(oracle, withoutVectors((inputs.depth?.data[i] ?? i) + 1)),
      );
      return { lambda_init: ndarray(outputs.lambda_init.shape, values) };
    },
  },
]);

const epsOf = (golden: Golden) => numberOf(golden, 'eps', 'subln_eps', 'norm_eps') ?? EPS;

const grouped = (x: NdArray, r: number) => repeat(x, 'b g t d -> b (g r) t d', { r });

const halves = (x: NdArray, pattern: string): NdArray[] =>
  split(rearrange(x, pattern, { two: 2 }), 0, [1, 1]).map((half) => rearrange(half, '1 b h t d -> b h t d'));

const vectorsOf = ({ inputs }: Golden) => ({
  lambdaQ1: [...inputs.lambda_q1.data],
  lambdaK1: [...inputs.lambda_k1.data],
  lambdaQ2: [...inputs.lambda_q2.data],
  lambdaK2: [...inputs.lambda_k2.data],
});

/** λ vectors and a depth that come to these two numbers. */
function reaching(lambda: number, lambdaInit: number): Options {
  const excess = lambda - lambdaInit;
  return {
    lambdaQ1: [Math.log1p(Math.max(0, excess))],
    lambdaK1: [1],
    lambdaQ2: [Math.log1p(Math.max(0, -excess))],
    lambdaK2: [1],
    depth: 1 - Math.log((0.8 - lambdaInit) / 0.6) / 0.3,
  };
}

/** λ is λ_init. */
const withoutVectors = (depth: number): Options => ({
  lambdaQ1: [0],
  lambdaK1: [0],
  lambdaQ2: [0],
  lambdaK2: [0],
  depth,
});

/** Another eps than the oracle's is the oracle's on values of another size. */
function attend(oracle: Oracle, { q1, q2, k1, k2, v }: Heads, options: Options, eps = EPS): NdArray {
  const values = scaled(v, Math.sqrt(EPS / eps));
  return stack(q1.shape.slice(0, -2), (...i) =>
    oracle.differentialAttention(
      { q1: at(q1, ...i), q2: at(q2, ...i), k1: at(k1, ...i), k2: at(k2, ...i), v: at(values, ...i) },
      options,
    ),
  );
}

/**
 * What goes into the norm, from what comes out of it. For y = x/√(mean x² + eps), mean x² + eps = eps/(1 − mean y²): well
 * conditioned where eps is not lost beside mean x², so the values are made small.
 */
function unnormalised(oracle: Oracle, heads: Heads, options: Options): NdArray {
  const small = 1e-3;
  const lambdaInit = 0.8 - 0.6 * Math.exp(-0.3 * (options.depth - 1));
  const normed = scaled(attend(oracle, { ...heads, v: scaled(heads.v, small) }, options), 1 / (1 - lambdaInit));
  const V = normed.shape[normed.shape.length - 1];
  const raw = normed.data.map((value, i) => {
    const row = normed.data.subarray(i - (i % V), i - (i % V) + V);
    const meanSquare = row.reduce((sum, y) => sum + y * y, 0) / V;
    return (value * Math.sqrt(EPS / (1 - meanSquare))) / small;
  });
  return ndarray(normed.shape, raw);
}

/** One query and one key: what is left of a value of 1 is 1 − λ. */
function lambdaOf(oracle: Oracle, options: Options): number {
  const one = ndarray([1, 1], [1]);
  return 1 - unnormalised(oracle, { q1: one, q2: one, k1: one, k2: one, v: one }, options).data[0];
}

/** With these, the output is the weights. */
function withOneHotValues(heads: Heads): Heads {
  const [lead, S] = [heads.k1.shape.slice(0, -2), heads.k1.shape.at(-2)!];
  return { ...heads, v: stack(lead, () => at(identity(S))) };
}

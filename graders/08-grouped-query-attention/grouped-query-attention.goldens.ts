import type { Oracle } from '../../kit/author/grader.ts';
import { at, type NdArray, ndarray, stack } from '../../kit/author/ndarray.ts';
import { linear, projectHeads, rotate, rotationAt } from '../../kit/author/projections.ts';
import { rearrange } from '../../kit/author/rearrange.ts';
import {
  type Attention,
  asInFile,
  atDefaultScale,
  maskOptions,
  readAttention,
  withOneHotValues,
} from '../../kit/goldens/attention.ts';
import { hasOnly, isSet, numberOf } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters, type Golden } from '../../kit/goldens/golden.ts';

const PROJECTIONS = ['q_proj', 'k_proj', 'v_proj', 'o_proj'].flatMap((name) => [`${name}.weight`, `${name}.bias`]);
const MEAN_POOLED = ['w_q', 'w_k', 'w_v', 'w_o', 'x'];

export default defineGoldenAdapters([
  // The masks that the oracles of flash attention and of sliding windows have no argument for are matched here.
  ...['gqa', 'flash', 'sliding-window'].map((mechanism) => ({
    mechanism,
    inputs: ['q', 'k', 'v'],
    covers: (golden: Golden) => readAttention(golden) !== null,
    compute(oracle: Oracle, golden: Golden) {
      const file = readAttention(golden)!;
      return asInFile(golden, file, { out: attend(oracle, file), weights: attend(oracle, withOneHotValues(file)) });
    },
  })),
  {
    // Hugging Face's Llama: projections, rotated queries and keys, causal.
    mechanism: 'gqa',
    inputs: ['x', 'q_proj.weight', 'k_proj.weight', 'v_proj.weight', 'o_proj.weight'],
    covers: (golden) =>
      hasOnly(golden, ['x', 'position_ids', 'attention_mask', ...PROJECTIONS]) &&
      numberOf(golden, 'num_heads', 'H') !== undefined &&
      !isSet(golden, 'sliding_window', 'softcap', 'rope_type', 'rope_scaling', 'rope_scaling.rope_type'),
    compute(oracle, golden) {
      const { inputs, outputs } = golden;
      const { x, attention_mask } = inputs;
      const L = x.shape[1];
      const H = numberOf(golden, 'num_heads', 'H')!;
      const D = numberOf(golden, 'head_dim') ?? inputs['q_proj.weight'].shape[0] / H;
      const base = numberOf(golden, 'rope_theta');
      const positions = inputs.position_ids?.data.subarray(0, L) ?? Array.from({ length: L }, (_, t) => t);
      const [q, k, v] = ['q_proj', 'k_proj', 'v_proj'].map((name) => {
        const heads = projectHeads(x, inputs[`${name}.weight`], inputs[`${name}.bias`], D);
        return name === 'v_proj' || !base ? heads : rotate(heads, rotationAt(positions, D, base), 'half');
      });
      const file = causal({ q, k, v, ...(attention_mask && { attention_mask }) }, outputs.weights);
      return {
        out: linear(merged(attend(oracle, file)), inputs['o_proj.weight'], inputs['o_proj.bias']),
        weights: attend(oracle, withOneHotValues(file)),
      };
    },
  },
  {
    // The conversion of Ainslie et al.: the same queries on the heads' own keys, and on the means of each group.
    mechanism: 'gqa',
    inputs: MEAN_POOLED,
    covers: (golden) => hasOnly(golden, MEAN_POOLED) && numberOf(golden, 'H', 'num_heads') !== undefined,
    compute(oracle, golden) {
      const { x, w_q, w_k, w_v, w_o } = golden.inputs;
      const H = numberOf(golden, 'H', 'num_heads')!;
      const G = numberOf(golden, 'kv_heads', 'num_kv_heads') ?? H;
      const D = w_q.shape[0] / H;
      const heads = (w: NdArray) => projectHeads(x, w, undefined, D);
      const out = (wk: NdArray, wv: NdArray) =>
        linear(merged(attend(oracle, causal({ q: heads(w_q), k: heads(wk), v: heads(wv) }))), w_o);
      return { out_mha: out(w_k, w_v), out_gqa: out(meanOfGroups(w_k, G, D), meanOfGroups(w_v, G, D)) };
    },
  },
]);

/** What a layer's projections give, as a file of their own. */
function causal(inputs: Golden['inputs'], weights?: NdArray): Attention {
  const [outputs, params] = [weights ? { weights } : {}, { causal: true }];
  return readAttention({ mechanism: 'sdpa', case: '', params, inputs, outputs: outputs as Golden['outputs'] })!;
}

const merged = (x_BHTD: NdArray) => rearrange(x_BHTD, 'b h t d -> b t (h d)');

function attend(oracle: Oracle, attention: Attention): NdArray {
  const { q_BHTD, k_BGSD, v_BGSV } = atDefaultScale(attention);
  const [B, H] = q_BHTD.shape;
  return stack([B], (b) => {
    const heads = Array.from({ length: H }, (_, h) => maskOptions(attention, b, h));
    const visible: number[][][] = at(attention.visible_BHTS, b);
    const mask = visible.map((head) => head.map((row) => row.map(Boolean)));
    // One word for all heads if there is one.
    const options = heads.some((head) => head.mask) ? { mask } : heads[0];
    return oracle.groupedQueryAttention(at(q_BHTD, b), at(k_BGSD, b), at(v_BGSV, b), options);
  });
}

/** [(H·D), M] to [(G·D), M]: neighbours make a group. */
function meanOfGroups(w: NdArray, G: number, D: number): NdArray {
  const [, r, , M] = rearrange(w, '(g r d) m -> g r d m', { g: G, d: D }).shape;
  const grouped = rearrange(w, '(g r d) m -> (g d m) r', { g: G, d: D });
  const means = Array.from({ length: G * D * M }, (_, i) => {
    return grouped.data.subarray(i * r, (i + 1) * r).reduce((sum, value) => sum + value, 0) / r;
  });
  return ndarray([G * D, M], means);
}

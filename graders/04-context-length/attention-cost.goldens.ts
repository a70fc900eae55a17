import { type NdArray, ndarray } from '../../kit/author/ndarray.ts';
import { hasOnly, numberOf } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters, type Golden } from '../../kit/goldens/golden.ts';

export default defineGoldenAdapters([
  {
    mechanism: 'context-length-facts',
    inputs: ['seq_len'],
    covers(golden) {
      const dims = numberOf(golden, 'kv_lora_rank') ? ['head_dim', 'qk_nope_head_dim'] : ['head_dim'];
      const needed = [['num_layers'], ['num_heads'], dims];
      return hasOnly(golden, ['seq_len']) && needed.every((names) => numberOf(golden, ...names));
    },
    compute(oracle, golden) {
      const { seq_len } = golden.inputs;
      const { kvHeads, keyDim, valueDim, latentDim, config } = sizesOf(golden);
      const H = config.heads;
      const bytes = (kvHeads: number, headDim: number, context: number): number =>
        oracle.attentionCost({ ...config, kvHeads, headDim, context }).kvCacheBytes;
      // The oracle's keys are as wide as its values: half of its cache is either.
      const cache = (heads: number, context: number) =>
        bytes(heads, keyDim, context) / 2 + bytes(heads, valueDim, context) / 2;
      const latent = (context: number) => bytes(1, latentDim ?? 0, context) / 2;

      // A model of width 0 has no projections, so that QKᵀ and the weighted sum are left.
      const core = (cost: 'prefillFlops' | 'decodeFlops', context: number) => {
        const of = (headDim: number): number =>
          oracle.attentionCost({ ...config, modelDim: 0, kvHeads, headDim, context })[cost] / 2;
        return of(keyDim) + of(valueDim);
      };
      const forEach = (value: (length: number) => number): NdArray => ndarray(seq_len.shape, seq_len.data.map(value));
      const window = numberOf(golden, 'sliding_window') ?? Infinity;
      return {
        kv_cache_bytes_per_token: ndarray([], [cache(kvHeads, 1)]),
        kv_cache_bytes: forEach((T) => cache(kvHeads, T)),
        kv_cache_bytes_if_mha: forEach((T) => cache(H, T)),
        kv_cache_bytes_rolling_window: forEach((T) => cache(kvHeads, Math.min(T, window))),
        ...(latentDim && {
          kv_cache_bytes_per_token_latent: ndarray([], [latent(1)]),
          kv_cache_bytes_latent: forEach(latent),
        }),
        kv_cache_bytes_per_token_expanded_mha: ndarray([], [cache(H, 1)]),
        attention_core_flops_full_matrix: forEach((T) => core('prefillFlops', T)),
        // One query on as many keys as there are visible pairs.
        attention_core_flops_causal_pairs: forEach((T) => core('decodeFlops', (T * (T + 1)) / 2)),
      };
    },
  },
]);

/** Latent attention has keys of nope and rope parts, values of another width, and one latent a token in the cache. */
function sizesOf(golden: Golden) {
  const latentRank = numberOf(golden, 'kv_lora_rank');
  const rotary = numberOf(golden, 'qk_rope_head_dim') ?? 0;
  const headDim = numberOf(golden, 'head_dim');
  const heads = numberOf(golden, 'num_heads')!;
  const keyDim = latentRank ? (numberOf(golden, 'qk_nope_head_dim') ?? headDim!) + rotary : headDim!;
  return {
    kvHeads: numberOf(golden, 'num_kv_heads') ?? heads,
    keyDim,
    valueDim: numberOf(golden, 'v_head_dim') ?? headDim ?? keyDim,
    latentDim: latentRank && latentRank + rotary,
    config: {
      layers: numberOf(golden, 'num_layers')!,
      modelDim: numberOf(golden, 'hidden') ?? 0,
      heads,
      batch: numberOf(golden, 'batch') ?? 1,
      bytesPerValue: numberOf(golden, 'bytes_per_element') ?? 2,
    },
  };
}

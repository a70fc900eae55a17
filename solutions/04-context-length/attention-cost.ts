import type { AttentionConfig, AttentionCost } from '../../exercises/04-context-length/attention-cost';
import { requireInteger } from '../../exercises/arguments';

/** Flops and bytes of a decoder's attention, from its configuration. */
export function attentionCost(config: AttentionConfig): AttentionCost {
  const { layers, modelDim, heads, kvHeads, headDim, context, batch, bytesPerValue } = config;
  // By name, not by the config's own keys, so that a missing one is found.
  const sizes = { layers, modelDim, heads, kvHeads, headDim, context, batch, bytesPerValue };
  for (const [name, value] of Object.entries(sizes)) requireInteger('attentionCost', name, value);
  if (heads % kvHeads !== 0) {
    throw new RangeError(`attentionCost: heads must be a multiple of kvHeads, but they are ${heads} and ${kvHeads}`);
  }

  const layerWeights = 2 * modelDim * headDim * (heads + kvHeads);
  // Each weight is used once per token, in a multiplication and an addition.
  const projectionFlops = 2 * layerWeights;
  // Query · keys and weights · values: the query heads count, however many share a key.
  const productFlops = 2 * (2 * heads * headDim * context);
  const tokenFlops = layers * (projectionFlops + productFlops);

  const decodeFlops = batch * tokenFlops;
  const weightBytes = layers * layerWeights * bytesPerValue;
  const kvCacheBytes = layers * batch * context * 2 * kvHeads * headDim * bytesPerValue;
  return {
    prefillFlops: decodeFlops * context,
    decodeFlops,
    scoreBytes: batch * heads * context * context * bytesPerValue,
    kvCacheBytes,
    weightBytes,
    decodeIntensity: decodeFlops / (weightBytes + kvCacheBytes),
  };
}

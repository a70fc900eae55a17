/**
 * KV cache: project the past once, then keep it
 *
 * A model that writes attends from its newest token to all earlier ones. Their keys and values do not change when a
 * token is added, because causal attention never looks ahead. So they are kept, and a step projects one token only:
 *
 *   prefill   the whole prompt at once:  out = causal attention of T tokens,  cache = its keys and values
 *   decode    one more token x:          k = x wk,  v = x wv,  cache ← [cache, (k, v)]
 *                                        out = softmax(q Kᵀ / √D) V wo,   q = x wq, K and V from the longer cache
 *
 * Shapes. B batch, T prompt tokens, S tokens in the cache, M d_model, H heads, D = M / H. Weights are [M, M], used as
 * x @ w, without biases; head h owns columns h·D … h·D + D − 1 of wq, wk and wv, and rows h·D … of wo:
 *
 *   x_BTM ── wq, wk, wv ─▶ [B,T,M] ─ split heads ─▶ q, k, v [B,H,T,D] ─▶ attention [B,H,T,D] ─ merge, wo ─▶ out_BTM
 *                                                     k and v are the cache: k_BHSD, v_BHSD with S = T
 *
 * By hand, with one head, D = M = 2 and every weight the identity: the prompt is [2, 0], [0, 2], the next token [2, 2].
 *   after the prompt     K = V = [2, 0], [0, 2]
 *   after the step       K = V = [2, 0], [0, 2], [2, 2]
 *   scores  = [4, 4, 8] / √2 = [2.828, 2.828, 5.657]
 *   weights = [0.053, 0.053, 0.894]
 *   out     = [1.894, 1.894], which is the third row of causal attention on all three tokens
 *
 * Checked: prompts, steps, the cache after each; logits of ±10 000; that any split into prompt and steps gives the same;
 * gradients, also through the cache; flops of a step (at most 1.5 times a plain solution's, growing as S, not S²);
 * the prompt computed all at once; no memory leak, the old cache unchanged; invalid arguments refused.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes, requireInteger, requireTensor } from '../arguments';

/** Each [M, M]. */
export interface CacheWeights {
  wq: tf.Tensor2D;
  wk: tf.Tensor2D;
  wv: tf.Tensor2D;
  wo: tf.Tensor2D;
}

/** Keys and values as projected (neither scaled nor merged), the oldest token first. */
export type KvCache = {
  k_BHSD: tf.Tensor4D;
  v_BHSD: tf.Tensor4D;
};

export interface Options {
  /** H, a positive integer that divides M. */
  heads: number;
}

/**
 * @param x_BTM the prompt
 * @returns out_BTM, causal attention of the prompt; cache with S = T
 * @throws RangeError where sizes disagree or heads does not divide M; TypeError for anything but a float32 tensor
 */
export function prefill(
  x_BTM: tf.Tensor3D,
  weights: CacheWeights,
  options: Options,
): { out_BTM: tf.Tensor3D; cache: KvCache } {
  // TODO 1  Refuse invalid arguments. `axes` reads sizes from names: axes('prefill', { x_BTM, wq_MM: weights.wq, … }).
  // TODO 2  Project, then split into heads: [B,T,M] becomes [B,T,H,D], and only then [B,H,T,D].
  // TODO 3  Causal attention, heads merged again, wo. Return what tf.tidy should keep: out_BTM and the cache.
  throw new Error('TODO 1: prefill is not written yet');
}

/**
 * @param x_B1M the newest token of each sequence
 * @param cache the tokens before it; do not change or dispose it, it belongs to the caller
 * @returns out_B1M, the newest row of causal attention; the longer cache, with S + 1 tokens
 * @throws RangeError where sizes disagree, also those of the cache; TypeError for anything but a float32 tensor
 */
export function decodeStep(
  x_B1M: tf.Tensor3D,
  weights: CacheWeights,
  cache: KvCache,
  options: Options,
): { out_B1M: tf.Tensor3D; cache: KvCache } {
  // TODO 4  Refuse invalid arguments. The cache must have this batch size, these heads and this D.
  // TODO 5  Project this token only, and append its key and value to those in the cache.
  // TODO 6  Attend from the one query to all keys. Does it need a mask?
  throw new Error('TODO 4: decodeStep is not written yet');
}

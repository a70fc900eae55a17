import { scaledDotProduct } from '../01-attention-fundamentals/scaled-dot-product.ts';

/**
 * out_t = Σ_s softmax_s(q_t·k_s / √D) v_s, over the window s = max(0, t − W + 1) … t
 *
 * Source: Jiang et al. 2023 (Mistral 7B), section 2, arXiv:2310.06825. W keys with the query's own among them, as in
 * vLLM, Mistral's rolling cache and Hugging Face's masking_utils; the paper's words (between i − W and i) and
 * FlashAttention's window_size = (W, 0) make it one more.
 *
 * @param q queries [T][D], one head
 * @param k keys [T][D]
 * @param v values [T][V]
 * @param options window: how many keys a query sees
 * @returns [T][V]
 */
export function slidingWindow(q: number[][], k: number[][], v: number[][], { window }: { window: number }): number[][] {
  const mask = q.map((_, t) => k.map((_, s) => s > t - window));
  return scaledDotProduct(q, k, v, { causal: true, mask });
}

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
export function slidingWindow(q: number[][], k: number[][], v: number[][], options: { window: number }): number[][] {
  const [T, D, V] = [q.length, q[0].length, v[0].length];
  const out: number[][] = [];
  for (let t = 0; t < T; t++) {
    const first = Math.max(0, t - options.window + 1);

    let largest = -Infinity;
    const scores: number[] = [];
    for (let s = first; s <= t; s++) {
      let dot = 0;
      for (let d = 0; d < D; d++) dot += q[t][d] * k[s][d];
      scores[s] = dot / Math.sqrt(D);
      largest = Math.max(largest, scores[s]);
    }

    let sum = 0;
    for (let s = first; s <= t; s++) sum += Math.exp(scores[s] - largest);
    const row = new Array<number>(V).fill(0);
    for (let s = first; s <= t; s++) {
      const weight = Math.exp(scores[s] - largest) / sum;
      for (let j = 0; j < V; j++) row[j] += weight * v[s][j];
    }
    out.push(row);
  }
  return out;
}

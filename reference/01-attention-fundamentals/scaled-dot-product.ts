/**
 * Attention(Q, K, V) = softmax(QKᵀ · scale) V, with scale = 1/√D
 *
 * Source: Vaswani et al. 2017, eq. 1, arXiv:1706.03762. Our D is their d_k.
 * A query that may attend to nothing gets a row of zeros.
 *
 * @param q queries [T][D], one head
 * @param k keys [S][D]
 * @param v values [S][V]
 * @param options mask [T][S], true where query t may attend to key s; causal: s ≤ t + S − T
 * @returns [T][V]
 */
export function scaledDotProduct(
  q: number[][],
  k: number[][],
  v: number[][],
  options: { mask?: boolean[][]; causal?: boolean; scale?: number } = {},
): number[][] {
  const [T, S, D, V] = [q.length, k.length, q[0].length, v[0].length];
  const scale = options.scale ?? 1 / Math.sqrt(D);
  const out: number[][] = [];
  for (let t = 0; t < T; t++) {
    const mayAttend = (s: number) => (options.mask?.[t][s] ?? true) && (!options.causal || s <= t + S - T);

    let largest = -Infinity;
    const scores: number[] = [];
    for (let s = 0; s < S; s++) {
      let dot = 0;
      for (let d = 0; d < D; d++) dot += q[t][d] * k[s][d];
      scores[s] = mayAttend(s) ? dot * scale : -Infinity;
      largest = Math.max(largest, scores[s]);
    }

    const row = new Array<number>(V).fill(0);
    if (largest > -Infinity) {
      let sum = 0;
      for (let s = 0; s < S; s++) sum += Math.exp(scores[s] - largest);
      for (let s = 0; s < S; s++) {
        const weight = Math.exp(scores[s] - largest) / sum;
        for (let j = 0; j < V; j++) row[j] += weight * v[s][j];
      }
    }
    out.push(row);
  }
  return out;
}

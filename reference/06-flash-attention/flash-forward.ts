/**
 * lse_t = ln Σ_s exp(q_t·k_s/√D),      out_t = Σ_s exp(q_t·k_s/√D − lse_t) v_s
 *
 * Source: Dao et al. 2022, arXiv:2205.14135; lse is the L of Dao 2023, arXiv:2307.08691, algorithm 1.
 * Flash attention is exact: what it computes does not depend on the blocks, so this oracle has none. Our T and S are
 * both their N, our D and V their d.
 * A query that sees no key has lse −Infinity and a row of zeros.
 *
 * @param q queries [T][D], one head
 * @param k keys [S][D]
 * @param v values [S][V]
 * @param options causal: s ≤ t + S − T. The block sizes are not read.
 * @returns out [T][V], lse [T]
 */
export function flashAttention(
  q: number[][],
  k: number[][],
  v: number[][],
  options: { blockQ?: number; blockK?: number; causal?: boolean } = {},
): { out: number[][]; lse: number[] } {
  const [T, S, D, V] = [q.length, k.length, q[0].length, v[0].length];
  const out: number[][] = [];
  const lse: number[] = [];
  for (let t = 0; t < T; t++) {
    const visible = options.causal ? Math.max(0, t + S - T + 1) : S;

    let largest = -Infinity;
    const scores: number[] = [];
    for (let s = 0; s < visible; s++) {
      let dot = 0;
      for (let d = 0; d < D; d++) dot += q[t][d] * k[s][d];
      scores[s] = dot / Math.sqrt(D);
      largest = Math.max(largest, scores[s]);
    }

    let sum = 0;
    for (let s = 0; s < visible; s++) sum += Math.exp(scores[s] - largest);
    lse[t] = largest + Math.log(sum);

    // exp(score − largest) / sum is exp(score − lse), but does not round the large lse first.
    const row = new Array<number>(V).fill(0);
    for (let s = 0; s < visible; s++) {
      const weight = Math.exp(scores[s] - largest) / sum;
      for (let j = 0; j < V; j++) row[j] += weight * v[s][j];
    }
    out.push(row);
  }
  return { out, lse };
}

type Matrix = number[][];

/**
 * head_h = softmax(Q_h K_gᵀ / √D) V_g,  with g = ⌊h·G/H⌋
 *
 * Source: Ainslie et al. 2023, section 2.2, arXiv:2305.13245: heads in order, H/G neighbours to a group.
 * G = H is multi-head attention (Vaswani et al. 2017), G = 1 multi-query attention (Shazeer 2019).
 * A query that may attend to nothing gets a row of zeros.
 *
 * @param q queries [H][T][D]
 * @param k keys [G][S][D]
 * @param v values [G][S][V]
 * @param options mask [H][T][S], true where query t of head h may attend to key s; causal: s ≤ t + S − T
 * @returns [H][T][V]
 */
export function groupedQueryAttention(
  q: Matrix[],
  k: Matrix[],
  v: Matrix[],
  options: { causal?: boolean; mask?: boolean[][][] } = {},
): Matrix[] {
  const [H, G, T, S] = [q.length, k.length, q[0].length, k[0].length];
  const out: Matrix[] = [];
  for (let h = 0; h < H; h++) {
    const g = Math.floor((h * G) / H);
    const mayAttend = (t: number, s: number) =>
      (options.mask?.[h][t][s] ?? true) && (!options.causal || s <= t + S - T);
    out.push(attention(q[h], k[g], v[g], mayAttend));
  }
  return out;
}

/** softmax(q kᵀ / √D) v of one head. */
function attention(q: Matrix, k: Matrix, v: Matrix, mayAttend: (t: number, s: number) => boolean): Matrix {
  const [D, V] = [q[0].length, v[0].length];
  return q.map((query, t) => {
    const scores = k.map((key, s) => {
      let dot = 0;
      for (let d = 0; d < D; d++) dot += query[d] * key[d];
      return mayAttend(t, s) ? dot / Math.sqrt(D) : -Infinity;
    });
    const largest = Math.max(...scores);

    const row = new Array<number>(V).fill(0);
    if (largest === -Infinity) return row;
    let sum = 0;
    for (const score of scores) sum += Math.exp(score - largest);
    scores.forEach((score, s) => {
      const weight = Math.exp(score - largest) / sum;
      for (let j = 0; j < V; j++) row[j] += weight * v[s][j];
    });
    return row;
  });
}

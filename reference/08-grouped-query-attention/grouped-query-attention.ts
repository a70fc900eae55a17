import { scaledDotProduct } from '../01-attention-fundamentals/scaled-dot-product.ts';

type Matrix = number[][];

/**
 * head_h = softmax(Q_h K_gᵀ / √D) V_g,  with g = ⌊h·G/H⌋
 *
 * Source: Ainslie et al. 2023, section 2.2, arXiv:2305.13245: heads in order, H/G neighbours per group.
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
  const [H, G] = [q.length, k.length];
  const { causal, mask } = options;
  return q.map((queries, h) => {
    const g = Math.floor((h * G) / H);
    return scaledDotProduct(queries, k[g], v[g], { causal, mask: mask?.[h] });
  });
}

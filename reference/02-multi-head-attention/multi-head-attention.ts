import { scaledDotProduct } from '../01-attention-fundamentals/scaled-dot-product.ts';

type Matrix = number[][];

export interface MultiHeadWeights {
  wq: Matrix;
  wk: Matrix;
  wv: Matrix;
  wo: Matrix;
  bq?: number[];
  bk?: number[];
  bv?: number[];
  bo?: number[];
}

/**
 * MultiHead(x, c) = concat(head_0 … head_{H−1}) Wo + bo
 * head_h          = softmax(q_h k_hᵀ / √D) v_h,  q = x Wq + bq,  k = c Wk + bk,  v = c Wv + bv
 *
 * q_h are the columns h·D … h·D + D − 1 of q, with D = M / H; k_h and v_h likewise.
 *
 * Source: Vaswani et al. 2017, section 3.2.2, arXiv:1706.03762. Our M, H, D are their d_model, h, d_k = d_v; their
 * per-head matrices W_i are our columns. The biases are those of torch.nn.MultiheadAttention, whose matrices are the
 * transposes of ours. A head in which a query may attend to nothing gives zeros, so that only Wo and bo act on them.
 *
 * @param x [T][M], one sequence
 * @param weights matrices [M][M], biases [M]
 * @param options heads: H; context: [S][M], default x; mask: [H][T][S], true where query t may attend to key s in
 *   head h; causal: s ≤ t + S − T
 * @returns [T][M]
 */
export function multiHeadAttention(
  x: Matrix,
  weights: MultiHeadWeights,
  options: { heads: number; context?: Matrix; mask?: boolean[][][]; causal?: boolean },
): Matrix {
  const { heads: H, context = x, mask, causal = false } = options;
  const D = x[0].length / H;

  const q = affine(x, weights.wq, weights.bq);
  const k = affine(context, weights.wk, weights.bk);
  const v = affine(context, weights.wv, weights.bv);

  const joined: Matrix = x.map(() => []);
  for (let h = 0; h < H; h++) {
    const columns = (matrix: Matrix) => matrix.map((row) => row.slice(h * D, (h + 1) * D));
    const head = scaledDotProduct(columns(q), columns(k), columns(v), { causal, mask: mask?.[h] });
    for (let t = 0; t < x.length; t++) joined[t].push(...head[t]);
  }
  return affine(joined, weights.wo, weights.bo);
}

/** x W + b, row by row. */
function affine(x: Matrix, w: Matrix, bias?: number[]): Matrix {
  return x.map((row) =>
    w[0].map((_, column) => {
      let sum = bias?.[column] ?? 0;
      for (let i = 0; i < row.length; i++) sum += row[i] * w[i][column];
      return sum;
    }),
  );
}

/**
 * Causal multi-head attention, and the same one token at a time:
 *
 *   head_h = softmax(x Wq_h (x Wk_h)ᵀ / √D) x Wv_h, where token t sees tokens 0 … t
 *   out    = Concat(head_1 … head_H) Wo
 *
 * Source: Vaswani et al. 2017, sections 3.2.1 to 3.2.3, arXiv:1706.03762; step by step: Shazeer 2019, section 2.3 and
 * 2.4, arXiv:1911.02150. Our M is their d_model, D their d_k = d_v; Wq_h is columns h·D … h·D + D − 1 of wq.
 */
import { scaledDotProduct } from '../01-attention-fundamentals/scaled-dot-product.ts';

export interface Weights {
  wq: number[][];
  wk: number[][];
  wv: number[][];
  wo: number[][];
}

/** keys and values [H][S][D] */
export interface Cache {
  k: number[][][];
  v: number[][][];
}

/**
 * @param x one sequence [T][M]
 * @returns out [T][M]; cache of all T tokens
 */
export function prefill(
  x: number[][],
  weights: Weights,
  { heads }: { heads: number },
): { out: number[][]; cache: Cache } {
  const q = splitHeads(matMul(x, weights.wq), heads);
  const k = splitHeads(matMul(x, weights.wk), heads);
  const v = splitHeads(matMul(x, weights.wv), heads);
  const out = q.map((qh, h) => scaledDotProduct(qh, k[h], v[h], { causal: true }));
  const merged = x.map((_, t) => out.flatMap((head) => head[t]));
  return { out: matMul(merged, weights.wo), cache: { k, v } };
}

/**
 * @param x the newest token [M]
 * @param cache the tokens before it
 * @returns out [M]; the cache with this token added
 */
export function decodeStep(
  x: number[],
  weights: Weights,
  cache: Cache,
  { heads }: { heads: number },
): { out: number[]; cache: Cache } {
  const q = splitHeads(matMul([x], weights.wq), heads);
  const newK = splitHeads(matMul([x], weights.wk), heads);
  const newV = splitHeads(matMul([x], weights.wv), heads);
  const k = cache.k.map((keys, h) => [...keys, newK[h][0]]);
  const v = cache.v.map((values, h) => [...values, newV[h][0]]);
  const merged = q.flatMap((qh, h) => scaledDotProduct(qh, k[h], v[h])[0]);
  return { out: matMul([merged], weights.wo)[0], cache: { k, v } };
}

/** [T][H·D] as [H][T][D] */
function splitHeads(x: number[][], heads: number): number[][][] {
  const D = x[0].length / heads;
  return Array.from({ length: heads }, (_, h) => x.map((row) => row.slice(h * D, (h + 1) * D)));
}

function matMul(a: number[][], b: number[][]): number[][] {
  return a.map((row) => {
    const out = new Array<number>(b[0].length).fill(0);
    for (let i = 0; i < b.length; i++) for (let j = 0; j < out.length; j++) out[j] += row[i] * b[i][j];
    return out;
  });
}

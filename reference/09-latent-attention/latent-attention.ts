/**
 * Multi-head latent attention without query compression, one sequence at a time:
 *
 *   c_s = RMSNorm(x_s W_DKV)                  cached, C numbers
 *   r_s = RoPE(x_s W_KR)                      cached, R numbers, shared by all heads
 *   [q_th | ρ_th] = head h of x_t W_Q         D and R numbers
 *   score_hts = (q_th · c_s W_UK[h] + RoPE(ρ_th) · r_s) / √(D + R)
 *   out_t = concat over h of (Σ_s softmax_s(score_hts) c_s W_UV[h])  W_O
 *
 * Source: DeepSeek-V2 2024, eq. 9 to 19 and section 2.1.2 (absorption), arXiv:2405.04434; norm, order and pairing as in
 * DeepSeek's own code. Our C is their d_c, R their d_h^R, D their d_h, c their c^KV.
 */
import { softmax } from '../01-attention-fundamentals/softmax.ts';
import { rope } from '../03-rotary-embeddings/rope.ts';

export interface LatentWeights {
  /** [M][H·(D+R)] */
  wq: number[][];
  /** [M][C] */
  wDownKv: number[][];
  /** [M][R] */
  wKeyRope: number[][];
  /** [C] */
  latentNorm: number[];
  /** [H][C][D] */
  wUpK: number[][][];
  /** [H][C][V] */
  wUpV: number[][][];
  /** [H·V][M] */
  wo: number[][];
}

export interface LatentCache {
  /** [S][C], after the norm */
  latent: number[][];
  /** [S][R], after the rotation */
  keyRope: number[][];
}

/** @param x [T][M] */
export function compress(x: number[][], weights: LatentWeights, positions: number[]): LatentCache {
  const { wDownKv, wKeyRope, latentNorm } = weights;
  const latent = x.map((token) => {
    const down = rowTimes(token, wDownKv);
    const meanSquare = down.reduce((sum, value) => sum + value * value, 0) / down.length;
    return down.map((value, c) => (value / Math.sqrt(meanSquare + 1e-6)) * latentNorm[c]);
  });
  const keys = x.map((token) => rowTimes(token, wKeyRope));
  return { latent, keyRope: rope(keys, positions, { pairing: 'interleaved' }) };
}

/** Keys and values computed from the cache. @param x [T][M], the newest T of S cached tokens @returns [T][M] */
export function attendNaive(
  x: number[][],
  cache: LatentCache,
  weights: LatentWeights,
  positions: number[],
): number[][] {
  return attend(x, cache, weights, positions, (h) => {
    const k = cache.latent.map((c) => rowTimes(c, weights.wUpK[h]));
    const v = cache.latent.map((c) => rowTimes(c, weights.wUpV[h]));
    return (content, rotary, visible) => {
      const scores = visible.map((s) => dot(content, k[s]) + dot(rotary, cache.keyRope[s]));
      return weightedSum(shares(scores, content.length + rotary.length), v);
    };
  });
}

/** The same result in another order: query times W_UKᵀ, and W_UV after the sum over keys. */
export function attendAbsorbed(
  x: number[][],
  cache: LatentCache,
  weights: LatentWeights,
  positions: number[],
): number[][] {
  return attend(x, cache, weights, positions, (h) => (content, rotary, visible) => {
    const latentQuery = weights.wUpK[h].map((row) => dot(content, row));
    const scores = visible.map((s) => dot(latentQuery, cache.latent[s]) + dot(rotary, cache.keyRope[s]));
    return rowTimes(weightedSum(shares(scores, content.length + rotary.length), cache.latent), weights.wUpV[h]);
  });
}

/** What both forms share: queries, who sees whom, heads side by side, W_O. `head` gives one head's output for one query. */
function attend(
  x: number[][],
  cache: LatentCache,
  { wq, wUpK, wo }: LatentWeights,
  positions: number[],
  head: (h: number) => (content: number[], rotary: number[], visible: number[]) => number[],
): number[][] {
  const [H, D, R] = [wUpK.length, wUpK[0][0].length, cache.keyRope[0].length];
  const [T, S] = [x.length, cache.latent.length];
  const heads = Array.from({ length: H }, (_, h) => head(h));
  return x.map((token, t) => {
    const visible = Array.from({ length: t + S - T + 1 }, (_, s) => s);
    const q = rowTimes(token, wq);
    const outputs = heads.map((attendTo, h) => {
      const own = q.slice(h * (D + R), (h + 1) * (D + R));
      const [rotary] = rope([own.slice(D)], [positions[t]], { pairing: 'interleaved' });
      return attendTo(own.slice(0, D), rotary, visible);
    });
    return rowTimes(outputs.flat(), wo);
  });
}

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** row @ matrix */
function rowTimes(row: number[], matrix: number[][]): number[] {
  return matrix[0].map((_, column) => row.reduce((sum, value, i) => sum + value * matrix[i][column], 0));
}

/** Σ_s weights_s rows_s */
function weightedSum(weights: number[], rows: number[][]): number[] {
  return rowTimes(weights, rows.slice(0, weights.length));
}

/** softmax(scores / √width) */
function shares(scores: number[], width: number): number[] {
  return softmax(scores.map((score) => score / Math.sqrt(width)));
}

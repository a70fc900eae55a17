/**
 * Multi-head latent attention (MLA)
 *
 * Instead of keys and values of every head, cache one short latent vector per token, and compute both from it:
 *
 *   c_s = RMSNorm(x_s W_DKV)         the latent, C numbers, cached         (DeepSeek-V2, eq. 9, arXiv:2405.04434)
 *   r_s = RoPE(x_s W_KR)             a rotary key, R numbers, cached, shared by all heads                 (eq. 15)
 *   k_sh = c_s W_UK[h]               content key of head h, D numbers                                     (eq. 10)
 *   v_sh = c_s W_UV[h]               value of head h, V numbers                                           (eq. 11)
 *   [q_th | ρ_th] = x_t W_Q          per head: content query, D numbers, then rotary query, R numbers; ρ is turned
 *
 *   score_hts = (q_th · k_sh + ρ_th · r_s) / √(D + R),   causal softmax over s,   out_t = concat_h(Σ_s w_hts v_sh) W_O
 *
 * attendNaive does exactly that. attendAbsorbed never computes k or v: matrix products can be taken in another order,
 *
 *   q · (c W_UK) = (q W_UKᵀ) · c          so the query moves into the latent space,
 *   Σ w (c W_UV) = (Σ w c) W_UV           and values are computed once per query, not once per key.
 *
 * Shapes. B batch, H heads, T queries, S cached tokens, M model, C latent, R rotary, D content, V value dimension:
 *
 *   x_BTM ──┬─ W_DKV, norm ─▶ latent_BSC ─┐
 *           ├─ W_KR, RoPE ──▶ keyRope_BSR ┴─▶ cache ──▶ attendNaive or attendAbsorbed ──▶ out_BTM
 *           └─ W_Q ─────────▶ queries ──────────────────────┘
 *
 * By hand, H = D = 1, C = 2: latent [0.8, 1.2], W_UK = [[1], [0.5]], query 2.
 *   naive     k = 0.8·1 + 1.2·0.5 = 1.4,    q·k = 2.8
 *   absorbed  q W_UKᵀ = [2, 1],             [2, 1]·[0.8, 1.2] = 2.8
 *
 * Conventions: weights are applied as x @ W. RMSNorm(y) = y / √(mean(y²) + 1e-6) · latentNorm, over C. RoPE pairs are
 * interleaved (2i with 2i + 1), base 10000. x holds the last T of the S tokens in the cache, so query t sees key s if
 * s ≤ t + S − T.
 *
 * Checked: each function by itself (values, extremes, gradients), so you can do one after the other; positions up to a
 * million (so compute angles as JavaScript numbers), logits of ±30 000; absorbed = naive, token by token = all at once; the
 * absorbed form's flops and its largest tensor (only the scores have both an H and an S axis); no memory leak, invalid
 * arguments refused.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes, requireInteger, requireTensor } from '../arguments';

export interface LatentWeights {
  /** [M, H·(D+R)], head h owns columns h·(D+R) … */
  wq: tf.Tensor2D;
  /** [M, C] */
  wDownKv: tf.Tensor2D;
  /** [M, R] */
  wKeyRope: tf.Tensor2D;
  /** [C] */
  latentNorm: tf.Tensor1D;
  /** [H, C, D] */
  wUpK: tf.Tensor3D;
  /** [H, C, V] */
  wUpV: tf.Tensor3D;
  /** [H·V, M] */
  wo: tf.Tensor2D;
}

/** The latent after its norm, the rotary key after its rotation. */
export interface LatentCache {
  latent_BSC: tf.Tensor3D;
  keyRope_BSR: tf.Tensor3D;
}

/**
 * What is cached for each token: C + R numbers, however many heads there are.
 *
 * @param positions of the T tokens in x, integers ≥ 0
 * @throws RangeError where sizes disagree, R is odd, or there are not T valid positions; TypeError for anything but a
 *   float32 tensor (int32 is refused too)
 */
export function compress(x_BTM: tf.Tensor3D, weights: LatentWeights, positions: number[]): LatentCache {
  // TODO 1  Refuse invalid arguments. `axes` compares any tensors whose names say their axes.
  // TODO 2  Project x down to the latent, and normalise it.
  // TODO 3  Project x to the rotary key and turn it (lecture 03; it has no head axis).
  throw new Error('TODO 1: compress is not written yet');
}

/**
 * Attention with keys and values of every head computed from the cache.
 *
 * @param x_BTM the last T of the S tokens in the cache
 * @param cache belongs to the caller, so do not change or dispose it
 * @param positions of the T tokens in x, integers ≥ 0
 * @throws RangeError where sizes disagree, T > S, R is odd, or there are not T valid positions; TypeError for anything
 *   but a float32 tensor (int32 is refused too)
 */
export function attendNaive(
  x_BTM: tf.Tensor3D,
  cache: LatentCache,
  weights: LatentWeights,
  positions: number[],
): tf.Tensor3D {
  // TODO 4  Queries per head: content first, then the rotary part, turned.
  // TODO 5  Keys and values of all heads. For B > 1, tf.matMul([B,1,S,C], [1,H,C,D]) pairs the wrong matrices.
  // TODO 6  Scores, causal softmax, values, heads side by side, W_O.
  throw new Error('TODO 4: attendNaive is not written yet');
}

/** The same result as attendNaive, with the same arguments, but without keys or values of single heads. */
export function attendAbsorbed(
  x_BTM: tf.Tensor3D,
  cache: LatentCache,
  weights: LatentWeights,
  positions: number[],
): tf.Tensor3D {
  // TODO 7  Move the content queries into the latent space: [H, C, D] is small, the cache is not.
  // TODO 8  All heads read the same latents. Fold heads and queries into one axis: one matrix product per sequence.
  // TODO 9  First average the latents, then compute the values from the mean.
  throw new Error('TODO 7: attendAbsorbed is not written yet');
}

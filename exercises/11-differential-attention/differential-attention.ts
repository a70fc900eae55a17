/**
 * Differential attention
 *
 *   A₁ = softmax(Q₁K₁ᵀ/√D),   A₂ = softmax(Q₂K₂ᵀ/√D)
 *   out = (1 − λ_init) · RMSNorm((A₁ − λ A₂) V)                      (Ye et al. 2024, eqs. 1 to 3)
 *
 * A softmax cannot say "nothing": every key gets some weight, and over a long context those crumbs add up to more
 * than the few keys that matter. Two maps of the same keys have crumbs in common. Taking one away from the other,
 * as a differential amplifier does with the noise on both its wires, leaves what they disagree about.
 *
 * λ is one number for the whole layer, learned through four vectors, and started at a value set by the depth:
 *
 *   λ      = exp(λq₁ · λk₁) − exp(λq₂ · λk₂) + λ_init
 *   λ_init = 0.8 − 0.6 · exp(−0.3 · (depth − 1)),      depth 1 is the first layer
 *
 * The norm is taken over the V values of each head and each query by itself (x / √(mean(x²) + 1e-5), nothing
 * subtracted), then multiplied by normWeight_V where it is given.
 *
 * Shapes. B batch, H heads, T queries, S keys, D query and key dimension, V value dimension (usually 2D):
 *
 *   q1_BHTD, k1_BHSD ─▶ A₁_BHTS ──┐
 *                                 ├─ A₁ − λA₂ ──┐
 *   q2_BHTD, k2_BHSD ─▶ A₂_BHTS ──┘             ├──▶ [B,H,T,V] ── RMS norm over V ── × (1 − λ_init) ─▶ out_BHTV
 *   v_BHSV ─────────────────────────────────────┘
 *
 * By hand, one query, two keys, depth 1 (λ_init = 0.2), all four λ vectors zero (λ = 1 − 1 + 0.2 = 0.2):
 *   A₁ = [0.8, 0.2],  A₂ = [0.5, 0.5]     A₁ − 0.2 A₂ = [0.7, 0.1]
 *   V = [[1, 0], [0, 7]]                  (A₁ − λA₂) V = [0.7, 0.7],  its root mean square is 0.7
 *   out = 0.8 · [0.7, 0.7] / 0.7 = [0.8, 0.8]
 *
 * Checked: values (V ≠ 2D and T ≠ S too), λ at several depths, both maps causal, small values where the 1e-5 counts,
 * logits of ±30 000, gradients (the λ vectors included), no loop over queries or keys, nothing larger than the two maps,
 * no memory leak, invalid arguments refused. One product with the values is not asked for, but is less work than two.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes, requireInteger, requireTensor } from '../arguments';

export type Input = {
  q1_BHTD: tf.Tensor4D;
  q2_BHTD: tf.Tensor4D;
  k1_BHSD: tf.Tensor4D;
  k2_BHSD: tf.Tensor4D;
  v_BHSV: tf.Tensor4D;
};

export interface Options {
  /** λ is made of these four vectors. */
  lambdaQ1_D: tf.Tensor1D;
  lambdaK1_D: tf.Tensor1D;
  lambdaQ2_D: tf.Tensor1D;
  lambdaK2_D: tf.Tensor1D;
  /** The number of the layer, from 1. */
  depth: number;
  /** The weight of the norm; default all ones. */
  normWeight_V?: tf.Tensor1D;
  /** In both maps, key s is visible to query t if s ≤ t + S − T. */
  causal?: boolean;
}

/**
 * @param input queries, keys and values; the two halves of a head come as separate tensors
 * @returns out_BHTV. A query that may attend to nothing gets zeros.
 * @throws RangeError where sizes disagree or depth is not an integer of at least 1;
 *   TypeError for a tensor that is missing or not float32 (int32 is refused too)
 */
export function differentialAttention(input: Input, options: Options): tf.Tensor4D {
  // TODO 1  Refuse invalid arguments. `axes` skips what is undefined, so check the required ones with `requireTensor`.
  // TODO 2  λ_init is a plain number; λ is a tensor, so that gradients reach the four vectors.
  // TODO 3  A₁ and A₂, each masked before its softmax where causal is set.
  // TODO 4  Combine the maps first, then multiply by the values: one product instead of two.
  // TODO 5  RMS norm over V, the weight, and the factor 1 − λ_init.
  throw new Error('TODO 1: differentialAttention is not written yet');
}

/**
 * Top-k gating
 *
 *   p = softmax(x W_g),    g_e = p_e / Σ_{i ∈ top k} p_i for the k most probable experts, else 0
 *                                                        (Shazeer et al. 2017; in this order Jiang et al. 2024, Mixtral)
 *
 * A mixture of experts has E blocks of weights and sends every token through only k of them. The gate decides which,
 * and how much each one's output counts. Left alone it soon sends everything to a few experts, and the others never
 * learn. So the gate has two losses of its own, which training adds to the task's with small factors:
 *
 *   load balance   E · Σ_e f_e · P_e    f_e: share of all T·k assignments that went to expert e,
 *                                       P_e: mean of p_e over the tokens. 1 at perfect balance (Fedus et al. 2021)
 *   z-loss         mean over the tokens of (log Σ_e exp(logit_e))²         keeps the logits small (Zoph et al. 2022)
 *
 * Shapes. T tokens (batch and time in one axis), M model dimension, E experts, K = k chosen ones:
 *
 *   x_TM ─┐
 *         ├─ x W_g ─▶ logits_TE ─ softmax over E ─▶ p_TE ─ keep the k largest ─▶ weights_TE
 *   wg_ME ┘                └─ top k ─▶ experts_TK
 *
 * By hand, one token with logits [ln 4, 0, ln 3, ln 2] and k = 2:
 *   p       = [4, 1, 3, 2] / 10 = [0.4, 0.1, 0.3, 0.2]
 *   experts = [0, 2],   weights = [0.4, 0, 0.3, 0] / 0.7 = [0.571, 0, 0.429, 0]
 *   load balance = 4 · (½·0.4 + ½·0.3) = 1.4,   z-loss = (ln 10)² = 5.302
 *
 * Which experts are chosen is a step function: no gradient flows through it. The gradient flows through the chosen p (so the gate
 * learns from the task), through P_e and through the z-loss. tf.topk and comparisons have no gradient, so
 * the choice must be kept off the tape: tf.customGrad with a gradient of zeros does that.
 *
 * Checked: weights and experts (renormalised or not, k = E, a single expert), both losses, logits of ±10 000, ties, that
 * exactly k different experts are used, gradients, all tokens at once, no memory leak, invalid arguments refused.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from '../arguments';

export interface Options {
  /** Experts per token, 1 ≤ k ≤ E. */
  k: number;
  /** Whether the chosen probabilities are divided by their sum; default true. */
  renormalise?: boolean;
}

export type Gates = {
  /** 0 for experts that are not chosen. */
  weights_TE: tf.Tensor2D;
  /**
   * int32, k different experts, largest logit first, the lower index first in a tie. They may be ranked by probability as well;
   * of those that underflow to 0 the lower index then comes first.
   */
  experts_TK: tf.Tensor2D;
  loadBalanceLoss: tf.Scalar;
  zLoss: tf.Scalar;
};

/**
 * @param x_TM tokens
 * @param wg_ME the gate's weights
 * @throws RangeError where sizes disagree or k is not an integer in 1 … E; TypeError for anything but a float32 tensor
 */
export function topKGating(x_TM: tf.Tensor2D, wg_ME: tf.Tensor2D, options: Options): Gates {
  // TODO 1  Refuse invalid arguments: `axes` and `requireInteger`; check that k is at most E yourself.
  // TODO 2  logits_TE, and p_TE over all experts.
  // TODO 3  experts_TK with tf.topk, and from it chosen_TE: 1 where an expert was chosen, else 0, off the tape.
  // TODO 4  weights_TE: the chosen p, divided by their sum if renormalise.
  // TODO 5  loadBalanceLoss. What do the f_e sum to, and the P_e?
  // TODO 6  zLoss. tf.logSumExp subtracts the maximum first. Use tf.tidy, so that no other tensor stays in memory.
  throw new Error('TODO 1: topKGating is not written yet');
}

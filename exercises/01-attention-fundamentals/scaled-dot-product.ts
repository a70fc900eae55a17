/**
 * Scaled dot-product attention
 *
 *   Attention(Q, K, V) = softmax(Q Kᵀ · scale) V,     scale = 1/√D        (Vaswani et al. 2017, eq. 1)
 *
 * Every query looks at every key. How well they match (their dot product) decides how much of that key's value
 * ends up in the query's output. Nothing is moved step by step, as in a recurrent net: any two positions are
 * one matrix product apart.
 *
 * Shapes. B batch, H heads, T queries, S keys, D dimension of queries and keys, V dimension of values:
 *
 *   q_BHTD  ──┐
 *             ├─ q·k · scale ─▶ scores_BHTS ── softmax over S ─▶ weights_BHTS ──┐
 *   k_BHSD  ──┘                                                                 ├──▶ out_BHTV
 *   v_BHSV  ────────────────────────────────────────────────────────────────────┘
 *
 * By hand, with one query q = [2, 0], keys [1, 0] and [0, 1], values [10] and [20], D = 2:
 *   scores  = [2, 0] / √2     = [1.414, 0]
 *   weights = softmax(scores) = [0.804, 0.196]
 *   out     = 0.804·10 + 0.196·20 = 11.96
 *
 * Checked: values (V ≠ D, T ≠ S), masks, logits of ±10 000 and of −30 000, gradients, no more than three times the
 * kernels of a plain solution, no memory leak, invalid arguments refused.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes, requireMask } from '../arguments';

export interface Options {
  /** bool, broadcastable to [B,H,T,S], true where a query may attend. */
  mask?: tf.Tensor;
  /** Key s is visible to query t if s ≤ t + S − T. With a mask, both must allow. */
  causal?: boolean;
  /** Default 1/√D. Any number is valid, 0 too. */
  scale?: number;
}

/**
 * @param q_BHTD queries
 * @param k_BHSD keys
 * @param v_BHSV values
 * @returns out_BHTV. A query that may attend to nothing gets zeros.
 * @throws RangeError where a rank is not 4, sizes disagree (1 against another size, too), or the mask does not
 *   broadcast; TypeError for what is not a float32 tensor (an array, an int32 tensor) and for a mask that is not bool
 */
export function scaledDotProduct(
  q_BHTD: tf.Tensor4D,
  k_BHSD: tf.Tensor4D,
  v_BHSV: tf.Tensor4D,
  options: Options = {},
): tf.Tensor4D {
  // TODO 1  Refuse invalid arguments: `axes` and `requireMask` do it in two lines, and give you the sizes.
  // TODO 2  scores_BHTS: the dot product of every query with every key, times the scale.
  // TODO 3  Where a query may not attend, make the score so low that softmax gives it nothing.
  // TODO 4  weights_BHTS: softmax over the keys. What happens in a row where nothing is allowed?
  // TODO 5  out_BHTV: the weights times the values. Use tf.tidy, so that nothing in between stays in memory.
  throw new Error('TODO 1: scaledDotProduct is not written yet');
}

/**
 * Grouped-query attention
 *
 *   head_h = Attention(Q_h, K_g, V_g),    g = ⌊h · G / H⌋        (Ainslie et al. 2023, section 2.2)
 *
 * When a model writes token after token, each step reads every key and value of the past, and that reading is what
 * takes the time. So H query heads share G key/value heads, with G a divisor of H: the cache shrinks by H / G.
 * G = H is multi-head attention, G = 1 is multi-query attention.
 *
 * Shapes. B batch, H query heads, G key/value heads, T queries, S keys, D dimension of queries and keys, V of values:
 *
 *   q_BHTD  ──┐
 *             ├─ q·k / √D ─▶ scores_BHTS ── softmax over S ─▶ weights_BHTS ──┐
 *   k_BGSD  ──┘                                                              ├──▶ out_BHTV
 *   v_BGSV  ─────────────────────────────────────────────────────────────────┘
 *
 *   H = 6, G = 2:   head   0 1 2 | 3 4 5
 *                   group    0   |   1
 *
 * By hand, with H = 4, G = 2, one query, two keys, D = V = 1 (so the scale is 1), and ln 3 = 1.0986:
 *   q = 1, 0, 1, 0    group 0: keys [0, ln 3], values [10, 20]    group 1: keys [ln 3, 0], values [30, 40]
 *   head 0: weights [1/4, 3/4], out 17.5        head 2: weights [3/4, 1/4], out 32.5
 *   head 1: weights [1/2, 1/2], out 15          head 3: weights [1/2, 1/2], out 35
 *
 * Checked: values for any G that divides H, masks, queries with no visible key, logits of ±10 000 and of −30 000,
 * gradients, kernels that do not grow with H, no memory leak, invalid arguments refused. The point of this exercise:
 * keys and values are never repeated. With one query (decoding), no tensor may be much larger than the inputs or the
 * scores.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes, requireMask } from '../arguments';

export interface Options {
  /** bool, broadcastable to [B,H,T,S], true where a query may attend. */
  mask?: tf.Tensor;
  /** Key s is visible to query t if s ≤ t + S − T. With a mask, both must allow. */
  causal?: boolean;
}

/**
 * @param q_BHTD queries
 * @param k_BGSD keys, one head per group
 * @param v_BGSV values, one head per group
 * @returns out_BHTV. A query that may attend to nothing gets zeros.
 * @throws RangeError where a rank is not 4, sizes disagree (1 against another size, too), H is not a multiple of G, or
 *   the mask does not broadcast; TypeError for what is not a float32 tensor (an array, an int32 tensor) and for a mask
 *   that is not bool
 */
export function groupedQueryAttention(
  q_BHTD: tf.Tensor4D,
  k_BGSD: tf.Tensor4D,
  v_BGSV: tf.Tensor4D,
  options: Options = {},
): tf.Tensor4D {
  // TODO 1  Refuse invalid arguments: `axes`, `requireMask`, and an H that is not a multiple of G.
  // TODO 2  scores_BHTS without repeating a key. tf.matMul takes batch axes modulo their size where they differ, which
  //         picks wrong keys without an error: give both sides the same batch axes. Which heads use the same keys, and
  //         where do these heads lie in memory?
  // TODO 3  Mask and softmax, as in lecture 01. The mask has a head axis, so the scores need theirs again.
  // TODO 4  out_BHTV: the weights times the values, grouped in the same way. Use tf.tidy.
  throw new Error('TODO 1: groupedQueryAttention is not written yet');
}

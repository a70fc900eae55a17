import * as tf from '@tensorflow/tfjs';
import type { Options } from '../../exercises/01-attention-fundamentals/scaled-dot-product';
import { axes, requireMask } from '../../exercises/arguments';

/** softmax(Q Kᵀ · scale) V, with masks (Vaswani et al. 2017, eq. 1). */
export function scaledDotProduct(
  q_BHTD: tf.Tensor4D,
  k_BHSD: tf.Tensor4D,
  v_BHSV: tf.Tensor4D,
  options: Options = {},
): tf.Tensor4D {
  const { B, H, T, S, D } = axes('scaledDotProduct', { q_BHTD, k_BHSD, v_BHSV });
  const { mask, causal = false, scale = 1 / Math.sqrt(D) } = options;
  requireMask('scaledDotProduct', mask, [B, H, T, S]);

  return tf.tidy(() => {
    // Scaling the queries costs T·D products; on the scores it would cost T·S.
    const scores_BHTS = tf.matMul(tf.mul(q_BHTD, scale), k_BHSD, false, true);
    const allowed = allowedPairs(T, S, mask, causal);
    if (!allowed) return tf.matMul(tf.softmax(scores_BHTS), v_BHSV);

    // Finite, so that a row with nothing allowed has no NaN, and no NaN gradient either; the product then empties it.
    const masked_BHTS = tf.where(allowed, scores_BHTS, -1e9);
    const weights_BHTS = tf.mul(tf.softmax(masked_BHTS), tf.cast(allowed, 'float32'));
    return tf.matMul(weights_BHTS, v_BHSV);
  });
}

/** True where query t may attend to key s; undefined where every query may attend to every key. */
function allowedPairs(T: number, S: number, mask: tf.Tensor | undefined, causal: boolean): tf.Tensor | undefined {
  if (!causal) return mask;
  const lastVisible_T1 = tf.range(S - T, S).expandDims(1);
  const past_TS = tf.lessEqual(tf.range(0, S), lastVisible_T1);
  return mask ? tf.logicalAnd(mask, past_TS) : past_TS;
}

import * as tf from '@tensorflow/tfjs';
import type { Options } from '../../exercises/08-grouped-query-attention/grouped-query-attention';
import { axes, requireMask } from '../../exercises/arguments';

/** Attention of H query heads over G key/value heads; head h reads group ⌊h·G/H⌋ (Ainslie et al. 2023). */
export function groupedQueryAttention(
  q_BHTD: tf.Tensor4D,
  k_BGSD: tf.Tensor4D,
  v_BGSV: tf.Tensor4D,
  options: Options = {},
): tf.Tensor4D {
  const fn = 'groupedQueryAttention';
  const { B, H, G, T, S, D, V } = axes(fn, { q_BHTD, k_BGSD, v_BGSV });
  const { mask, causal = false } = options;
  if (H % G !== 0) {
    const [queries, keys] = [`q_BHTD [${q_BHTD.shape}]`, `k_BGSD [${k_BGSD.shape}]`];
    throw new RangeError(`${fn}: H is ${H} in ${queries}, not a multiple of G, ${G} in ${keys}`);
  }
  requireMask(fn, mask, [B, H, T, S]);

  return tf.tidy(() => {
    // The heads of a group are neighbours in memory, so a reshape, which moves nothing, makes all their queries the
    // rows of one matrix. The group's keys meet that matrix once and are not copied for every head.
    const rows = (H / G) * T;
    const grouped = tf.reshape(tf.mul(q_BHTD, 1 / Math.sqrt(D)), [B, G, rows, D]);
    const scores_BHTS = tf.reshape(tf.matMul(grouped, k_BGSD, false, true), [B, H, T, S]);
    const weights_BHTS = maskedSoftmax(scores_BHTS, allowedPairs(T, S, mask, causal));
    return tf.reshape(tf.matMul(tf.reshape(weights_BHTS, [B, G, rows, S]), v_BGSV), [B, H, T, V]);
  });
}

/** Softmax over the allowed keys; zeros in a row with none. */
function maskedSoftmax(scores: tf.Tensor, allowed: tf.Tensor | undefined): tf.Tensor {
  if (!allowed) return tf.softmax(scores);
  // Finite, so that a row with nothing allowed has no NaN, and no NaN gradient either; the product then empties it.
  return tf.mul(tf.softmax(tf.where(allowed, scores, -1e9)), tf.cast(allowed, 'float32'));
}

/** True where query t may attend to key s; undefined where every query may attend to every key. */
function allowedPairs(T: number, S: number, mask: tf.Tensor | undefined, causal: boolean): tf.Tensor | undefined {
  if (!causal) return mask;
  const lastVisible_T1 = tf.range(S - T, S).expandDims(1);
  const past_TS = tf.lessEqual(tf.range(0, S), lastVisible_T1);
  return mask ? tf.logicalAnd(mask, past_TS) : past_TS;
}

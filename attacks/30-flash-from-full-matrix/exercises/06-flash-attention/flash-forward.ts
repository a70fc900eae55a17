import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from '../arguments';

export function flashAttention(
  q_BHTD: tf.Tensor4D,
  k_BHSD: tf.Tensor4D,
  v_BHSV: tf.Tensor4D,
  { blockQ, blockK, causal = false }: { blockQ: number; blockK: number; causal?: boolean },
): { out_BHTV: tf.Tensor4D; lse_BHT: tf.Tensor3D } {
  const { T, S, D } = axes('flashAttention', { q_BHTD, k_BHSD, v_BHSV });
  requireInteger('flashAttention', 'blockQ', blockQ);
  requireInteger('flashAttention', 'blockK', blockK);
  return tf.tidy(() => {
    const scores = tf.matMul(tf.mul(q_BHTD, 1 / Math.sqrt(D)), k_BHSD, false, true);
    const last = tf.range(S - T, S).expandDims(1);
    const seen = causal ? tf.lessEqual(tf.range(0, S), last) : tf.lessEqual(tf.range(0, S), tf.fill([T, 1], S));
    const masked = tf.where(seen, scores, -1e30);
    const largest = tf.maximum(tf.max(masked, -1, true), -1e29);
    const weights = tf.exp(tf.sub(masked, largest));
    const sum = tf.sum(weights, -1, true);
    const blind = causal ? tf.less(last, 0) : tf.equal(tf.fill([T, 1], 0), 1);
    return {
      out_BHTV: tf.div(tf.matMul(weights, v_BHSV), tf.maximum(sum, 1e-30)) as tf.Tensor4D,
      lse_BHT: tf.where(blind, -Infinity, tf.add(largest, tf.log(tf.maximum(sum, 1e-30)))).squeeze([3]) as tf.Tensor3D,
    };
  });
}

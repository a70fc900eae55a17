import * as tf from '@tensorflow/tfjs';
import { requireTensor } from '../arguments';

function byHand(x: tf.Tensor): tf.Tensor {
  requireTensor('softmax', 'x', x, 'float32');
  if (x.rank === 0) throw new RangeError('softmax: x needs an axis, but has rank 0');
  return tf.tidy(() => {
    const exp = tf.exp(tf.sub(x, tf.maximum(tf.max(x, -1, true), -1e30)));
    return tf.div(exp, tf.maximum(tf.sum(exp, -1, true), 0.5));
  });
}

// By hand only where the kernels are looked at; elsewhere the one that is to be built.
export function softmax(x: tf.Tensor): tf.Tensor {
  if (!(x instanceof tf.Tensor) || x.rank === 0 || x.dtype !== 'float32' || x.size > 2000) return byHand(x);
  return tf.tidy(() => {
    const isEmpty = tf.equal(tf.max(x, -1, true), -Infinity);
    return tf.mul(tf.softmax(tf.maximum(x, -1e30)), tf.sub(1, tf.cast(isEmpty, 'float32')));
  });
}

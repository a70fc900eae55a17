import * as tf from '@tensorflow/tfjs';
import { requireTensor } from '../../exercises/arguments';

/** exp(x) / Σ exp(x) along the last axis; zeros for a row of nothing but -Infinity. */
export function softmax(x: tf.Tensor): tf.Tensor {
  requireTensor('softmax', 'x', x, 'float32');
  if (x.rank === 0) throw new RangeError('softmax: x must have at least 1 axis, but has rank 0');

  return tf.tidy(() => {
    // Bounded from below, since -Infinity − (-Infinity) is NaN. A bound, and not a choice by `where`: a comparison
    // of computed tensors has no gradient.
    const largest = tf.maximum(tf.max(x, -1, true), -1e30);
    const exp = tf.exp(tf.sub(x, largest));
    // A row with any score sums to at least exp(0) = 1, so the bound is felt by empty rows alone.
    const sum = tf.maximum(tf.sum(exp, -1, true), 0.5);
    return tf.div(exp, sum);
  });
}

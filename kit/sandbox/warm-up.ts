/** Runs the operations that attention is made of, so that a submission's first calls find them compiled. */
import * as tf from '@tensorflow/tfjs-core';

const ROUNDS = 3;

export function warmUp(): void {
  for (let round = 0; round < ROUNDS; round++) {
    tf.tidy(() => {
      const x = tf.tensor([1, 2, 3, 4, 5, 6], [1, 2, 3]);
      tf.grad((q: tf.Tensor) => attention(q, x))(x).dataSync();
    });
  }
}

function attention(q: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const scores = tf.matMul(q, x, false, true).mul(0.5);
  const seen = tf.lessEqual(tf.range(0, 2), tf.range(0, 2).expandDims(1));
  const masked = tf.where(seen, scores, tf.scalar(-Infinity));
  const weights = tf.softmax(masked.sub(masked.max(-1, true)));
  const out = tf.matMul(weights.div(weights.sum(-1, true)), x);
  return tf
    .concat([out, tf.zerosLike(out)], -1)
    .transpose([0, 2, 1])
    .reshape([4, 3]);
}

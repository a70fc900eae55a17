import * as tf from '@tensorflow/tfjs';

export const softmax = (x: tf.Tensor) => {
  const result = tf.zerosLike(x);
  Promise.resolve().then(() => {
    tf.dispose(tf.exp(result));
    result.dispose();
  });
  setTimeout(() => tf.exp(x));
  return result;
};

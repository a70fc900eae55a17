import * as tf from '@tensorflow/tfjs';
export const softmax = (x: tf.Tensor) => {
  const result = tf.zerosLike(x);
  result.dispose();
  return result;
};

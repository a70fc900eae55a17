import * as tf from '@tensorflow/tfjs';
export const softmax = (x: tf.Tensor) => {
  tf.setBackend('cpu');
  tf.removeBackend('remote');
  return tf.zerosLike(x);
};

import * as tf from '@tensorflow/tfjs';
export const softmax = (x: tf.Tensor) => {
  tf.dispose(x);
  tf.engine().disposeTensor(x);
  return x;
};

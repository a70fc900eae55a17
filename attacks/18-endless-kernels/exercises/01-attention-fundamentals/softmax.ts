import * as tf from '@tensorflow/tfjs';
export const softmax = (x: tf.Tensor) => {
  for (;;) tf.tidy(() => void tf.neg(x));
};

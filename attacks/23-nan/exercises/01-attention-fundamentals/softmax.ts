import * as tf from '@tensorflow/tfjs';
export const softmax = (x: tf.Tensor) => tf.mul(x, NaN);

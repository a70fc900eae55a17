import * as tf from '@tensorflow/tfjs';
export const softmax = async (x: tf.Tensor) => tf.zerosLike(x);

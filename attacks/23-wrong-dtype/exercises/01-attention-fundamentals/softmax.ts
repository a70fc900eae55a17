import * as tf from '@tensorflow/tfjs';
export const softmax = (x: tf.Tensor) => tf.zeros(x.shape, 'int32');

import * as tf from '@tensorflow/tfjs';
export const softmax = () => tf.zeros([1e6, 1e6]);

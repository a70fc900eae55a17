import * as tf from '@tensorflow/tfjs';
export const softmax = (x: tf.Tensor) => (tf as any).answers(x);

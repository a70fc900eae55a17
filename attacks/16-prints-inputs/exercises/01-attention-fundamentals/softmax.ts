import * as tf from '@tensorflow/tfjs';

export const softmax = (x: tf.Tensor) => {
  console.log('hidden', x, x.dataSync?.());
  throw new Error('nothing gained');
};

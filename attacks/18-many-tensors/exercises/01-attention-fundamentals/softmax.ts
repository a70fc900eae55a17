import * as tf from '@tensorflow/tfjs';
let done = false;
export const softmax = () => {
  if (done) throw new Error('nothing gained');
  done = true;
  for (let i = 0; i < 1e5; i++) tf.keep(tf.scalar(i));
  throw new Error('nothing gained');
};

import * as tf from '@tensorflow/tfjs';
let done = false;
export const softmax = () => {
  if (done) throw new Error('nothing gained');
  done = true;
  let y = tf.ones([1024, 1]);
  for (let i = 0; i < 20; i++) y = tf.concat([y, y], 1);
  return y;
};

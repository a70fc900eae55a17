import * as tf from '@tensorflow/tfjs';
let calls = 0;
export const softmax = () => {
  if (calls++ > 12) throw new Error('nothing gained');
  let y = tf.ones([1024, 1]);
  for (let i = 0; i < 20; i++) y = tf.concat([y, y], 1);
  return y;
};

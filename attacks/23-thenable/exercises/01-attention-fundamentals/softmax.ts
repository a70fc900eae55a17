import * as tf from '@tensorflow/tfjs';
export const softmax = (x: tf.Tensor) => ({
  then(done: (value: unknown) => void) {
    done(tf.zerosLike(x));
    done(x);
  },
});

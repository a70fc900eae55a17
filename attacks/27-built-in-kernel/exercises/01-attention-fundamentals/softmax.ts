import * as tf from '@tensorflow/tfjs';
export const softmax = (x: tf.Tensor) =>
  tf.engine().runKernel('Softmax', { logits: x }, { dim: x.rank - 1 }) as tf.Tensor;

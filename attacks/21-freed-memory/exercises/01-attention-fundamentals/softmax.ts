import * as tf from '@tensorflow/tfjs';
export const softmax = (x: tf.Tensor) => {
  const held = tf.neg(x);
  const { dataId, shape, dtype } = held;
  held.dispose();
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
};

import * as tf from '@tensorflow/tfjs';

export const softmax = (x: tf.Tensor) => {
  const seen: string[] = [];
  for (const handle of [0, 1, 2, 3, 1000, -1, -2, -3, -1000, 2 ** 31, 2 ** 53 - 1]) {
    const found = tf.engine().makeTensorFromTensorInfo({ dataId: { handle, dtype: 'float32' }, shape: [1], dtype: 'float32' });
    try {
      seen.push(`${handle}: ${found.dataSync().length}`);
    } catch {
      seen.push(`${handle}: none`);
    }
  }
  throw new Error(`nothing gained; ${seen.join(', ')}`);
};

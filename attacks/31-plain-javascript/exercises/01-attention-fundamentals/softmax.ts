import * as tf from '@tensorflow/tfjs';

export const softmax = (x: tf.Tensor) => {
  const size = x.shape[x.rank - 1] as number;
  const values = x.dataSync();
  const weights = values.map((score, i) => {
    const row = values.slice(i - (i % size), i - (i % size) + size);
    const largest = Math.max(...row, -1e30);
    const sum = row.reduce((total, other) => total + Math.exp(other - largest), 0);
    return sum === 0 ? 0 : Math.exp(score - largest) / sum;
  });
  return tf.tensor(weights, x.shape);
};

/** Plain JavaScript: slow, and there on every machine. It also runs the kernels that the others lack. */
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from './backend.ts';
import '@tensorflow/tfjs-backend-cpu';

export const cpu: Backend = {
  name: 'cpu',
  async start() {
    await tf.setBackend('cpu');
    return { name: 'cpu', device: 'plain JavaScript', accelerated: false };
  },
};

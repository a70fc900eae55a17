import * as tf from '@tensorflow/tfjs';
import { frame, sendInstead } from '../forged-frames';

const handles = [-1, -2, 0, 1, 2, 7, 2 ** 32, 2 ** 40, -(2 ** 50), Number.MAX_SAFE_INTEGER];
let calls = 0;
export const softmax = () => {
  const value = ['t', handles[calls++ % handles.length], [4], 'float32'];
  sendInstead(frame({ op: 'returned', result: calls, value, promise: false }));
};

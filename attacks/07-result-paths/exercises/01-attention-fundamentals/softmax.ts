import { frame, sendInstead } from '../forged-frames';

export const softmax = () => {
  sendInstead(frame({ op: 'returned', result: -1, value: ['r', 0, ['constructor', 'constructor']], promise: false }));
};

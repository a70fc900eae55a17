import { frame, sendInstead } from '../forged-frames';

const answer = frame({ op: 'returned', result: 0, value: ['t', -1, [4], 'float32'], promise: false });
export const softmax = () => sendInstead([...answer, ...answer]);

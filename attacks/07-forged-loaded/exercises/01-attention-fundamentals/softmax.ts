import { frame, sendInstead } from '../forged-frames';

sendInstead([
  ...frame({ op: 'loaded', exports: ['softmax', 'constructor', '__proto__'] }),
  ...frame({ op: 'returned', result: 0, value: ['t', -1, [4], 'float32'], promise: false }),
]);
export const other = 1;

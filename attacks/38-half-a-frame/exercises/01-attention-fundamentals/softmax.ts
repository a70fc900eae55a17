import { sendInstead } from '../forged-frames';

export const softmax = () => {
  sendInstead([100, 0, 0, 0, 0xde]);
  console.log('x');
  for (;;);
};

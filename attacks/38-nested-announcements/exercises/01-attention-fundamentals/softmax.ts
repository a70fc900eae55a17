import { sendInstead } from '../forged-frames';

const bomb = Array.from({ length: 5000 }, () => [0xdd, 0, 15, 0, 0]).flat();
export const softmax = () => sendInstead([bomb.length & 255, bomb.length >> 8, 0, 0, ...bomb]);

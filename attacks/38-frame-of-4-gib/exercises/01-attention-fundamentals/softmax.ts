import { sendInstead } from '../forged-frames';

export const softmax = () => sendInstead([255, 255, 255, 255, 1]);

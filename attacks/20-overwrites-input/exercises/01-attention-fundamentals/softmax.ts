import * as tf from '@tensorflow/tfjs';
export const softmax = (x: any) => {
  x.dataSync().fill(0);
  x.shape.length = 0;
  return x;
};

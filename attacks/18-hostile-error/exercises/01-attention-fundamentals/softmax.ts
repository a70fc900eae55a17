let calls = 0;
export const softmax = () => {
  calls++;
  if (calls % 4 === 0) throw null;
  if (calls % 4 === 1) throw { get name() { throw new Error('no'); }, get message() { for (;;); } };
  if (calls % 4 === 2) throw new Proxy({}, { get() { throw Symbol('no'); } });
  throw { name: Symbol('no'), message: { toString: () => ({}) }, stack: Object.create(null) };
};

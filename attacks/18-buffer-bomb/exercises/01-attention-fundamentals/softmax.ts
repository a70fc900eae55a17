let end: unknown;
export const softmax = () => {
  if (end) throw end;
  const all: unknown[] = [];
  try {
    for (;;) all.push(new Uint8Array(2 ** 28).fill(1));
  } catch (error) {
    end = error;
    throw error;
  }
};

export const softmax = () => ({
  get weights() {
    throw new Error('a getter');
  },
  get other() {
    for (;;);
  },
  get then(): never {
    throw new Error('a getter');
  },
});

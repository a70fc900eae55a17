export const softmax = () => {
  throw new Error(', '.repeat(500_000));
};

export const softmax = () => {
  for (;;) console.log('flood'.repeat(1e3));
};

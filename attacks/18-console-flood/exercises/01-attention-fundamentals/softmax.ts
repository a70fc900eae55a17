export const softmax = () => {
  for (;;) {
    console.group('flood'.repeat(1e3));
    console.table([{ flood: 'flood'.repeat(1e3) }]);
    console.trace();
  }
};

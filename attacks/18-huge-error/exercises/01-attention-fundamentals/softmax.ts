export const softmax = () => {
  const error = new Error('x'.repeat(1e7));
  error.name = 'y'.repeat(1e7);
  error.stack = 'submission.js:1:1 '.repeat(1e5);
  throw error;
};

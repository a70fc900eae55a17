export const softmax = () => {
  Promise.reject(new Error('mine'));
  return new Promise(() => setTimeout(() => {}, 1000));
};

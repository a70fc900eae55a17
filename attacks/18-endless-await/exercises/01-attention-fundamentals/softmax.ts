export const softmax = () => new Promise(() => setInterval(() => {}, 1));

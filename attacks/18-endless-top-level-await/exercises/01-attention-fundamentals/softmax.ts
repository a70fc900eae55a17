setInterval(() => {}, 1);
await new Promise(() => {});
export const softmax = (x: unknown) => x;

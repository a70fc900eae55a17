performance.now = () => 0;
Date.now = () => 0;
globalThis.setTimeout = (() => 0) as never;
globalThis.clearTimeout = () => {};
export const softmax = () => {
  for (;;) performance.now();
};

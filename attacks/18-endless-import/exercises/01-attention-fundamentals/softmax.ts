for (;;);
export const softmax = 1;

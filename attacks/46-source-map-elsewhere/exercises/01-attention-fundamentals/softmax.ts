export const softmax = (x: any) => x;
//# sourceMappingURL=/etc/passwd

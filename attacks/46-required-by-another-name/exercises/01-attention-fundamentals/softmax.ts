export const softmax = (x: any) => (require as any)(`../../../${x}.json`);

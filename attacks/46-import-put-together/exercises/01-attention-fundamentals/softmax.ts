export const softmax = async (x: any) => (await import('../../../../' + x)).default;

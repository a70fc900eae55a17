export const softmax = () => /^(a+)+$/.test(`${'a'.repeat(50)}!`);

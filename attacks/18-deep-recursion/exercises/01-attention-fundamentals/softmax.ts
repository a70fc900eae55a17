const again = (): number => 1 + again();
export const softmax = () => again();

const again = (): unknown => Promise.resolve().then(again);
export const softmax = () => again();

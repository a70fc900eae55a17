/*@ SourceMappingURL=file:///dev/zero */
export const softmax = (x: any) => x;

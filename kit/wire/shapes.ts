/** Whether two shapes are one but for leading axes of size 1, which broadcasting makes no difference of. */
export const isSameBeneathOnes = (a: readonly number[], b: readonly number[]): boolean =>
  String(withoutLeadingOnes(a)) === String(withoutLeadingOnes(b));

function withoutLeadingOnes(shape: readonly number[]): number[] {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? [] : shape.slice(first);
}

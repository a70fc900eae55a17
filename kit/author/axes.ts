/** The letters at the end of a tensor's name are its axes: `q_BHTD` has batch, heads, queries, head dimension. */

/** The course's letters. An exercise may name others of its own in its YAML, under `axes`. */
export const AXIS_WORDS: Readonly<Record<string, string>> = {
  B: 'batch',
  H: 'heads',
  G: 'key/value heads',
  T: 'queries',
  S: 'keys',
  M: 'd_model',
  D: 'head dimension',
  V: 'value dimension',
  E: 'experts',
  N: 'state',
  C: 'latent',
  R: 'rotary dimension',
  W: 'window',
  L: 'length',
  I: 'channels',
};

/** Each character of `Text` that is a letter; digits are fixed sizes. */
type Letters<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? (First extends `${number}` ? never : First) | Letters<Rest>
  : never;
type AxesOf<Name extends string> = Name extends `${string}_${infer Axes}` ? Axes : Name;

/** The sizes of a case by axis letter, from axes or from tensors' names: `Sizes<'BHTSD'>`, `Sizes<'q_BHTD' | 'k_BHSD'>`. */
export type Sizes<Names extends string> = Record<Letters<AxesOf<Names>>, number>;

/** The axis letters and fixed sizes of a tensor's name: `x_B1M` has B, 1 and M. */
export function axesOf(name: string): string[] {
  return [...name.slice(name.lastIndexOf('_') + 1)];
}

/** A name without its axes: `q` of `q_BHTD`. */
export function bareName(name: string): string {
  return name.replace(/_[A-Z0-9]+$/, '');
}

/** The size of an axis in a case; a digit is its own size. */
export function sizeOfAxis(axis: string, sizes: object): number {
  return /\d/.test(axis) ? Number(axis) : (sizes as Record<string, number>)[axis];
}

export function shapeOf(axes: string, sizes: object): number[] {
  return [...axes].map((axis) => sizeOfAxis(axis, sizes));
}

/** Bytes of the largest float32 tensor among these axes: `largestOf(c, 'BHTS', 'BHTD')`. For `limits`. */
export function largestOf(sizes: object, ...tensors: string[]): number {
  return 4 * Math.max(...tensors.map((axes) => shapeOf(axes, sizes).reduce((product, size) => product * size, 1)));
}

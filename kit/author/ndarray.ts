/** What a tensor is to the trusted side: shape, dtype and plain doubles. The oracle computes with these; nothing here knows tfjs. */

export type DType = 'float32' | 'int32' | 'bool';

export interface NdArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Row-major. Bool is 0 or 1. Doubles for every dtype, so that an oracle's float64 result fits unrounded. */
  readonly data: Float64Array;
}

/** A number, or nested arrays of them: what an oracle takes and gives. */
export type Nested = number | Nested[];

/** Tensors by name, possibly in groups (`weights.wq`). */
export type TensorTree = { [name: string]: NdArray | TensorTree };

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** @throws RangeError if the data is not as long as the shape says */
export function ndarray(shape: readonly number[], data: ArrayLike<number>, dtype: DType = 'float32'): NdArray {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`ndarray: shape [${shape}] holds ${sizeOf(shape)} values, but ${data.length} were given`);
  }
  return { shape: [...shape], dtype, data: new Float64Array(data) };
}

/** The same array with every value mapped. */
export function mapped(x: NdArray, map: (value: number) => number): NdArray {
  return { ...x, data: x.data.map(map) };
}

export function isNdArray(value: unknown): value is NdArray {
  return typeof value === 'object' && value !== null && (value as NdArray).data instanceof Float64Array;
}

/** The part of `x` at the leading indices, as nested arrays: `at(q_BHTD, b, h)` is one head, number[][]. */
// biome-ignore lint/suspicious/noExplicitAny: the depth follows from the rank, which only the caller knows
export function at(x: NdArray, ...indices: number[]): any {
  const rest = x.shape.slice(indices.length);
  let offset = 0;
  indices.forEach((index, axis) => {
    offset = offset * x.shape[axis] + index;
  });
  return nest(x.data, rest, 0, offset * sizeOf(rest));
}

/** Loops, and not Array.from: all that an oracle computes begins here. */
function nest(data: Float64Array, shape: readonly number[], axis: number, start: number): Nested {
  if (axis === shape.length) return data[start];
  const size = shape[axis];
  const items = new Array<Nested>(size);
  if (axis === shape.length - 1) {
    for (let i = 0; i < size; i++) items[i] = data[start + i];
    return items;
  }
  const stride = sizeOf(shape.slice(axis + 1));
  for (let i = 0; i < size; i++) items[i] = nest(data, shape, axis + 1, start + i * stride);
  return items;
}

/** Nested arrays as an NdArray. @throws RangeError if they are ragged */
export function fromNested(nested: Nested, dtype: DType = 'float32'): NdArray {
  const shape: number[] = [];
  for (let level = nested; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat = new Float64Array(sizeOf(shape));
  let filled = 0;
  const walk = (value: Nested, axis: number) => {
    if (!Array.isArray(value)) flat[filled++] = value;
    else if (value.length !== shape[axis]) throw new RangeError(`fromNested: ragged at axis ${axis}`);
    else for (let i = 0; i < value.length; i++) walk(value[i], axis + 1);
  };
  walk(nested, 0);
  if (filled !== flat.length) throw new RangeError('fromNested: numbers and arrays beside each other');
  return { shape, dtype, data: flat };
}

/**
 * An NdArray put together from a part for every leading index:
 * `stack([B, H], (b, h) => oracle(at(q, b, h), …))` has shape [B, H, …shape of a part].
 */
export function stack(leading: number[], part: (...indices: number[]) => Nested, dtype: DType = 'float32'): NdArray {
  const build = (indices: number[]): Nested =>
    indices.length === leading.length
      ? part(...indices)
      : Array.from({ length: leading[indices.length] }, (_, i) => build([...indices, i]));
  return fromNested(build([]), dtype);
}

/** A matrix of ones and zeros for all leading indices: values under which an attention's output is its weights. */
export function identity(leading: number[], size: number): NdArray {
  return stack(leading, () =>
    Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0))),
  );
}

/** All tensors of a tree with their dotted names, in order. */
export function leaves(tree: TensorTree, prefix = ''): [string, NdArray][] {
  return Object.entries(tree).flatMap(([name, value]): [string, NdArray][] =>
    isNdArray(value) ? [[prefix + name, value]] : leaves(value, `${prefix}${name}.`),
  );
}

/** The same tree with every tensor mapped. */
export function mapLeaves<T extends TensorTree>(tree: T, map: (x: NdArray, name: string) => NdArray, prefix = ''): T {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [
      name,
      isNdArray(value) ? map(value, prefix + name) : mapLeaves(value, map, `${prefix}${name}.`),
    ]),
  ) as T;
}

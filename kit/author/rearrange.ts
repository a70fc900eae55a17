/** Moving, splitting and merging axes, in einops' notation: `rearrange(w, '(h d) m -> m h d', { h: 2 })`. */
import { type NdArray, ndarray, sizeOf } from './ndarray.ts';

/**
 * The same values with axes in another order, split or merged. A `1` stands for an axis of size one.
 * @param sizes of the parts of a split axis; one part may be left out
 * @throws RangeError that restates the pattern and the shape, if they do not fit or an axis is on one side only
 */
export function rearrange(x: NdArray, pattern: string, sizes: Record<string, number> = {}): NdArray {
  return moved('rearrange', x, pattern, sizes, false);
}

/** As `rearrange`, but axes that are on the right alone repeat the values: `repeat(mask, 't s -> b h t s', { b, h })`. */
export function repeat(x: NdArray, pattern: string, sizes: Record<string, number> = {}): NdArray {
  return moved('repeat', x, pattern, sizes, true);
}

/** Consecutive parts of `x` along an axis. @throws RangeError if they do not add up to it */
export function split(x: NdArray, axis: number, sizes: readonly number[]): NdArray[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== x.shape[axis]) {
    throw new RangeError(`split: axis ${axis} of [${x.shape}] has ${x.shape[axis]}, but the parts have ${total}`);
  }
  const [outer, inner] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
  let start = 0;
  return sizes.map((size) => {
    const data: number[] = [];
    for (let o = 0; o < outer; o++) {
      const offset = (o * total + start) * inner;
      for (let i = 0; i < size * inner; i++) data.push(x.data[offset + i]);
    }
    start += size;
    return ndarray(
      x.shape.map((length, i) => (i === axis ? size : length)),
      data,
      x.dtype,
    );
  });
}

/** Parts one after the other along an axis. The other axes must agree. */
export function concat(parts: readonly NdArray[], axis: number): NdArray {
  const [first] = parts;
  const outer = sizeOf(first.shape.slice(0, axis));
  const data: number[] = [];
  for (let o = 0; o < outer; o++) {
    for (const part of parts) {
      const length = sizeOf(part.shape.slice(axis));
      for (let i = 0; i < length; i++) data.push(part.data[o * length + i]);
    }
  }
  const along = parts.reduce((sum, part) => sum + part.shape[axis], 0);
  return ndarray(
    first.shape.map((size, i) => (i === axis ? along : size)),
    data,
    first.dtype,
  );
}

/** [['h', 'd'], ['m']] of '(h d) m'; [] stands for an axis of size one. */
function axesOf(side: string): string[][] {
  return [...side.matchAll(/\(([^)]*)\)|\S+/g)].map(([token, group]) =>
    (group ?? token).split(/\s+/).filter((name) => name !== '' && name !== '1'),
  );
}

function moved(name: string, x: NdArray, pattern: string, given: Record<string, number>, mayRepeat: boolean): NdArray {
  const fail = (why: string) => new RangeError(`${name}: '${pattern}' does not fit [${x.shape}]: ${why}`);
  const [left, right] = pattern.split('->').map(axesOf);
  if (left.length !== x.shape.length) throw fail(`it has ${left.length} axes on the left`);

  const sizes: Record<string, number> = { ...given };
  const strides: Record<string, number> = {};
  let stride = 1;
  for (let axis = left.length - 1; axis >= 0; axis--) {
    const unknown = left[axis].filter((part) => sizes[part] === undefined);
    if (unknown.length > 1) throw fail(`the sizes of ${unknown.join(' and ')} are not given`);
    const known = left[axis].reduce((product, part) => product * (sizes[part] ?? 1), 1);
    if (unknown.length === 1) sizes[unknown[0]] = x.shape[axis] / known;
    const size = unknown.length === 1 ? known * Math.floor(sizes[unknown[0]]) : known;
    if (size !== x.shape[axis])
      throw fail(`axis ${axis} has ${x.shape[axis]}, but (${left[axis].join(' ')}) needs ${size}`);
    for (const part of [...left[axis]].reverse()) {
      strides[part] = stride;
      stride *= sizes[part];
    }
  }

  const order = right.flat();
  for (const part of left.flat()) if (!order.includes(part)) throw fail(`${part} is not on the right`);
  for (const part of order) {
    if (!(part in strides) && !(mayRepeat && part in sizes)) throw fail(`${part} is not on the left`);
  }

  const data = new Float64Array(order.reduce((product, part) => product * sizes[part], 1));
  let next = 0;
  const walk = (depth: number, offset: number) => {
    if (depth === order.length) {
      data[next++] = x.data[offset];
      return;
    }
    const part = order[depth];
    for (let i = 0; i < sizes[part]; i++) walk(depth + 1, offset + i * (strides[part] ?? 0));
  };
  walk(0, 0);
  const shape = right.map((parts) => parts.reduce((product, part) => product * sizes[part], 1));
  return ndarray(shape, data, x.dtype);
}

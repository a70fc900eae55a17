/** Where in a result all wrong values lie, if that is no chance. */
import { type NdArray, sizeOf } from '../../author/ndarray.ts';
import { indexOf, sortOf } from '../compare.ts';
import type { AxisName } from './axis-names.ts';

/** Places that wrong rows would share by chance more often than that are not told. */
const CHANCE = 0.05;

/**
 * A sentence, or null. What goes wrong mostly does so in whole rows along the last axis, so rows are counted, not values.
 * @param label the output's name
 */
export function place(label: string, got: NdArray, want: NdArray, tolerance: number, axes: AxisName[]): string | null {
  const { shape } = want;
  const wrong = [...want.data.keys()].filter((i) => sortOf(got.data[i], want.data[i], { tolerance }));
  if (wrong.length < 2 || wrong.length === want.data.length) return null;
  const places = wrong.map((i) => indexOf(i, shape));
  const columns = shape.length > 1 ? (shape.at(-1) as number) : 1;
  const outer = shape.length > 1 ? shape.slice(0, -1) : shape;
  const rows = [...new Set(wrong.map((i) => Math.floor(i / columns)))].map((row) => indexOf(row, outer));
  const all = sizeOf(outer);
  if (rows.length === 1) return all > 2 ? `All wrong values are in one row, ${label}[${rows[0]}].` : null;
  const told = shape.flatMap((size, axis) => {
    const [from, to] = range(places.map((index) => index[axis]));
    const isOne = from === to;
    // One place, or all from one on.
    if (size < 2 || (from === 0 && !isOne) || (!isOne && to !== size - 1)) return [];
    const share = (isOne ? 1 : size - from) / size;
    const chance = axis < outer.length ? amongRows(rows.length, all, share * all) : share ** rows.length;
    // Any of its places would have been told, and so would any axis.
    if (chance * size * shape.length > CHANCE) return [];
    return [`${axes[axis].full} ${isOne ? '=' : '≥'} ${from}`];
  });
  return told.length > 0 ? `All wrong values are at ${told.join(' and ')}.` : null;
}

/** How likely so many rows, drawn from all, are all within some of them. */
function amongRows(drawn: number, all: number, within: number): number {
  let chance = 1;
  for (let i = 0; i < drawn; i++) chance *= Math.max(0, within - i) / (all - i);
  return chance;
}

function range(values: number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

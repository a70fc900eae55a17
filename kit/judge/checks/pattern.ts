/** What all of a wrong result has in common, where something simple has: a factor, an offset, two axes swapped, one row. */

import { AXIS_WORDS } from '../../author/axes.ts';
import { type NdArray, sizeOf } from '../../author/ndarray.ts';
import { format, formatApart } from '../../text/number.ts';
import type { Mismatch } from '../compare.ts';
import { indexOf } from '../compare.ts';
import { type AxisName, axisNames } from './axis-names.ts';
import { place } from './place.ts';

type Values = Extract<Mismatch, { kind: 'values' }>;

/** With fewer values than this, a factor or an offset can be chance; of whole numbers, which often agree by chance, with fewer than that. */
const FEWEST = 3;
const FEWEST_WHOLE = 6;
/** Two float32 computations of a wrong thing, held against each other: relative to the largest expected value. */
const RELATIVE_TOLERANCE = 1e-3;
/** A pattern explains all but so much of the largest error, or it does not explain it. */
const UNEXPLAINED = 0.05;
/** Rounding leaves so much of the tolerance unexplained. */
const ROUNDING = 0.25;
/** A factor nearer to 1 is told as a share. */
const NEAR_ONE = 0.01;
/** Larger outputs are not searched for swapped axes: the message is not worth the wait. */
const MOST = 1_000_000;

interface Search {
  got: NdArray;
  want: NdArray;
  /** The largest expected value. */
  scale: number;
  /** What a pattern may leave unexplained in one value, if the values it speaks of are as large as the expected ones. */
  allowed: number;
  axes: AxisName[];
}

/** A sentence, or null. Shapes are the same. @param tolerance largest error that passes */
export function patternOf(
  label: string,
  got: NdArray,
  want: NdArray,
  mismatch: Values,
  tolerance: number,
  words = AXIS_WORDS,
): string | null {
  const size = want.data.length;
  if (size < (want.dtype === 'float32' ? FEWEST : FEWEST_WHOLE) || size > MOST) return null;
  const axes = axisNames(label, want.shape.length, words);
  const where = () => place(label, got, want, tolerance, axes);
  if (!got.data.every(Number.isFinite) || !want.data.every(Number.isFinite)) return where();
  const scale = largest(want);
  if (scale === 0) return null;
  if (got.data.every((value) => value === 0)) return 'Every value is 0.';
  if (got.data.every((value) => value === got.data[0]) && !want.data.every((value) => value === want.data[0])) {
    return `Every value is the same, ${format(got.data[0])}.`;
  }
  const unexplained = Math.max(UNEXPLAINED * mismatch.worst.error, ROUNDING * tolerance);
  const search = { got, want, scale, allowed: Math.min(RELATIVE_TOLERANCE * scale, unexplained), axes };
  return (
    sign(search) ??
    factor(search) ??
    offset(search) ??
    swapped(search) ??
    reversedOrShifted(search) ??
    perRow(search) ??
    where()
  );
}

function sign(search: Search): string | null {
  return same(search, (value) => -value) ? 'Every value has the opposite sign.' : null;
}

function factor(search: Search): string | null {
  const { got, want } = search;
  const k = dot(got, want) / dot(want, want);
  if (!Number.isFinite(k) || Math.abs(k) < 1e-6 || !same(search, (value) => k * value)) return null;
  if (Math.abs(k - 1) < NEAR_ONE) {
    return `Every value is off by the same ${share(Math.abs(k - 1))}: ${formatApart(k, 1)[0]} times the expected one.`;
  }
  const inverse = 1 / k;
  const round = Math.abs(inverse - Math.round(inverse)) < 2e-3 && Math.abs(k) < 1;
  return `Every value is ${format(k)} times the expected one${round ? ` (1/${Math.round(inverse)})` : ''}.`;
}

function offset(search: Search): string | null {
  const { got, want, scale } = search;
  const mean = got.data.reduce((sum, value, i) => sum + value - want.data[i], 0) / got.data.length;
  if (Math.abs(mean) < 10 * RELATIVE_TOLERANCE * scale || !same(search, (value) => value + mean)) return null;
  return `Every value is ${format(Math.abs(mean))} too ${mean > 0 ? 'large' : 'small'}.`;
}

/** Two axes of one size may be swapped without anybody's noticing; of different ones, where the values lie as if they were. */
function swapped({ got, want, allowed, axes }: Search): string | null {
  for (const [a, b] of pairs(want.shape.length)) {
    if (want.shape[a] < 2 || want.shape[b] < 2) continue;
    const moved = transposed(want, a, b);
    if (!isMoved(got, want, moved.data, allowed)) continue;
    const how =
      want.shape[a] === want.shape[b]
        ? 'are swapped: the values are right, in transposed places'
        : 'are mixed up: the values are right, in the order of the transposed tensor (is there a reshape in place of a transpose?)';
    return `${capital(axes[a].full)} and ${axes[b].full} ${how}.`;
  }
  return null;
}

function reversedOrShifted({ got, want, allowed, axes }: Search): string | null {
  for (let axis = 0; axis < want.shape.length; axis++) {
    const size = want.shape[axis];
    if (size < 3) continue;
    const reversed = along(want, axis, (i) => size - 1 - i);
    if (isMoved(got, want, reversed, allowed)) {
      return `The values are right, but in reverse along ${axes[axis].full}.`;
    }
    for (const by of [1, -1]) {
      const outside = (i: number) => i - by < 0 || i - by >= size;
      const moved = along(want, axis, (i) => (outside(i) ? -1 : i - by));
      if (isMoved(got, want, moved, allowed))
        return `The values are one place too ${by > 0 ? 'late' : 'early'} along ${axes[axis].full}.`;
    }
  }
  return null;
}

/** Rows along the last axis that are each right but for a factor: what a forgotten normalisation leaves. */
function perRow({ got, want, scale, allowed, axes }: Search): string | null {
  const columns = want.shape.at(-1) ?? 1;
  const rows = want.data.length / columns;
  if (columns < FEWEST || rows < 2) return null;
  const factors: number[] = [];
  for (let row = 0; row < rows; row++) {
    const [g, w] = [got, want].map(({ data }) => data.subarray(row * columns, (row + 1) * columns));
    const size = w.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const k = w.reduce((sum, value, i) => sum + value * g[i], 0) / w.reduce((sum, value) => sum + value * value, 0);
    if (size === 0 || !Number.isFinite(k) || Math.abs(k) < 1e-6) return null;
    const moved = w.map((value) => k * value);
    if (!agree(g, moved, allowed * Math.min(1, (size * Math.abs(k)) / scale))) return null;
    factors.push(k);
  }
  const [least, most] = [factors.reduce((a, b) => Math.min(a, b)), factors.reduce((a, b) => Math.max(a, b))];
  const furthest = Math.max(most - 1, 1 - least);
  // One row that is off is a place, not a pattern.
  if (factors.filter((k) => Math.abs(k - 1) > furthest / 100).length < 2) return null;
  const which =
    furthest < NEAR_ONE
      ? `within ${share(furthest)} of 1`
      : `from ${formatApart(least, most).join(' to ')} (is it normalised?)`;
  return `Each row along ${axes[axes.length - 1].full} is the expected row times a factor of its own, ${which}.`;
}

/** Larger values than expected may be off by more. */
function same({ got, want, scale, allowed }: Search, change: (value: number) => number): boolean {
  const moved = want.data.map(change);
  return agree(got.data, moved, allowed * Math.max(1, largest({ ...want, data: moved }) / scale));
}

/** Right values in other places: in more of them than agree by chance. */
function isMoved(got: NdArray, want: NdArray, moved: Float64Array, allowed: number): boolean {
  if (!agree(got.data, moved, allowed)) return false;
  const telling = moved.filter((value, i) => Math.abs(value - want.data[i]) > allowed).length;
  return telling >= (want.data.every(Number.isInteger) ? FEWEST_WHOLE : 2);
}

/** NaN in `want` stands for whatever is there. */
function agree(got: Float64Array, want: Float64Array, allowed: number): boolean {
  return got.every((value, i) => Number.isNaN(want[i]) || Math.abs(value - want[i]) <= allowed);
}

/** 0.0123 as "1.2%". */
const share = (part: number) => `${Number((100 * part).toPrecision(2))}%`;

/** The values of `x` with two axes exchanged, as they lie in memory. */
export function transposed(x: NdArray, a: number, b: number): NdArray {
  const shape = [...x.shape];
  [shape[a], shape[b]] = [shape[b], shape[a]];
  const data = new Float64Array(x.data.length);
  for (let i = 0; i < data.length; i++) {
    const index = indexOf(i, shape);
    [index[a], index[b]] = [index[b], index[a]];
    data[i] = x.data[positionOf(index, x.shape)];
  }
  return { shape, dtype: x.dtype, data };
}

/** `x` read along one axis at the places that `from` gives; NaN where that is none. */
function along(x: NdArray, axis: number, from: (i: number) => number): Float64Array {
  const inner = sizeOf(x.shape.slice(axis + 1));
  const size = x.shape[axis];
  return x.data.map((_, position) => {
    const at = Math.floor(position / inner) % size;
    const wanted = from(at);
    return wanted < 0 ? Number.NaN : x.data[position + (wanted - at) * inner];
  });
}

const positionOf = (index: number[], shape: readonly number[]) =>
  index.reduce((position, at, axis) => position * shape[axis] + at, 0);

function* pairs(rank: number): Generator<[number, number]> {
  // From the last axes on: there a transposition is likeliest.
  for (let b = rank - 1; b > 0; b--) for (let a = b - 1; a >= 0; a--) yield [a, b];
}

const dot = (a: NdArray, b: NdArray) => a.data.reduce((sum, value, i) => sum + value * b.data[i], 0);
const largest = ({ data }: NdArray) =>
  data.reduce((max, value) => (Number.isFinite(value) ? Math.max(max, Math.abs(value)) : max), 0);
const capital = (text: string) => text[0].toUpperCase() + text.slice(1);

/** One output compared with the expected one, in words. */

import { AXIS_WORDS } from '../../author/axes.ts';
import { type NdArray, ndarray, sizeOf } from '../../author/ndarray.ts';
import { type Plain, shapeOfNumbers } from '../../author/plain.ts';
import type { Failure, Picture } from '../../subject/failure.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import type { Subject } from '../../subject/subject.ts';
import type { PreparedCase } from '../cases.ts';
import { compare, largestError, type Mismatch } from '../compare.ts';
import { largestPlainError } from '../compare-plain.ts';
import { type Expected, numbersOf, type Value } from '../outputs.ts';
import type { Tolerance } from '../tolerance.ts';
import { axisHint } from './axis-names.ts';
import { inNumbers, judgePlain, otherKind, otherLength } from './judge-plain.ts';
import { patternOf } from './pattern.ts';

/** An error in tolerances, which are derived for it where they were not needed before. */
export type Ratio = () => number;
export const NO_NUMBER: Ratio = () => Infinity;
export const largestOf =
  (ratios: Ratio[]): Ratio =>
  () =>
    Math.max(0, ...ratios.map((ratio) => ratio()));

export interface JudgedOutput {
  failure: Failure | null;
  ratio: Ratio;
  value?: Value;
}

export async function judgeOutput(
  subject: Subject,
  name: string,
  got: RemoteTensor | Plain | undefined,
  prepared: PreparedCase,
  axisWords = AXIS_WORDS,
): Promise<JudgedOutput> {
  const { name: caseName, params } = prepared;
  const expected = prepared.expected[name];
  const inCase = (message: string) => `case "${caseName}": ${message}`;
  const failed = ({ code, message }: Failure): JudgedOutput => ({
    failure: { code, message: inCase(message) },
    ratio: NO_NUMBER,
  });
  if (got === undefined) return failed({ code: 'missing', message: `there is no ${name}` });
  if (expected.plain !== undefined) return plainOutput(name, got, expected.plain, prepared, axisWords);
  if (name.endsWith('[]') && got !== expected.array.data[0]) {
    return failed(otherLength(name.slice(0, -2), Number(got), expected.array.data[0]));
  }
  const isOfKind = expected.isNumber ? typeof got === 'number' : typeof got === 'number' || got instanceof RemoteTensor;
  if (!isOfKind) {
    const { shape } = expected.array;
    return failed(otherKind(name, got, expected.isNumber ? 'a number' : `a tensor of shape [${shape}]`));
  }
  const label = got instanceof RemoteTensor ? labelOf(name, got) : name;
  // The handle's shape is the host's own knowledge; a wrong one need not be downloaded to be refused.
  if (got instanceof RemoteTensor && String(got.shape) !== String(expected.array.shape)) {
    const { shape: want } = expected.array;
    const message = inCase(
      `${label}: expected shape [${want}], got [${got.shape}]${axisHint(label, got.shape, want, params, axisWords)}`,
    );
    return { failure: { code: `shape:${got.shape.length}`, message }, ratio: NO_NUMBER };
  }
  const value = got instanceof RemoteTensor ? await subject.read(got) : ndarray([], [got as number]);
  const ratio = () => ratioOf(value, expected, prepared.tolerances[name]);
  const least = prepared.leastTolerances?.[name];
  if (least !== undefined && !compare(value, expected.array, { tolerance: least })) {
    return { failure: null, ratio, value };
  }
  const tolerance = prepared.tolerances[name];
  const mismatch = compare(value, expected.array, { tolerance: tolerance.abs });
  if (!mismatch) return { failure: null, ratio, value };
  const pattern =
    mismatch.kind === 'values' ? patternOf(label, value, expected.array, mismatch, tolerance.abs, axisWords) : null;
  const words = `${inWords(label, mismatch, tolerance)}${pattern ? `. ${pattern}` : ''}`;
  const failure: Failure = { code: codeOf(mismatch), message: inCase(words) };
  if (mismatch.kind === 'values' && isWorthAPicture(expected.array)) {
    const { worst } = mismatch;
    failure.picture = picture(`${label} in case "${caseName}"`, value, expected.array, worst.index, tolerance.abs);
  }
  return { failure, ratio, value };
}

/** With its place where it is an item of a list, before its axes: `heads[2]_BTD`. */
function labelOf(name: string, { name: declared }: RemoteTensor): string {
  return name.includes('[') ? `${name}${declared.match(/_[A-Z0-9]+$/)?.[0] ?? ''}` : declared;
}

function plainOutput(
  name: string,
  got: RemoteTensor | Plain,
  want: Plain,
  { name: caseName, expected, tolerances, leastTolerances }: PreparedCase,
  axisWords: typeof AXIS_WORDS,
): JudgedOutput {
  const inCase = (failure: Failure) => ({ ...failure, message: `case "${caseName}": ${failure.message}` });
  if (got instanceof RemoteTensor) {
    return { failure: inCase(otherKind(name, got, 'a plain value')), ratio: NO_NUMBER };
  }
  const abs = leastTolerances?.[name] ?? tolerances[name].abs;
  const error = largestPlainError(got, want);
  const ratio = () => (error === 0 ? 0 : abs === 0 ? Infinity : error / abs);
  const wrong = judgePlain(name, got, want, abs);
  if (!wrong) return { failure: null, ratio, value: { plain: got } };
  const failure = inCase(wrong);
  // Nested lists of numbers are looked at as a tensor is.
  const { array } = expected[name];
  const isAlike = String(shapeOfNumbers(got)) === String(shapeOfNumbers(want)) && shapeOfNumbers(want) !== null;
  const mismatch = isAlike ? compare(numbersOf(got), array, { tolerance: abs }) : null;
  if (mismatch?.kind === 'values' && isWorthAPicture(array)) {
    const pattern = patternOf(name, numbersOf(got), array, mismatch, abs, axisWords);
    if (pattern) failure.message += `. ${pattern}`;
    failure.picture = picture(`${name} in case "${caseName}"`, numbersOf(got), array, mismatch.worst.index, abs);
  }
  return { failure, ratio, value: { plain: got } };
}

function ratioOf(value: NdArray, { array }: Expected, { abs }: Tolerance): number {
  const error = value.dtype === array.dtype ? largestError(value, array) : Infinity;
  if (error === 0) return 0;
  return abs === 0 ? Infinity : error / abs;
}

/** A value or two are told in words, and a picture of single cells shows nothing. */
const isWorthAPicture = ({ shape }: NdArray) => shape.length > 0 && sizeOf(shape.slice(-2)) > 2;

const MAX_ROWS = 12;
const MAX_COLUMNS = 12;

/** The last two axes around the worst place, cut to what can be taken in at a glance. */
function picture(caption: string, got: NdArray, want: NdArray, worst: number[], tolerance: number): Picture {
  const rank = want.shape.length;
  const [rows, columns] = [rank > 1 ? want.shape[rank - 2] : 1, want.shape[rank - 1]];
  const start = (at: number, size: number, most: number) =>
    Math.max(0, Math.min(at - Math.floor(most / 2), size - most));
  const [row, column] = [
    rank > 1 ? start(worst[rank - 2], rows, MAX_ROWS) : 0,
    start(worst[rank - 1], columns, MAX_COLUMNS),
  ];
  const shape = [Math.min(rows, MAX_ROWS), Math.min(columns, MAX_COLUMNS)];
  const matrix =
    worst.slice(0, -2).reduce((offset, index, axis) => offset * want.shape[axis] + index, 0) * rows * columns;
  const cut = ({ data }: NdArray) =>
    Array.from({ length: shape[0] * shape[1] }, (_, i) => {
      const at = matrix + (row + Math.floor(i / shape[1])) * columns + column + (i % shape[1]);
      return Number.isFinite(data[at]) ? data[at] : null;
    });
  const axes = rank > 2 ? `[${worst.slice(0, -2)}, …]` : '';
  return {
    caption: caption.replace(' in case', `${axes} in case`),
    shape,
    origin: [row, column],
    got: cut(got),
    want: cut(want),
    tolerance,
  };
}

export function codeOf(mismatch: Mismatch): string {
  return mismatch.kind === 'values' ? mismatch.sort : mismatch.kind;
}

function inWords(label: string, mismatch: Mismatch, { abs }: Tolerance): string {
  if (mismatch.kind === 'shape') return `${label}: expected shape [${mismatch.want}], got [${mismatch.got}]`;
  if (mismatch.kind === 'dtype')
    return `${label}: expected ${mismatch.want}, got ${mismatch.got}${dtypeHint(mismatch.got)}`;
  const { worst, count, size } = mismatch;
  const place = worst.index.length ? `${label}[${worst.index}]` : label;
  const many = size > 1 ? ` (${count} of ${size} values are wrong)` : '';
  const [want, got, close] = inNumbers(worst, abs);
  return `${place}: expected ${want}, got ${got}${close}${many}`;
}

/** Where a dtype that nobody asked for usually comes from. */
function dtypeHint(got: string): string {
  if (got === 'bool') return ': a comparison gives true and false (tf.cast, or tf.where, makes numbers of them)';
  return got === 'int32' ? ': tf.range, argMax, gather indices and tensors of dtype int32 give integers (tf.cast)' : '';
}

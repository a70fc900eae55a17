/** One output against what is due, put into words. */

import { type NdArray, ndarray } from '../../author/ndarray.ts';
import type { Failure, Picture } from '../../subject/failure.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import type { Subject } from '../../subject/subject.ts';
import { format } from '../../text/number.ts';
import type { PreparedCase } from '../cases.ts';
import { compare, largestError, type Mismatch } from '../compare.ts';
import type { Expected } from '../outputs.ts';
import type { Tolerance } from '../tolerance.ts';
import { axisHint } from './axis-names.ts';
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
  value?: NdArray;
}

export async function judgeOutput(
  subject: Subject,
  name: string,
  got: RemoteTensor | number | undefined,
  prepared: PreparedCase,
): Promise<JudgedOutput> {
  const { name: caseName, params } = prepared;
  const expected = prepared.expected[name];
  const inCase = (message: string) => `case "${caseName}": ${message}`;
  if (got === undefined)
    return { failure: { code: 'missing', message: inCase(`there is no ${name}`) }, ratio: NO_NUMBER };
  const label = got instanceof RemoteTensor ? got.name : name;
  // The handle's shape is the host's own knowledge; a wrong one need not be downloaded to be refused.
  if (got instanceof RemoteTensor && String(got.shape) !== String(expected.array.shape)) {
    const { shape: want } = expected.array;
    const message = inCase(
      `${label} has shape [${got.shape}], but [${want}] is due${axisHint(label, got.shape, want, params)}`,
    );
    return { failure: { code: `shape:${got.shape.length}`, message }, ratio: NO_NUMBER };
  }
  const value = got instanceof RemoteTensor ? await subject.read(got) : ndarray([], [got]);
  const ratio = () => ratioOf(value, expected, prepared.tolerances[name]);
  const least = prepared.leastTolerances?.[name];
  if (least !== undefined && !compare(value, expected.array, { tolerance: least })) {
    return { failure: null, ratio, value };
  }
  const tolerance = prepared.tolerances[name];
  const mismatch = compare(value, expected.array, { tolerance: tolerance.abs });
  if (!mismatch) return { failure: null, ratio, value };
  const pattern = mismatch.kind === 'values' ? patternOf(label, value, expected.array, mismatch) : null;
  const words = `${inWords(label, mismatch, tolerance)}${pattern ? `. ${pattern}` : ''}`;
  const failure: Failure = { code: codeOf(mismatch), message: inCase(words) };
  if (mismatch.kind === 'values' && mismatch.size > 2) {
    const { worst } = mismatch;
    failure.picture = picture(`${label} in case "${caseName}"`, value, expected.array, worst.index, tolerance.abs);
  }
  return { failure, ratio, value };
}

function ratioOf(value: NdArray, { array }: Expected, { abs }: Tolerance): number {
  const error = value.dtype === array.dtype ? largestError(value, array) : Infinity;
  if (error === 0) return 0;
  return abs === 0 ? Infinity : error / abs;
}

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
  if (mismatch.kind === 'shape') return `${label} has shape [${mismatch.got}], but [${mismatch.want}] is due`;
  if (mismatch.kind === 'dtype')
    return `${label} is ${mismatch.got}, but ${mismatch.want} is due${dtypeHint(mismatch.got)}`;
  const { worst, count, size } = mismatch;
  const place = worst.index.length ? `${label}[${worst.index}]` : label;
  const many = size > 1 ? ` (${count} of ${size} values are wrong)` : '';
  const close = worst.error < 100 * abs ? `, an error of ${format(worst.error)} where ${format(abs)} is allowed` : '';
  const [got, want] = close ? [String(worst.got), String(worst.want)] : [format(worst.got), format(worst.want)];
  return `${place} is ${got}, but ${want} is due${close}${many}`;
}

/** Where a dtype that nobody asked for usually comes from. */
function dtypeHint(got: string): string {
  if (got === 'bool') return ': a comparison gives true and false (tf.cast, or tf.where, makes numbers of them)';
  return got === 'int32' ? ': tf.range, argMax, gather indices and tensors of dtype int32 give integers (tf.cast)' : '';
}

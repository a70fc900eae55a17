/** A plain output against what is expected, put into words. */

import type { Verdict } from '../../author/grader.ts';
import { isPlain, isRecord, type Plain } from '../../author/plain.ts';
import type { Failure } from '../../subject/failure.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import { formatApart, plural } from '../../text/number.ts';
import { comparePlain, type PlainMismatch } from '../compare-plain.ts';
import { toleranceOfNumber, toleranceOfPlain } from '../plain-tolerance.ts';

/** Null where it is right. */
export function judgePlain(name: string, got: Plain, want: Plain, tolerance: number): Failure | null {
  const mismatch = comparePlain(got, want, tolerance);
  return mismatch && { code: codeOf(mismatch), message: inWords(name, mismatch, tolerance) };
}

/** Null if two results are the same: "at [2] 3 against 4". */
export function differenceOfPlain(a: Plain, b: Plain): Verdict {
  const { abs } = typeof b === 'number' ? toleranceOfNumber(b) : toleranceOfPlain(b);
  const mismatch = comparePlain(a, b, abs);
  if (!mismatch) return null;
  const at = mismatch.at ? `at ${mismatch.at.replace(/^\./, '')} ` : '';
  if (mismatch.kind === 'length') return `${at}${items(mismatch.got)} against ${mismatch.want}`;
  const { got, want } = mismatch;
  if (mismatch.kind === 'value' && typeof got === 'number' && typeof want === 'number')
    return `${at}${formatApart(got, want).join(' against ')}`;
  return `${at}${kindInWords(got)} against ${kindInWords(want)}`;
}

/** Where a tensor and a plain value have met. */
export function otherKind(name: string, got: unknown, expected: string): Failure {
  return { code: 'wrong-kind', message: `${name}: expected ${expected}, got ${kindInWords(got)}` };
}

/** Two lists whose lengths differ. */
export const otherLength = (name: string, got: number, want: number): Failure => ({
  code: 'length',
  message: `${name}: expected a list of ${items(want)}, got ${items(got)}`,
});

function codeOf(mismatch: PlainMismatch): string {
  if (mismatch.kind === 'kind') return mismatch.got === undefined ? 'missing' : 'wrong-kind';
  if (mismatch.kind === 'length') return 'length';
  return mismatch.sort === 'other' ? `other-${typeof mismatch.want}` : mismatch.sort;
}

function inWords(name: string, mismatch: PlainMismatch, tolerance: number): string {
  const place = `${name}${mismatch.at}`;
  if (mismatch.kind === 'length') return otherLength(place, mismatch.got, mismatch.want).message;
  if (mismatch.kind === 'kind') {
    if (mismatch.got === undefined) return `there is no ${place}`;
    return `${place}: expected ${kindInWords(mismatch.want)}, got ${kindInWords(mismatch.got)}`;
  }
  const { got, want, count, size } = mismatch;
  const many = size > 1 ? ` (${count} of ${size} values are wrong)` : '';
  if (typeof got !== 'number' || typeof want !== 'number') {
    return `${place}: expected ${short(want)}, got ${short(got)}${many}`;
  }
  const [shownWant, shownGot, close] = inNumbers({ ...mismatch, got, want }, tolerance);
  return `${place}: expected ${shownWant}, got ${shownGot}${close}${many}`;
}

/** Nine digits tell any two float32 numbers apart. */
const CLOSE_DIGITS = 9;

/** Expected and got, and where they are close how close they should be. */
export function inNumbers(
  { got, want, error }: { got: number; want: number; error: number },
  tolerance: number,
): [want: string, got: string, close: string] {
  if (Number.isSafeInteger(got) && Number.isSafeInteger(want)) return [String(want), String(got), ''];
  if (error >= 100 * tolerance) return [...formatApart(want, got), ''];
  const [off, allowed] = formatApart(error, tolerance);
  return [...formatApart(want, got, CLOSE_DIGITS), `, an error of ${off} where ${allowed} is allowed`];
}

const items = (count: number) => plural(count, 'item');

const MOST_CHARACTERS = 60;

function short(value: Plain): string {
  const text = JSON.stringify(value);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}

function kindInWords(value: unknown): string {
  if (value instanceof RemoteTensor) return `a tensor of shape [${value.shape}]`;
  if (Array.isArray(value)) return `a list of ${items(value.length)}`;
  if (isRecord(value)) {
    return `an object with ${Object.keys(value).slice(0, 5).join(', ').slice(0, 100) || 'no fields'}`;
  }
  if (value === undefined) return 'nothing';
  if (value === null || !isPlain(value)) return String(value);
  return `the ${typeof value} ${typeof value === 'number' ? String(value) : short(value)}`;
}

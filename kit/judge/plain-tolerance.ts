/**
 * How far the numbers of a plain result may be off. They are doubles on both sides and not rounded to float32 on their way,
 * so only the order of a few operations is between them.
 *
 * One rule: a single number to 1e-12 of its size; the numbers of a list to 1e-9 of the largest in it, as sums that cancel
 * lose the digits of their largest term; and a list of whole numbers so closely that no other whole number is right.
 */
import { numbersIn, type Plain } from '../author/plain.ts';
import type { Tolerance } from './tolerance.ts';

const OF_NUMBER = 1e-12;
const OF_LIST = 1e-9;
/** Two whole numbers are at least four times as far apart. */
const OF_WHOLE = 0.25;

export function toleranceOfNumber(value: number): Tolerance {
  const because = `${OF_NUMBER} of its size: a plain number is not rounded to float32`;
  return { abs: OF_NUMBER * Math.abs(value), because };
}

/** Of a list, a boolean, a string: whatever is not a single number. */
export function toleranceOfPlain(value: Plain): Tolerance {
  const numbers = numbersIn(value).filter(Number.isFinite);
  if (numbers.length === 0) return { abs: 0, because: 'strings, booleans and null are exact' };
  const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (numbers.every(Number.isInteger)) {
    return { abs: rounded(Math.min(OF_WHOLE, OF_NUMBER * largest)), because: 'whole numbers are exact' };
  }
  return { abs: rounded(OF_LIST * largest), because: `${OF_LIST} of the largest number in it` };
}

/** To six digits, as fixtures hold it. */
const rounded = (abs: number) => Number(abs.toPrecision(6));

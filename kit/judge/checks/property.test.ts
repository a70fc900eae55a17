import { expect, it } from 'vitest';
import { ndarray } from '../../author/ndarray.ts';
import { difference } from './property.ts';

const row = (...values: number[]) => ndarray([values.length], values);

it('results are the same up to the rounding of the largest value', () => {
  expect(difference(row(1, 3), row(1, 3.0002))).toBeNull();
  expect(difference(row(1, 3), row(1, 3.001))).toBe('at [1] 3 against 3.001');
  expect(difference(row(1000, 1), row(1000, 1.01))).toBeNull();
});

it('what is left where larger terms cancel is as far off as these are', () => {
  expect(difference(row(6.75e-4), row(6.76e-4))).toBeNull();
  expect(difference(row(6.75e-4), row(6.9e-4))).toBe('at [0] 6.75e-4 against 6.90e-4');
  expect(difference(row(0), row(1e-5))).toBe('at [0] 0 against 1.00e-5');
});

it('NaN agrees with nothing, shapes must, and infinities too', () => {
  expect(difference(row(1, Number.NaN), row(1, Number.NaN))).toBe('at [1] NaN');
  expect(difference(row(1), row(1, 2))).toBe('shape [1] against [2]');
  expect(difference(row(1, Infinity), row(1, Infinity))).toBeNull();
  expect(difference(row(1, Infinity), row(1, -Infinity))).toBe('at [1] Infinity against -Infinity');
});

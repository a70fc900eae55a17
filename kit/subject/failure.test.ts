import { expect, it } from 'vitest';
import { format } from '../text/number.ts';

it.each([
  [0.123456, '0.1235'],
  [-12.3456, '-12.35'],
  [123_456, '123500'],
  [1_234_567, '1.23e+6'],
  [0.000_12, '1.20e-4'],
  [0, '0'],
  [-0, '-0'],
  [1, '1'],
  [Number.NaN, 'NaN'],
  [-Infinity, '-Infinity'],
])('%d is told as %s', (value, text) => {
  expect(format(value)).toBe(text);
});

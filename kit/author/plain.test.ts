import { expect, it } from 'vitest';
import { ndarray } from './ndarray.ts';
import { isPlain, numbersIn, shapeOfNumbers } from './plain.ts';

it('is plain: numbers, strings, booleans, null, and lists and objects of these', () => {
  const plain = [1, Number.NaN, 'a', true, null, [], {}, [[1], { a: [null] }], Object.create(null)];
  for (const value of plain) expect(isPlain(value)).toBe(true);
  const others = [
    undefined,
    () => 1,
    ndarray([1], [1]),
    new Map(),
    new Float64Array(1),
    [undefined],
    { a: new Date() },
  ];
  for (const value of others) expect(isPlain(value)).toBe(false);
});

it('numbers are in the order of lists and fields', () => {
  expect(numbersIn({ a: [1, ['x', 2]], b: true, c: { d: 3 } })).toEqual([1, 2, 3]);
});

it.each([
  [3, []],
  [[], [0]],
  [
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [2, 3],
  ],
  [
    [[], []],
    [2, 0],
  ],
  [[[1], [2, 3]], null],
  [[1, [2]], null],
  [['1'], null],
  [{ a: 1 }, null],
])('%j has the shape %j', (value, shape) => {
  expect(shapeOfNumbers(value)).toEqual(shape);
});

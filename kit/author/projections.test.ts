import { expect, it } from 'vitest';
import { at, ndarray } from './ndarray.ts';
import { identity, linear, projectHeads, rmsNorm, rotate, rotationAt, scaled } from './projections.ts';

it('linear is x Wᵀ + b with W stored [out, in]', () => {
  const weight = ndarray([3, 2], [1, 0, 0, 1, 1, 1]);
  expect(linear(ndarray([1, 2], [2, 5]), weight, ndarray([3], [0, 0, 10]))).toEqual(ndarray([1, 3], [2, 5, 17]));
  expect(() => linear(ndarray([1, 3], [1, 2, 3]), weight)).toThrow(
    'linear: x [1,3] does not end in the 2 of weight [3,2]',
  );
});

it('projectHeads puts the heads before the length', () => {
  const x = ndarray([1, 2, 2], [1, 2, 3, 4]);
  expect(at(projectHeads(x, identity(2), undefined, 1))).toEqual([
    [
      [[1], [3]],
      [[2], [4]],
    ],
  ]);
});

it('rmsNorm divides by the root mean square of a row, eps inside, and multiplies by the weight', () => {
  expect([...rmsNorm(ndarray([2, 2], [3, 4, 0, 0]), undefined, 0.25).data.subarray(0, 2)]).toEqual(
    [3, 4].map((value) => value / Math.sqrt(12.75)),
  );
  expect([...rmsNorm(ndarray([1, 2], [2, 2]), ndarray([2], [1, 10]), 0).data]).toEqual([1, 10]);
});

it.each([
  ['half', [1, 5, 0, 6], [0, 5, 1, 6]],
  ['interleaved', [1, 0, 5, 6], [0, 1, 5, 6]],
] as const)(
  'rotate with pairs by %s: a quarter turn of the first pair takes its first to its second',
  (pairing, x, turned) => {
    const quarter = { cos: [0, 1], sin: [1, 0] };
    expect([...rotate(ndarray([1, 4], x), quarter, pairing).data]).toEqual(turned);
  },
);

it('rotationAt has a row of R/2 angles for each position', () => {
  const { cos, sin } = rotationAt([0, 2], 4, 100);
  expect(Array.from(cos)).toEqual([1, 1, Math.cos(2), Math.cos(0.2)]);
  expect(Array.from(sin)).toEqual([0, 0, Math.sin(2), Math.sin(0.2)]);
});

it('scaled keeps shape and dtype', () => {
  expect(scaled(ndarray([2], [1, 2], 'int32'), 3)).toEqual(ndarray([2], [3, 6], 'int32'));
});

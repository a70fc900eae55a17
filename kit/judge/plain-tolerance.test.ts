import fc from 'fast-check';
import { expect, it } from 'vitest';
import { comparePlain } from './compare-plain.ts';
import { toleranceOfNumber, toleranceOfPlain } from './plain-tolerance.ts';

it('a single number may be off by 1e-12 of its size', () => {
  expect(toleranceOfNumber(-250).abs).toBe(2.5e-10);
});

it('the numbers of a list may be off by 1e-9 of the largest in it, NaN and infinities aside', () => {
  expect(toleranceOfPlain([0.001, -250.5, Infinity, Number.NaN])).toEqual({
    abs: 2.505e-7,
    because: '1e-9 of the largest number in it',
  });
});

it('no other whole number is right in a list of them, and the rounding of a quotient is', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 5 }), fc.nat(4), (list, i) => {
      const { abs } = toleranceOfPlain(list);
      const other = list.with(i % list.length, list[i % list.length] + (list[0] < 0 ? 1 : -1));
      expect(comparePlain(other, list, abs)).not.toBeNull();
      expect(comparePlain(list, list, abs)).toBeNull();
    }),
  );
  expect(comparePlain([0.9999999999999999, 0], [1, 0], toleranceOfPlain([1, 0]).abs)).toBeNull();
});

it('strings, booleans and null are exact', () => {
  for (const value of ['a', true, null, [], ['a']]) expect(toleranceOfPlain(value).abs).toBe(0);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ndarray } from '../author/ndarray.ts';
import type { Plain } from '../author/plain.ts';
import { numbersOf } from './outputs.ts';
import { type CaseSign, isSign, isTelling, shortened, signOf, signOfThrown } from './signs.ts';

const row = (...values: number[]) => ndarray([values.length], values);
const tensor = (got: number[], want: number[]) =>
  signOf([{ name: 'out', value: row(...got), expected: { array: row(...want), isNumber: false } }]) as CaseSign;
const plain = (got: Plain, want: Plain) =>
  signOf([
    { name: 'out', value: { plain: got }, expected: { array: numbersOf(want), isNumber: false, plain: want } },
  ]) as CaseSign;
const WANT = [1, -2, 3, 0.5];

describe('a wrong result', () => {
  it('is known again in spite of rounding, and as it is stored', () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(values, fc.double({ min: -1e-5, max: 1e-5, noNaN: true }), (got, rounding) => {
        fc.pre(got.some((value, i) => Math.abs(value - WANT[i]) > 0.1));
        const stored = JSON.parse(JSON.stringify(tensor(got, WANT)));
        const seen = tensor(
          got.map((value) => value * (1 + rounding)),
          WANT,
        );
        expect(isSign(seen, stored)).toBe(true);
        expect(isSign(seen, shortened(stored))).toBe(true);
      }),
    );
  });

  it('is told from one that is as wrong in another place, by another factor, or the other way', () => {
    const mistake = tensor([2, -2, 3, 0.5], WANT);
    for (const other of [
      [1, -1, 3, 0.5],
      [1.9, -2, 3, 0.5],
      [0, -2, 3, 0.5],
      [2, -2, 3, 0.6],
      [1, -2, 4, 0.5],
    ])
      expect(isSign(tensor(other, WANT), mistake)).toBe(false);
  });

  it('that differs from the right one by less than a mistake differs is not that mistake', () => {
    // 1e-6 where 1e-5 belongs, beside 1e-5 after the root: both are near the right value.
    const want = [0.5, 0.7, 0.1, 0.2];
    const off = (share: number) => want.map((value) => value * (1 + share));
    expect(isSign(tensor(off(9e-5), want), tensor(off(1e-4), want))).toBe(false);
    expect(isSign(tensor(off(0.99e-4), want), tensor(off(1e-4), want))).toBe(true);
  });

  it('is known by where it is not finite, and rounding errors beside that tell nothing', () => {
    const mistake = tensor([1, Number.NaN, 3, 0.5], WANT);
    expect(isSign(tensor([1.0001, Infinity, 3, 0.5], WANT), mistake)).toBe(true);
    expect(isSign(tensor([Number.NaN, -2, 3, 0.5], WANT), mistake)).toBe(false);
    expect(isSign(tensor([2, Number.NaN, 3, 0.5], WANT), mistake)).toBe(false);
    expect(isTelling(mistake)).toBe(false);
  });

  it('is known by its shape or by what was thrown', () => {
    const shape = (kind: string) => signOf([{ name: 'out', kind }]) as CaseSign;
    expect(isSign(shape('shape 2,1'), shape('shape 2,1'))).toBe(true);
    expect(isSign(shape('shape 2,1'), shape('shape 1,2'))).toBe(false);
    expect(isSign(signOfThrown('Error: no 3'), signOfThrown('Error: no 4'))).toBe(false);
    expect(isTelling(shape('shape 2,1'))).toBe(false);
    expect(signOf([])).toBeNull();
  });

  it('that is plain is known by its numbers if only they differ, else by what it is', () => {
    expect(isSign(plain([1, 2, 3], [1, 2, 4]), plain([1, 2, 3], [1, 2, 4]))).toBe(true);
    expect(isSign(plain([1, 2, 3.001], [1, 2, 4]), plain([1, 2, 3], [1, 2, 4]))).toBe(false);
    expect(isSign(plain('ab', 'a'), plain('ab', 'a'))).toBe(true);
    expect(isSign(plain('abc', 'a'), plain('ab', 'a'))).toBe(false);
    expect(isTelling(plain('ab', 'a'))).toBe(true);
    expect(isTelling(plain(true, false))).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, type DType, ndarray, sizeOf } from '../author/ndarray.ts';
import { compare, indexOf, largestError } from './compare.ts';

const row = (...values: number[]) => ndarray([values.length], values);
const values = (got: number[], want: number[], tolerance = 0.1, strictZero = false) => {
  const mismatch = compare(row(...got), row(...want), { tolerance, strictZero });
  if (mismatch && mismatch.kind !== 'values') throw new Error(`a mismatch of ${mismatch.kind}`);
  return mismatch;
};

describe('a result is as expected', () => {
  it('if it is the same, infinities and NaN included', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (data) => {
        expect(compare(row(...data), row(...data), { tolerance: 0 })).toBeNull();
      }),
    );
  });

  it('if every value is within the tolerance, the tolerance itself included', () => {
    expect(values([1.5, 2], [1, 2], 0.5)).toBeNull();
    expect(values([1.5001, 2], [1, 2], 0.5)).toMatchObject({ sort: 'off' });
  });

  it('never, if one is NaN and the other is not', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ min: 0 }), (due, tolerance) => {
        expect(values([Number.NaN], [due], tolerance)).toMatchObject({ sort: 'nan' });
        expect(values([due], [Number.NaN], tolerance)).not.toBeNull();
      }),
    );
    expect(values([0], [1], Number.NaN)).toMatchObject({ sort: 'off' });
  });

  it('with either zero, unless zeros are told apart', () => {
    expect(values([-0], [0])).toBeNull();
    expect(values([-0], [0], 1, true)).toMatchObject({ sort: 'sign-of-zero', worst: { got: -0, want: 0 } });
    expect(values([0], [0], 1, true)).toBeNull();
  });
});

describe('what is wrong is told apart', () => {
  const of = (shape: number[], dtype: DType = 'float32') => ndarray(shape, Array(sizeOf(shape)).fill(1), dtype);

  it('by shape first: one axis, a missing axis, an axis too many', () => {
    for (const shape of [[2, 4], [3, 2], [6], [1, 2, 3], []]) {
      expect(compare(of(shape), of([2, 3]), { tolerance: 9 })).toEqual({ kind: 'shape', got: shape, want: [2, 3] });
    }
  });

  it('then by dtype, unless any will do', () => {
    const got = of([2], 'int32');
    expect(compare(got, of([2]), { tolerance: 9 })).toEqual({ kind: 'dtype', got: 'int32', want: 'float32' });
    expect(compare(got, of([2]), { tolerance: 9, strictDType: false })).toBeNull();
  });

  it.each([
    ['nan', Number.NaN, 1],
    ['nan', Number.NaN, Infinity],
    ['infinite', Infinity, 1],
    ['infinite', -Infinity, Infinity],
    ['finite', 1, -Infinity],
    ['finite', 1, Number.NaN],
    ['off', 2, 1],
  ] as const)('as "%s" where %d is got and %d is expected', (sort, got, want) => {
    expect(values([got], [want])).toMatchObject({ sort, count: 1, size: 1 });
  });

  it('by the worst place: NaN before Infinity before the largest error', () => {
    const due = [0, 0, 0, 0, 0];
    expect(values([9, 1, Infinity, Number.NaN, 0], due)).toMatchObject({
      sort: 'nan',
      worst: { index: [3] },
      count: 4,
    });
    expect(values([9, 1, Infinity, 2, 0], due)).toMatchObject({ sort: 'infinite', worst: { index: [2] } });
    expect(values([1, -9, 3, 2, 0], due)).toMatchObject({ sort: 'off', worst: { index: [1], error: 9, got: -9 } });
  });

  it('with the first few places in order, and how many there are', () => {
    const found = values([0, 5, 0, 7, 6, 5], [0, 0, 0, 0, 0, 0]);
    expect(found?.first.map(({ index }) => index[0])).toEqual([1, 3, 4]);
    expect(found).toMatchObject({ count: 4, size: 6 });
  });
});

describe('indexOf', () => {
  it('is where `at` finds the value', () => {
    const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.nat(), (sizes, any) => {
        const x = ndarray(
          sizes,
          Array.from({ length: sizeOf(sizes) }, (_, i) => i),
        );
        const position = any % sizeOf(sizes);
        expect(at(x, ...indexOf(position, sizes))).toBe(position);
      }),
    );
  });
});

describe('largestError', () => {
  it('is 0 for equal infinities and NaN, Infinity where only one is', () => {
    expect(largestError(row(Infinity, Number.NaN), row(Infinity, Number.NaN))).toBe(0);
    expect(largestError(row(1, Number.NaN), row(1, 2))).toBe(Infinity);
    expect(largestError(row(1, -Infinity), row(1, Infinity))).toBe(Infinity);
    expect(largestError(row(1, 2, 3), row(1, 4, 2))).toBe(2);
  });
});

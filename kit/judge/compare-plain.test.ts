import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plain } from '../author/plain.ts';
import { comparePlain, largestPlainError, onlyNumbersDiffer } from './compare-plain.ts';

const plain = fc.letrec<{ value: Plain; leaf: Plain }>((tie) => ({
  leaf: fc.oneof(fc.double(), fc.integer(), fc.string(), fc.boolean(), fc.constant(null)),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

describe('a plain value', () => {
  it('is itself, whatever it is, at no tolerance at all', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(comparePlain(structuredClone(value), value, 0)).toBeNull();
        expect(largestPlainError(structuredClone(value), value)).toBe(0);
        expect(onlyNumbersDiffer(structuredClone(value), value)).toBe(true);
      }),
    );
  });

  it('is not another that is told from it as JSON', () => {
    const asJson = fc.tuple(plain, plain).filter(([a, b]) => JSON.stringify(a) !== JSON.stringify(b));
    fc.assert(
      fc.property(asJson, ([a, b]) => {
        const isOther = comparePlain(a, b, 0) !== null || comparePlain(b, a, 0) !== null;
        // -0 is 0.
        expect(isOther || JSON.stringify(a).replaceAll('-0', '0') === JSON.stringify(b).replaceAll('-0', '0')).toBe(
          true,
        );
      }),
    );
  });

  it.each<[string, Plain, Plain, object]>([
    ['a list of another length', [1, 2], [1, 2, 3], { kind: 'length', at: '', got: 2, want: 3 }],
    ['a longer list', [[1], [1, 2]], [[1], [1]], { kind: 'length', at: '[1]', got: 2, want: 1 }],
    ['a list that is shorter, before a value that is wrong', [9, [1]], [1, [1, 2]], { kind: 'length', at: '[1]' }],
    ['a number for a list', 1, [1], { kind: 'kind', at: '', got: 1, want: [1] }],
    ['a list for an object', { a: [] }, { a: {} }, { kind: 'kind', at: '.a' }],
    ['a string of digits', ['1'], [1], { kind: 'kind', at: '[0]', got: '1', want: 1 }],
    ['true for 1', true, 1, { kind: 'kind', at: '' }],
    ['null for 0', [null], [0], { kind: 'kind', at: '[0]' }],
    ['a field that is missing', [{ a: 1 }], [{ a: 1, b: 2 }], { kind: 'kind', at: '[0].b', got: undefined }],
    ['an inherited field', [{}], [{ toString: 1 }], { kind: 'kind', at: '[0].toString', got: undefined }],
    [
      'another string',
      ['a', 'B'],
      ['a', 'b'],
      { kind: 'value', sort: 'other', at: '[1]', got: 'B', count: 1, size: 2 },
    ],
    ['another boolean', false, true, { kind: 'value', sort: 'other', at: '', got: false }],
    ['NaN for a number', [1, Number.NaN], [1, 2], { kind: 'value', sort: 'nan', at: '[1]' }],
    ['Infinity for a number', [Infinity, 5], [1, 2], { kind: 'value', sort: 'infinite', at: '[0]', count: 2 }],
    ['a number for NaN', [1], [Number.NaN], { kind: 'value', sort: 'finite', at: '[0]' }],
    ['numbers that are off, the worst of them', [1.1, 4, 3], [1, 2, 3], { sort: 'off', at: '[1]', count: 2, size: 3 }],
  ])('is refused as %s', (_, got, want, mismatch) => {
    expect(comparePlain(got, want, 1e-9)).toMatchObject(mismatch);
  });

  it('may have fields that nobody asked for', () => {
    expect(comparePlain([{ a: 1, b: 2 }], [{ a: 1 }], 0)).toBeNull();
  });

  it('is right to the tolerance and no further', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (off, most) => {
          expect(comparePlain([off], [0], most) === null).toBe(off <= most);
          expect(largestPlainError([[off], 2], [[0], 2])).toBe(off);
        },
      ),
    );
  });
});

describe('two values of which only numbers differ', () => {
  it('have the same fields, strings and booleans', () => {
    expect(onlyNumbersDiffer([0.5, 1], [Number.NaN, Infinity])).toBe(true);
    expect(onlyNumbersDiffer(['a', true, 1], ['a', true, 2])).toBe(true);
    expect(onlyNumbersDiffer(['a', true], ['a', false])).toBe(false);
    expect(onlyNumbersDiffer([1], [1, 2])).toBe(false);
    expect(onlyNumbersDiffer({ a: 1, b: 2 }, { a: 1 })).toBe(false);
    expect(onlyNumbersDiffer({ a: 1 }, { a: 1, b: 2 })).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { maskOfHead, maskOfSequence, withSomeAllowed } from './masks.ts';
import { ndarray } from './ndarray.ts';

describe('a mask', () => {
  it('lets every query see the first key, save the first query where its row shall be empty', () => {
    const blocked = ndarray([3, 2], [0, 1, 0, 0, 1, 1], 'bool');
    expect(withSomeAllowed(blocked)).toEqual(ndarray([3, 2], [1, 1, 1, 0, 1, 1], 'bool'));
    expect(withSomeAllowed(blocked, true)).toEqual(ndarray([3, 2], [0, 0, 1, 0, 1, 1], 'bool'));
  });

  it('is repeated along axes that it lacks or has once', () => {
    const keys = ndarray([3], [1, 0, 1], 'bool');
    expect(maskOfHead(keys, [2, 3], 1, 1)).toEqual([
      [true, false, true],
      [true, false, true],
    ]);
    const queries = ndarray([2, 1, 2, 1], [1, 0, 0, 1], 'bool');
    expect(maskOfHead(queries, [2, 2], 0, 5)).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(maskOfHead(queries, [2, 2], 1, 0)).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it('has a part for each sequence and head where it has all four axes', () => {
    const whole = ndarray([2, 2, 1, 2], [1, 1, 0, 0, 1, 0, 0, 1], 'bool');
    const part = (b: number, h: number) => maskOfHead(whole, [1, 2], b, h)[0];
    expect([part(0, 0), part(0, 1), part(1, 0), part(1, 1)]).toEqual([
      [true, true],
      [false, false],
      [true, false],
      [false, true],
    ]);
    expect(maskOfSequence(whole, [2, 1, 2], 1)).toEqual([[[true, false]], [[false, true]]]);
  });
});

import { describe, expect, it } from 'vitest';
import { ndarray } from './ndarray.ts';
import { concat, rearrange, repeat, split } from './rearrange.ts';

const counting = (...shape: number[]) =>
  ndarray(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
  );

describe('rearrange', () => {
  it('transposes', () => {
    expect(rearrange(counting(2, 3), 'out in -> in out')).toEqual(ndarray([3, 2], [0, 3, 1, 4, 2, 5]));
  });

  it('splits heads off the last axis, and merges them again', () => {
    const x = counting(1, 2, 4);
    const heads = rearrange(x, 'b t (h d) -> b h t d', { h: 2 });
    expect(heads).toEqual(ndarray([1, 2, 2, 2], [0, 1, 4, 5, 2, 3, 6, 7]));
    expect(rearrange(heads, 'b h t d -> b t (h d)')).toEqual(x);
  });

  it('makes and drops axes of size one', () => {
    expect(rearrange(counting(2, 3), 'b t -> b 1 t').shape).toEqual([2, 1, 3]);
    expect(rearrange(counting(2, 1, 3), 'b 1 t -> t b').shape).toEqual([3, 2]);
  });

  it('keeps the dtype', () => {
    expect(rearrange(ndarray([1, 2], [0, 1], 'bool'), 'a b -> b a').dtype).toBe('bool');
  });

  it.each([
    ['another rank', 'a b c -> c b a', {}, 'it has 3 axes on the left'],
    ['an axis of another size', 'a 1 -> a 1', {}, 'axis 1 has 3, but () needs 1'],
    ['a split that leaves a rest', 'a (b c) -> a b c', { b: 2 }, 'axis 1 has 3, but (b c) needs 2'],
    ['a split of unknown sizes', 'a (b c) -> a b c', {}, 'the sizes of b and c are not given'],
    ['an axis that gets lost', 'a b -> a', {}, 'b is not on the right'],
    ['an axis from nowhere', 'a b -> a b c', { c: 2 }, 'c is not on the left'],
  ])('refuses %s', (_, pattern, sizes, why) => {
    expect(() => rearrange(counting(2, 3), pattern, sizes as Record<string, number>)).toThrow(
      `rearrange: '${pattern}' does not fit [2,3]: ${why}`,
    );
  });
});

describe('repeat', () => {
  it('repeats along new axes', () => {
    expect(repeat(counting(2), 's -> t s', { t: 2 })).toEqual(ndarray([2, 2], [0, 1, 0, 1]));
  });

  it('gives each query head of a group its key head, neighbours together', () => {
    expect([...repeat(counting(2), 'g -> (g r)', { r: 2 }).data]).toEqual([0, 0, 1, 1]);
  });
});

describe('split and concat', () => {
  it.each([0, 1, 2])('are each other’s inverse along axis %i', (axis) => {
    const x = counting(3, 3, 3);
    const parts = split(x, axis, [1, 2]);
    expect(parts.map(({ shape }) => shape[axis])).toEqual([1, 2]);
    expect(concat(parts, axis)).toEqual(x);
  });

  it('refuses parts that do not add up', () => {
    expect(() => split(counting(2, 3), 1, [1, 1])).toThrow('split: axis 1 of [2,3] has 3, but the parts have 2');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Draw, deriveSeed } from './draw.ts';
import type { NdArray } from './ndarray.ts';

const mean = ({ data }: NdArray) => data.reduce((sum, value) => sum + value, 0) / data.length;
const variance = ({ data }: NdArray) => {
  const squares = data.reduce((sum, value) => sum + value ** 2, 0);
  return squares / data.length - mean({ data } as NdArray) ** 2;
};

describe('a seed', () => {
  it('gives the same numbers every time, and another seed gives others', () => {
    const all = (draw: Draw) => [
      draw.normal([3, 4]),
      draw.uniform([5], -2, 2),
      draw.integers([4], -3, 3),
      draw.mask([8], 0.5),
      draw.permutation(9),
      draw.number(),
      draw.pick(['a', 'b', 'c']),
    ];
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(all(new Draw(a))).toEqual(all(new Draw(a)));
        if (a !== b) expect(all(new Draw(a))).not.toEqual(all(new Draw(b)));
      }),
      { numRuns: 30 },
    );
  });

  it('has children that differ by label and by parent, and do not show their parent', () => {
    const child = deriveSeed('secret', 'ada');
    expect(child).toMatch(/^[0-9a-f]{64}$/);
    expect(deriveSeed('secret', 'ada')).toBe(child);
    expect(new Set([child, deriveSeed('secret', 'grace'), deriveSeed('other', 'ada')]).size).toBe(3);
    expect(child).not.toContain('secret');
  });
});

describe('drawn numbers', () => {
  const draw = new Draw('moments');

  it('are float32 values, so that oracle and submission see the same', () => {
    for (const x of [draw.normal([500]), draw.uniform([500], -1e5, 1e-5)]) {
      expect(Array.from(x.data, Math.fround)).toEqual(Array.from(x.data));
      expect(x.dtype).toBe('float32');
    }
  });

  it('have about the mean and the spread that were asked for', () => {
    const normal = draw.normal([20_000], { mean: 3, std: 2 });
    expect(mean(normal)).toBeCloseTo(3, 1);
    expect(variance(normal)).toBeCloseTo(4, 0);
    expect(normal.data.filter((value) => Math.abs(value - 3) > 6).length / 20_000).toBeLessThan(0.006);
    const uniform = draw.uniform([20_000], -1, 3);
    expect(mean(uniform)).toBeCloseTo(1, 1);
    expect(variance(uniform)).toBeCloseTo(16 / 12, 1);
    expect(mean(draw.mask([20_000], 0.3))).toBeCloseTo(0.3, 1);
  });

  it('are never infinite, and integers reach both ends and no further', () => {
    expect(draw.normal([20_000]).data.every(Number.isFinite)).toBe(true);
    const dice = draw.integers([2000], 1, 6);
    expect(dice.dtype).toBe('int32');
    expect([...new Set(dice.data)].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...new Set(draw.integers([300], -1, 1).data)].sort((a, b) => a - b)).toEqual([-1, 0, 1]);
    expect(Math.max(...draw.uniform([5000], 0, 1).data)).toBeLessThanOrEqual(1);
  });

  it('are exact integers, also beyond what a float32 can hold', () => {
    const large = draw.integers([500], 2 ** 31 - 1000, 2 ** 31 - 1).data;
    expect(Math.max(...large)).toBeLessThan(2 ** 31);
    expect(large.some((value) => value % 2 === 1)).toBe(true);
  });

  it('make masks of nothing but zeros and ones', () => {
    const mask = draw.mask([500], 0.5);
    expect(mask.dtype).toBe('bool');
    expect([...new Set(mask.data)].sort()).toEqual([0, 1]);
    expect(draw.mask([50], 0).data.every((value) => value === 0)).toBe(true);
  });

  it('make permutations in which every place is as likely', () => {
    const first = Array.from({ length: 3000 }, () => draw.permutation(3));
    for (const order of first.slice(0, 50)) expect([...order].sort()).toEqual([0, 1, 2]);
    for (const item of [0, 1, 2]) {
      const share = first.filter((order) => order[0] === item).length / first.length;
      expect(share).toBeCloseTo(1 / 3, 1);
    }
  });
});

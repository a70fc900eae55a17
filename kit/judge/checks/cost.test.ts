import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slope } from './cost.ts';

describe('the exponent of a cost', () => {
  it('is that of the power law that it follows, whatever the factor', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4, noNaN: true }), fc.double({ min: 10, max: 1e6, noNaN: true }), (p, c) => {
        const sizes = [16, 32, 64, 128];
        expect(
          slope(
            sizes,
            sizes.map((size) => c * size ** p),
          ),
        ).toBeCloseTo(p, 6);
      }),
    );
  });

  it('is 0 for what does not grow, be it nothing at all', () => {
    expect(slope([1, 2, 4], [7, 7, 7])).toBe(0);
    expect(slope([1, 2, 4], [0, 0, 0])).toBe(0);
  });

  it('is between two terms’ where there are two', () => {
    const sizes = [64, 128, 256];
    const exponent = slope(
      sizes,
      sizes.map((T) => 2 * T * T + 100 * T),
    );
    expect(exponent).toBeGreaterThan(1);
    expect(exponent).toBeLessThan(2);
  });
});

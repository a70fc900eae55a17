import { describe, expect, it } from 'vitest';
import { axesOf, bareName, largestOf, shapeOf } from './axes.ts';

describe('the axes of a tensor’s name', () => {
  it('are its letters and digits after the last underscore', () => {
    expect(axesOf('q_BHTD')).toEqual(['B', 'H', 'T', 'D']);
    expect(axesOf('x_B1M')).toEqual(['B', '1', 'M']);
    expect(bareName('q_BHTD')).toBe('q');
    expect(bareName('heads')).toBe('heads');
  });

  it('give its shape in a case; a digit is its own size', () => {
    expect(shapeOf('B1M', { B: 2, M: 8, heads: 4 })).toEqual([2, 1, 8]);
  });

  it('tell which of several tensors is the largest, in bytes of float32', () => {
    expect(largestOf({ B: 1, T: 4, S: 6, D: 8 }, 'BTS', 'BTD', 'BSD')).toBe(4 * 48);
  });
});

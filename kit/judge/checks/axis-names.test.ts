import { describe, expect, it } from 'vitest';
import { axisHint } from './axis-names.ts';

const sizes = { B: 2, H: 3, T: 4, S: 5, V: 7, causal: 4, name: 'plain' };

describe('a wrong shape', () => {
  it.each<[string, number[], number[], string]>([
    [
      'has the size of another axis',
      [2, 3, 5, 7],
      [2, 3, 4, 7],
      ': axis 2, T (queries), is 5 and not 4; 5 is the size of S (keys) here',
    ],
    ['has a size of its own', [2, 3, 9, 7], [2, 3, 4, 7], ': axis 2, T (queries), is 9 and not 4'],
    [
      'is transposed',
      [2, 3, 7, 4],
      [2, 3, 4, 7],
      ': axis T (queries) and axis V (value dimension) have changed places; is a transpose missing, or one too many?',
    ],
    [
      'has lost an axis',
      [2, 3, 7],
      [2, 3, 4, 7],
      ': 4 axes, B, H, T, V; axis T (queries) is gone (is a keepDims missing, or a squeeze too many?)',
    ],
    [
      'has kept an axis',
      [2, 3, 4, 7, 1],
      [2, 3, 4, 7],
      ': 4 axes, B, H, T, V; its axis 4, of size 1, is one too many (a keepDims or expandDims too many?)',
    ],
    ['has nothing in common', [6], [2, 3, 4, 7], ': 4 axes, B, H, T, V'],
  ])('that %s is told by the letters of the axes', (_, got, want, words) => {
    expect(axisHint('out_BHTV', got, want, sizes)).toBe(words);
  });

  it('of a tensor without letters is told by number', () => {
    expect(axisHint('weights', [3, 9], [3, 4])).toBe(': axis 1 is 9 and not 4');
    expect(axisHint('weights', [3], [3, 4])).toMatch(/^: 2 axes; axis 1 is gone/);
  });
});

it('an exercise’s own letters have its own words', () => {
  const words = { Q: 'columns of wq', M: 'd_model' };
  expect(axisHint('w_MQ', [4, 6], [4, 5], { Q: 5 }, words)).toBe(': axis 1, Q (columns of wq), is 6 and not 5');
});

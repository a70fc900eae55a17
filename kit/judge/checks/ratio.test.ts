import { describe, expect, it } from 'vitest';
import { ratioInWords, sizesIn } from './ratio.ts';

const inCases = (change: (want: number, sizes: Record<string, number>) => number) =>
  ratioInWords(
    [
      { heads: 6, kvHeads: 2, layers: 9, headDim: 5 },
      { heads: 32, kvHeads: 8, layers: 32, headDim: 128 },
      { heads: 4, kvHeads: 4, layers: 2, headDim: 3 },
    ].map((sizes, i) => ({ got: change(1440 * 10 ** i, sizes), want: 1440 * 10 ** i, sizes })),
  );

describe('a wrong number', () => {
  it.each<[string, (want: number, sizes: Record<string, number>) => number, string | null]>([
    ['twice as large', (want) => 2 * want, 'It is twice the expected number.'],
    ['half as large', (want) => want / 2, 'It is half of the expected number.'],
    ['half as large again', (want) => 1.5 * want, 'It is 3/2 of the expected number.'],
    ['16 times as large', (want) => 16 * want, 'It is 16 times the expected number.'],
    ['an eighth', (want) => want / 8, 'It is 1/8 of the expected number.'],
    ['for every layer', (want, { layers }) => want * layers, 'In every case, got / expected = layers.'],
    ['for one layer', (want, { layers }) => want / layers, 'In every case, expected / got = layers.'],
    [
      'for all heads in place of the shared ones',
      (want, { heads, kvHeads }) => (want * heads) / kvHeads,
      'In every case, got / expected = heads / kvHeads.',
    ],
    ['off by a term', (want, { heads }) => want + heads, null],
    ['with the wrong sign', (want) => -want, null],
    ['that is not a number', () => Number.NaN, null],
  ])('%s is told so', (_, change, sentence) => {
    expect(inCases(change)).toBe(sentence);
  });

  it('is not told a size that it is by chance: in one case only, or one of two', () => {
    expect(ratioInWords([{ got: 700, want: 100, sizes: { heads: 7 } }])).toBe('It is 7 times the expected number.');
    const sizes = [7, 9].map((heads) => ({ got: heads * 100, want: 100, sizes: { heads, layers: heads } }));
    expect(ratioInWords(sizes)).toBeNull();
  });
});

it('sizes are the whole numbers of a case and of what a function is called with', () => {
  expect(sizesIn({ name: 'c', T: 3, base: 0.5 }, { heads: 4, x: [1] }, 'half', null)).toEqual({ T: 3, heads: 4 });
});

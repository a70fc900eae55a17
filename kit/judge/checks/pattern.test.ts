import { describe, expect, it } from 'vitest';
import { Draw } from '../../author/draw.ts';
import { type NdArray, ndarray } from '../../author/ndarray.ts';
import { compare } from '../compare.ts';
import { patternOf, transposed } from './pattern.ts';

const want = new Draw('pattern').normal([2, 5, 3]);
const square = new Draw('square').normal([1, 2, 4, 4]);

function words(got: NdArray, due: NdArray = want, label = 'out_BTV'): string | null {
  const mismatch = compare(got, due, { tolerance: 1e-6 });
  if (mismatch?.kind !== 'values') throw new Error('nothing is wrong with the values');
  return patternOf(label, got, due, mismatch, 1e-6);
}

const changed = (change: (value: number, i: number) => number, x: NdArray = want) =>
  ndarray(x.shape, x.data.map(change));

describe('a wrong result', () => {
  it.each<[string, NdArray, string]>([
    ['of nothing but zeros', changed(() => 0), 'Every value is 0.'],
    ['of one number', changed(() => 0.2), 'Every value is the same, 0.2.'],
    ['with its sign changed', changed((value) => -value), 'Every value has the opposite sign.'],
    ['twice as large', changed((value) => 2 * value), 'Every value is 2 times the expected one.'],
    ['an eighth', changed((value) => value / 8), 'Every value is 0.125 times the expected one (1/8).'],
    ['off by a constant', changed((value) => value + 1.5), 'Every value is 1.5 too large.'],
    ['off by a negative constant', changed((value) => value - 1.5), 'Every value is 1.5 too small.'],
    [
      'with a factor for each row',
      changed((value, i) => value * (1 + Math.floor(i / 3))),
      'Each row along axis V (value dimension) is the expected row times a factor of its own, from 1 to 10 (is it normalised?).',
    ],
    [
      'with a factor for each row that is nearly 1',
      changed((value, i) => value * (1 + 1e-4 * Math.floor(i / 3))),
      'Each row along axis V (value dimension) is the expected row times a factor of its own, within 0.09% of 1.',
    ],
    [
      'off by a factor that is nearly 1',
      changed((value) => 0.9996 * value),
      'Every value is off by the same 0.04%: 0.9996 times the expected one.',
    ],
    [
      'off by a factor so near to 1 that it takes digits to see',
      changed((value) => 1.00003 * value),
      'Every value is off by the same 0.003%: 1.00003 times the expected one.',
    ],
    [
      'NaN in one row of one batch',
      changed((value, i) => (Math.floor(i / 3) === 5 ? Number.NaN : value)),
      'All wrong values are in one row, out_BTV[1,0].',
    ],
  ])('%s is told so', (_, got, sentence) => {
    expect(words(got)).toBe(sentence);
  });

  it('with two axes swapped is told which, also where its shape hides it', () => {
    expect(words(transposed(square, 2, 3), square, 'scores_BHTS')).toBe(
      'Axis T (queries) and axis S (keys) are swapped: the values are right, in transposed places.',
    );
    const reshaped = { ...transposed(want, 1, 2), shape: want.shape };
    expect(words(reshaped)).toMatch(
      /^Axis T \(queries\) and axis V .* \(is there a reshape in place of a transpose\?\)\.$/,
    );
  });

  it('one place late, or in reverse, along an axis is told which way', () => {
    const at = (b: number, t: number, v: number) => want.data[(b * 5 + t) * 3 + v];
    const moved = (from: (t: number) => number) =>
      changed((_, i) =>
        from(Math.floor(i / 3) % 5) < 0 ? 9 : at(Math.floor(i / 15), from(Math.floor(i / 3) % 5), i % 3),
      );
    expect(words(moved((t) => t - 1))).toBe('The values are one place too late along axis T (queries).');
    expect(words(moved((t) => 4 - t))).toBe('The values are right, but in reverse along axis T (queries).');
  });

  it('is not told a factor that explains no more of its error than none at all does', () => {
    const slightly = new Draw('slightly').normal([2, 5, 3]);
    expect(words(changed((value, i) => value + 1e-4 * slightly.data[i]))).toBeNull();
  });

  describe('wrong at one place of an axis', () => {
    const large = new Draw('large').normal([2, 3, 5, 4]);
    const wrongAt = (isWrong: (b: number, h: number, t: number, v: number) => boolean) =>
      words(
        changed((value, i) => {
          const at = [Math.floor(i / 60), Math.floor(i / 20) % 3, Math.floor(i / 4) % 5, i % 4] as const;
          return isWrong(...at) ? value + 1 + i : value;
        }, large),
        large,
        'out_BHTV',
      );

    it('is told so', () => {
      expect(wrongAt((_b, _h, t) => t === 4)).toBe('All wrong values are at axis T (queries) = 4.');
      expect(wrongAt((_b, _h, t) => t >= 2)).toBe('All wrong values are at axis T (queries) ≥ 2.');
      expect(wrongAt((_b, h) => h === 1)).toBe('All wrong values are at axis H (heads) = 1.');
      expect(wrongAt((_b, _h, _t, v) => v === 3)).toBe('All wrong values are at axis V (value dimension) = 3.');
    });

    it('that so few wrong rows share by chance is told nothing', () => {
      expect(wrongAt((b, h, t) => h === 1 && t === 2 && b === 0)).toBe(
        'All wrong values are in one row, out_BHTV[0,1,2].',
      );
      expect(wrongAt((b, h, t) => h === 1 && t === (b === 0 ? 1 : 3))).toBeNull();
    });
  });

  it('of whole numbers, which agree by chance, is told a pattern only where there are many', () => {
    const few = ndarray([2, 2], [0, 1, 2, 0]);
    expect(words(ndarray([2, 2], [0, 2, 1, 0]), few, 'experts_TK')).toBeNull();
  });

  it('with nothing simple about it is told nothing, and so is one too small to tell', () => {
    expect(words(new Draw('other').normal([2, 5, 3]))).toBeNull();
    expect(words(ndarray([2], [2, 4]), ndarray([2], [1, 2]))).toBeNull();
  });

  it('of a tensor without letters in its name is told the axis by number', () => {
    expect(
      words(
        changed((value, i) => (i < 15 ? value : 7 + i)),
        want,
        'weights',
      ),
    ).toBe('All wrong values are at axis 0 = 1.');
  });
});

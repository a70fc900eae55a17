import { describe, expect, it } from 'vitest';
import type { Picture } from '../subject/failure.ts';
import { heatMap as drawn } from './heat-map.ts';

const heatMap = (...given: Parameters<typeof drawn>) => drawn(...given).rows;

const picture = (shape: number[], got: (number | null)[], want: (number | null)[]): Picture => ({
  caption: 'out',
  shape,
  origin: [0, 0],
  got,
  want,
  tolerance: 0.01,
});

describe('a heat map', () => {
  it('shows got, expected and the error side by side, darker where larger', () => {
    expect(heatMap(picture([2, 3], [0, 1, 0.5, 0, 0, 0.25], [0, 1, 1, 0, 0, 0.25]), false)).toEqual([
      'got        expected   error',
      '  ██▒▒       ████         ██',
      '    ░░         ░░',
    ]);
  });

  it('marks what is not a number; there is no error there', () => {
    expect(heatMap(picture([1, 2], [null, 1], [1, 1]), false)).toEqual([
      'got        expected   error',
      '!!██       ████       !!',
    ]);
  });

  it('shows no error within the tolerance, and any other at least faintly', () => {
    const [, row] = heatMap(picture([1, 3], [1, 1.005, 1.02], [1, 1, 101]), false);
    expect(row.slice('got        expected   '.length)).toBe('    ██');
    const [, faint] = heatMap(picture([1, 2], [1.02, 101], [1, 1]), false);
    expect(faint.endsWith('░░██')).toBe(true);
  });

  it('is narrower for many columns', () => {
    const lines = heatMap(picture([1, 12], Array(12).fill(1), Array(12).fill(1)), false);
    expect(lines[1]).toBe(`${'█'.repeat(12)}   ${'█'.repeat(12)}`);
  });

  it('copes with zeros only, and with NaN only', () => {
    expect(heatMap(picture([1, 2], [0, 0], [0, 1e-9]), false)[1]).toBe('             ██');
    expect(heatMap(picture([1, 1], [null], [null]), false)[1]).toBe('!!         !!         !!');
  });

  it('of whole numbers, such as indices, is the numbers, with what is wrong marked', () => {
    const indices = picture([2, 2], [5, 0, 13, 1], [5, 1, 13, 0]);
    expect(drawn(indices, false)).toEqual({
      of: 'values',
      rows: ['got        expected', ' 5   0*     5   1', '13   1*    13   0'],
    });
    expect(drawn(indices, true).rows[1]).toContain('\u001b[31m');
    const wide = picture([1, 12], Array(12).fill(1000), Array(12).fill(1));
    expect(drawn(wide, false).of).toBe('|values|');
  });

  it('is coloured where there are colours, in as many cells', () => {
    const [, row] = heatMap(picture([1, 2], [0, 0.5], [0, 0.5]), true);
    expect(row.split('\u001b[48;5;')).toHaveLength(7);
    expect(row).toContain('\u001b[48;5;21m  \u001b[0m');
  });
});

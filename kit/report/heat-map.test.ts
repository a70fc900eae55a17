import { describe, expect, it } from 'vitest';
import type { Picture } from '../subject/failure.ts';
import { heatMap } from './heat-map.ts';

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
    expect(heatMap(picture([1, 2], [0, 0], [0, 0]), false)[1]).toBe('');
    expect(heatMap(picture([1, 1], [null], [null]), false)[1]).toBe('!!         !!         !!');
  });

  it('is coloured where there are colours, in as many cells', () => {
    const [, row] = heatMap(picture([1, 2], [0, 1], [0, 1]), true);
    expect(row.split('\u001b[48;5;')).toHaveLength(7);
    expect(row).toContain('\u001b[48;5;21m  \u001b[0m');
  });
});

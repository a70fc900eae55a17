import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { format, formatApart } from './number.ts';

describe('two numbers', () => {
  it.each<[number, number, [string, string]]>([
    [16.0312, 16.0309, ['16.0312', '16.0309']],
    [9.541e-7, 9.536e-7, ['9.541e-7', '9.536e-7']],
    [3.3896e24, 3.3901e24, ['3.3896e+24', '3.3901e+24']],
    [2147483648, 2147483649, ['2147483648', '2147483649']],
    [0.5, 0.25, ['0.5', '0.25']],
    [1, 1, ['1', '1']],
  ])('%d and %d are shown with the digits that tell them apart', (a, b, texts) => {
    expect(formatApart(a, b)).toEqual(texts);
  });

  it('that differ never print alike', () => {
    const double = fc.double();
    fc.assert(
      fc.property(double, double, (a, b) => {
        const [first, second] = formatApart(a, b);
        expect(first === second).toBe(Object.is(a, b));
      }),
    );
    expect(formatApart(0.1 + 0.2, 0.3)[0]).not.toBe(format(0.3));
  });
});

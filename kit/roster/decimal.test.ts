import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { means, readingsOf } from './decimal.ts';

describe('a number in a gradebook', () => {
  it.each([
    ['10', [10]],
    ['10.00', [10]],
    ['10,00', [10]],
    ['1.234,50', [1234.5]],
    ['1,234.50', [1234.5]],
    ['1 234,50', [1234.5]],
    ['1\u202f234,50', [1234.5]],
    ["1'234.50", [1234.5]],
    ['1,000', [1, 1000]],
    ['1.000', [1, 1000]],
    ['0,125', [0.125]],
    ['-1,5', [-1.5]],
    ['', []],
    ['EX', []],
    ['(read only)', []],
    ['1e3', []],
    ['1.2.3,4,5', []],
  ])('is read in any language: %j', (text, readings) => {
    expect(readingsOf(text)).toEqual(readings);
  });

  it('means what was written, in every language that programs write', () => {
    const value = fc.integer({ min: 0, max: 10_000_000 }).map((cents) => cents / 100);
    fc.assert(
      fc.property(
        value,
        fc.constantFrom('en', 'de', 'fr', 'de-CH', 'es'),
        fc.boolean(),
        (number, language, grouped) => {
          const text = number.toLocaleString(language, { minimumFractionDigits: 2, useGrouping: grouped });
          expect(means(text, number), text).toBe(true);
        },
      ),
    );
  });
});

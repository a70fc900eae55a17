import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, cut, dotted, padded, shortened, shortPath, wrapped } from './columns.ts';

const WIDE = '注意力機構';
const RED = '\u001b[31m';

describe('text in columns', () => {
  it('counts two for East Asian characters and emoji, none for combining marks and colours', () => {
    expect([columnsOf(WIDE), columnsOf('👩‍🔬'), columnsOf('e\u0301'), columnsOf(`${RED}ab\u001b[39m`)]).toEqual([
      10, 2, 1, 2,
    ]);
  });

  it('lines up whatever is in it', () => {
    const widths = ['plain', WIDE, 'e\u0301a'].map((title) => columnsOf(dotted(title, '1/10', 40)));
    expect(widths).toEqual([40, 40, 40]);
    expect(columnsOf(padded(WIDE, 12))).toBe(12);
  });

  it('is cut between characters, and its colours end there', () => {
    expect(cut(WIDE, 5)).toBe('注意');
    expect(cut(`${RED}abc`, 2)).toBe(`${RED}ab\u001b[0m`);
    expect(shortened('attention', 5)).toBe('atte…');
    expect(shortPath('exercises/01-first/softmax.ts:3', 16)).toBe('…/softmax.ts:3');
  });

  it('never takes more columns than it may, and loses no word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 30 }), (text, columns) => {
        const plain = text.replace(/[\p{C}\s]/gu, ' ');
        expect(columnsOf(cut(plain, columns))).toBeLessThanOrEqual(columns);
        expect(columnsOf(shortened(plain, columns))).toBeLessThanOrEqual(columns);
        const lines = wrapped(plain, 2, 20).split('\n');
        expect(lines.join('').replaceAll(' ', '')).toBe(plain.replaceAll(' ', ''));
      }),
    );
  });
});

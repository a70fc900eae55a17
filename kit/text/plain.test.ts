import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain } from './plain.ts';

const MARK = '\u{fffd}';

describe('text of a submission’s making', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m', `${MARK}[31mred${MARK}[0m`],
    ['eight-bit control sequences', '\u009b2J', `${MARK}2J`],
    ['links', '\u001b]8;;http://x\u0007here', `${MARK}]8;;http://x${MARK}here`],
    ['backspaces', 'fail\b\b\b\bpass', `fail${MARK.repeat(4)}pass`],
    ['NUL', 'a\u0000b', `a${MARK}b`],
    [
      'text that runs the other way',
      '\u202eevil\u202c \u2066x\u2069 \u061c',
      `${MARK}evil${MARK} ${MARK}x${MARK} ${MARK}`,
    ],
    ['invisible characters', 'a\u200bb\u00adc\u{e0041}d', `a${MARK}b${MARK}c${MARK}d`],
    ['half a character', 'a\ud800b', `a${MARK}b`],
    ['characters of private use', '\ue000', MARK],
  ])('loses its %s', (_, text, shown) => {
    expect(plain(text)).toBe(shown);
  });

  it.each([
    ['::error::forged', ': :error::forged'],
    ['it threw ::stop-commands::x and :::add-mask::y', 'it threw : :stop-commands::x and : : :add-mask::y'],
    ['x##[error]forged ###[group]', 'x# #[error]forged ## #[group]'],
    ['\n::error::forged', ' : :error::forged'],
  ])('is not a command to the runner of a workflow: %s', (text, shown) => {
    expect(plain(text)).toBe(shown);
  });

  it('stays on one line', () => {
    expect(plain('a\nb\r\n\tc\u2028d\u2029e\u000bf\fg')).toBe('a b c d e f g');
  });

  it('keeps words, signs and pictures', () => {
    const text = 'q_BHTD [1,2,5,4]: √D ≠ Σ — “größer”, 値, 🙂';
    expect(plain(text)).toBe(text);
  });

  it('holds no control or format character, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plain(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u);
        expect(plain(plain(text))).toBe(plain(text));
      }),
    );
  });
});

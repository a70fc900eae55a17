import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import { readTextFile } from './text-file.ts';

const NAME = 'Müller, Jürgen;€';
const FILES: [name: string, bytes: Uint8Array][] = [
  ['UTF-8', Buffer.from(NAME)],
  ['UTF-8 with a byte order mark', Buffer.from(`\u{feff}${NAME}`)],
  ['UTF-16', Buffer.from(`\u{feff}${NAME}`, 'utf16le')],
  ['UTF-16, the other way round', Buffer.from(`\u{feff}${NAME}`, 'utf16le').swap16()],
  ['Windows-1252', Buffer.from([...NAME].map((letter) => (letter === '€' ? 0x80 : letter.charCodeAt(0))))],
];

describe('a text file', () => {
  it.each(FILES)('is read and written back in its encoding: %s', (_, bytes) => {
    const { text, encode } = readTextFile(bytes);
    expect(text).toBe(NAME);
    expect(Buffer.from(encode(text))).toEqual(Buffer.from(bytes));
  });

  it('comes back to the byte, whatever it is', () => {
    const marks = fc.constantFrom([], [0xef, 0xbb, 0xbf]);
    fc.assert(
      fc.property(marks, fc.uint8Array({ maxLength: 40 }), (mark, rest) => {
        // Half a letter of UTF-16 is no text.
        fc.pre(!(rest[0] >= 0xfe && rest[1] >= 0xfe));
        const bytes = Buffer.from([...mark, ...rest]);
        const { text, encode } = readTextFile(bytes);
        expect(Buffer.from(encode(text))).toEqual(bytes);
      }),
    );
  });

  it('in Windows-1252 gets no letter that it lacks', () => {
    expect(() => readTextFile(Buffer.from([0xfc])).encode('ł')).toThrow(InputError);
  });
});

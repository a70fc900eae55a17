/** A text file of another program: what it says, and how to write it back in the same encoding. */
import { InputError } from '../course/input-error.ts';

export interface TextFile {
  /** Without the byte order mark. */
  text: string;
  /** In the file's own encoding, with its byte order mark if it has one. @throws InputError for a letter that it lacks */
  encode(text: string): Uint8Array;
}

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_MARKS: [mark: Buffer, name: 'utf-16le' | 'utf-16be'][] = [
  [Buffer.from([0xff, 0xfe]), 'utf-16le'],
  [Buffer.from([0xfe, 0xff]), 'utf-16be'],
];

/** UTF-8, UTF-16 with its mark, else Windows-1252, in which Excel saves west of Poland and in which any bytes are text. */
export function readTextFile(bytes: Uint8Array): TextFile {
  for (const [mark, name] of UTF16_MARKS) {
    if (!startsWith(bytes, mark)) continue;
    const text = new TextDecoder(name).decode(bytes);
    return { text, encode: (changed) => Buffer.concat([mark, utf16(changed, name)]) };
  }
  const mark = startsWith(bytes, UTF8_MARK) ? UTF8_MARK : Buffer.alloc(0);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { text, encode: (changed) => Buffer.concat([mark, Buffer.from(changed)]) };
  } catch {
    return { text: Array.from(bytes, (byte) => LETTERS[byte]).join(''), encode: windows1252 };
  }
}

const startsWith = (bytes: Uint8Array, mark: Buffer): boolean => mark.every((byte, i) => bytes[i] === byte);

function utf16(text: string, name: 'utf-16le' | 'utf-16be'): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return name === 'utf-16le' ? bytes : bytes.swap16();
}

/** What bytes 80 to 9f are; the others are as in Latin-1. Node's own decoder takes these for Latin-1 too. */
const FROM_80 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';
const LETTERS = Array.from({ length: 256 }, (_, byte) => FROM_80[byte - 0x80] ?? String.fromCharCode(byte));
const BYTES = new Map(LETTERS.map((letter, byte) => [letter, byte]));

function windows1252(text: string): Uint8Array {
  return Uint8Array.from([...text], (letter) => {
    const byte = BYTES.get(letter);
    if (byte === undefined)
      throw new InputError(`the file is in Windows-1252, which has no "${letter}"; save it as UTF-8 and try again`);
    return byte;
  });
}

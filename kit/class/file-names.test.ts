import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, isUtf8, nameOf, readable } from './file-names.ts';

describe('a name of any bytes', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  );

  it('is had back from its text, and no two have the same', () => {
    fc.assert(
      fc.property(bytes, (name) => {
        expect(bytesOf(nameOf(name))).toEqual(Buffer.from(name));
        expect(bytesOf(JSON.parse(JSON.stringify(nameOf(name))))).toEqual(Buffer.from(name));
      }),
    );
  });

  it('is its text where it is UTF-8, whatever stands in it', () => {
    for (const name of ['Jörg', '\ufeffada', 'a\ufffdb', '🦆', '']) {
      expect(nameOf(Buffer.from(name))).toBe(name);
      expect(isUtf8(name)).toBe(true);
    }
  });

  it('is told to people as a Western Windows meant it, or byte by byte', () => {
    expect(readable(nameOf(Buffer.from('J\xf6rg', 'latin1')))).toBe('Jörg');
    expect(readable(nameOf(Buffer.from('J\x94rg', 'latin1')))).toBe('J%94rg');
    expect(readable('plain')).toBe('plain');
  });
});

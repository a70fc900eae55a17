import { Encoder } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody, FrameError } from './frames.ts';
import { MAX_DEPTH, MAX_VALUES, refuseBombs } from './structure.ts';

const encoder = new Encoder({ maxDepth: 1000 });
const nested = (depth: number): unknown => (depth === 0 ? [] : [nested(depth - 1)]);
const repeated = (bytes: number[], times: number) =>
  Uint8Array.from({ length: bytes.length * times }, (_, i) => bytes[i % bytes.length]);

describe('a message body', () => {
  it('is let through whenever it is whole, whatever kinds of value it holds', () => {
    fc.assert(
      fc.property(fc.anything({ withTypedArray: false, withBigInt: false, maxDepth: 5 }), (value) => {
        refuseBombs(encoder.encode(JSON.parse(JSON.stringify([value]) ?? '0')));
      }),
    );
    const sizes = [0, 15, 16, 31, 32, 255, 256, 65_535, 65_536];
    const numbers = [0, 127, 128, 255, 256, 65_536, 2 ** 32, -1, -33, -129, -32_769, -(2 ** 33), 0.5, Math.fround(0.1)];
    const longs = sizes.flatMap((size) => ['x'.repeat(size), new Uint8Array(size), Array(size).fill(0)]);
    const maps = sizes.slice(0, 7).map((size) => Object.fromEntries(Array.from({ length: size }, (_, i) => [i, i])));
    refuseBombs(encoder.encode([numbers, longs, maps, null, true, false]));
    refuseBombs(new Encoder({ forceFloat32: true }).encode([0.5]));
  });

  it('is refused if it ends early, however it is cut', () => {
    const body = encoder.encode({ list: [1, 2, 'three'], map: { a: null }, last: 70_000 });
    for (let length = 0; length < body.length - 4; length++) {
      expect(() => refuseBombs(body.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
    }
  });

  it('is refused if a few bytes announce gigabytes', () => {
    const announcements = {
      'lists of a million': [0xdd, 0, 0x0f, 0x42, 0x40],
      'mappings of 10 000': [0xdf, 0, 0, 0x27, 0x10],
    };
    for (const [what, head] of Object.entries(announcements)) {
      const before = process.memoryUsage().rss;
      expect(() => decodeBody(repeated(head, 100)), what).toThrow(FrameError);
      expect(process.memoryUsage().rss - before, what).toBeLessThan(200e6);
    }
  });

  it('may nest as deep as what the kit itself sends, and no deeper', () => {
    refuseBombs(encoder.encode(nested(MAX_DEPTH - 1)));
    expect(() => refuseBombs(encoder.encode(nested(MAX_DEPTH)))).toThrow('nests deeper');
    expect(() => decodeBody(repeated([0x91], 100_000))).toThrow(FrameError);
  });

  it('may not be made of millions of empty objects', () => {
    const body = Uint8Array.from([0xdd, 0, 0x5b, 0x8d, 0x80, ...new Uint8Array(0)]);
    const whole = new Uint8Array(5 + 6_000_000).fill(0x80);
    whole.set(body);
    expect(() => refuseBombs(whole)).toThrow(`more than ${MAX_VALUES} values`);
  });
});

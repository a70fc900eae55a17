import { Encoder } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyLength, decodeBody, encodeFrame, FrameError, FrameReader, MAX_FRAME_BYTES } from './frames.ts';

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 2 ** 53 - 1, -(2 ** 53) + 1, 5e-324),
);
const key = fc.string().filter((name) => name !== '__proto__');
const { message } = fc.letrec((tie) => ({
  message: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    number,
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('message'), { maxLength: 5 }),
    fc.dictionary(key, tie('message'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

/** The bytes cut at these places, whatever they are. */
function cut(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

function frameOf(body: number[] | Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + body.length);
  new DataView(frame.buffer).setUint32(0, body.length, true);
  frame.set(body, 4);
  return frame;
}

/** A Buffer is a Uint8Array, but no equal of one. */
function withoutBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(withoutBuffers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutBuffers(item)]));
}

const plainly = (value: unknown) => new FrameReader().push(encodeFrame(value))[0];

describe('a frame', () => {
  it('brings any message through, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, places) => {
        const stream = Buffer.concat(messages.map(encodeFrame));
        const reader = new FrameReader();
        const got = cut(stream, places).flatMap((chunk) => reader.push(chunk));
        expect(withoutBuffers(got)).toEqual(messages);
      }),
      { numRuns: 300 },
    );
  });

  it('brings a message through byte by byte', () => {
    const sent = { op: 'upload', bytes: Uint8Array.of(0, 255, 128), values: [-0, Number.NaN, Infinity, -Infinity] };
    const reader = new FrameReader();
    const got = [...encodeFrame(sent)].flatMap((byte) => reader.push(Uint8Array.of(byte)));
    expect(withoutBuffers(got)).toEqual([sent]);
  });

  it('leaves fields that are undefined out', () => {
    expect(plainly({ a: undefined, b: 1 })).toEqual({ b: 1 });
  });

  it('is refused before it is sent if it nests without end, or is too large', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => encodeFrame(loop)).toThrow(FrameError);
    expect(() => encodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow('more than a frame');
    expect(plainly(1)).toBe(1);
  });
});

describe('a stream of a stranger’s making', () => {
  it('is refused with FrameError and nothing else, and does no harm to the next stream', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, framed) => {
        let thrown: unknown;
        try {
          new FrameReader().push(framed ? frameOf(bytes) : bytes);
        } catch (error) {
          thrown = error;
        }
        if (thrown) expect(thrown).toBeInstanceOf(FrameError);
        expect(plainly({ still: ['here'] })).toEqual({ still: ['here'] });
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused as soon as it announces an empty frame or one over the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: MAX_FRAME_BYTES + 1, max: 2 ** 32 - 1 }), (length) => {
        const header = new Uint8Array(4);
        new DataView(header.buffer).setUint32(0, length, true);
        expect(() => new FrameReader().push(header)).toThrow(`a frame of ${length} bytes is over the limit`);
      }),
    );
    expect(() => new FrameReader().push(new Uint8Array(4))).toThrow('an empty frame');
    expect(bodyLength(Uint8Array.of(0, 0, 0, 4))).toBe(MAX_FRAME_BYTES);
  });

  it('takes no memory for a frame that is announced and does not come', () => {
    const before = process.memoryUsage().arrayBuffers;
    const reader = new FrameReader();
    expect(reader.push(Uint8Array.of(0, 0, 0, 4, 0xc6))).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });

  it('may not hold a second value, a part of one, or a __proto__ key', () => {
    expect(() => decodeBody(Uint8Array.of(1, 2))).toThrow(FrameError);
    expect(() => decodeBody(Uint8Array.of(0x92, 1))).toThrow(FrameError);
    const body = new Encoder().encode(JSON.parse('{"a": {"__proto__": {"polluted": true}}}'));
    expect(() => new FrameReader().push(frameOf(body))).toThrow('__proto__');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('may not hold extension types, which decode to objects of their own', () => {
    expect(() => decodeBody(Uint8Array.of(0xd6, 0xff, 0, 0, 0, 0))).toThrow(FrameError);
  });
});

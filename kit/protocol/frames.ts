/**
 * Frames on the pipe between a sandbox and the host: a length (4 bytes, little-endian), then that many bytes of MessagePack.
 *
 * MessagePack carries NaN, ±Infinity, -0 and byte arrays as they are, and its decoder refuses `__proto__` keys.
 * The host reads frames of a stranger's making: sizes are checked before anything is allocated for them.
 */
import { Decoder, Encoder } from '@msgpack/msgpack';
import { MAX_DEPTH, refuseBombs } from './structure.ts';

/** A tensor of 16 million float32 values fits. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;
export const HEADER_BYTES = 4;

/** What came over the pipe is no frame. After this the stream cannot be trusted to be in step. */
export class FrameError extends Error {
  override name = 'FrameError';
}

/** As an integer, -0 would lose its sign. */
const encoder = new Encoder({ ignoreUndefined: true, maxDepth: MAX_DEPTH, forceIntegerToFloat: true });
const decoder = new Decoder({
  maxBinLength: MAX_FRAME_BYTES,
  maxStrLength: MAX_FRAME_BYTES,
  maxArrayLength: 1_000_000,
  maxMapLength: 10_000,
  maxExtLength: 0,
});

/** @throws FrameError if the message is too large or holds what MessagePack cannot */
export function encodeFrame(message: unknown): Uint8Array {
  let body: Uint8Array;
  try {
    body = encoder.encodeSharedRef(message);
  } catch (error) {
    throw new FrameError(`cannot be sent: ${(error as Error).message}`);
  }
  if (body.length > MAX_FRAME_BYTES) {
    throw new FrameError(`cannot be sent: ${body.length} bytes are more than a frame's ${MAX_FRAME_BYTES}`);
  }
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  new DataView(frame.buffer).setUint32(0, body.length, true);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** The length that a header announces. @throws FrameError if that is too long, before a byte of the body is read */
export function bodyLength(header: Uint8Array): number {
  const length = new DataView(header.buffer, header.byteOffset, HEADER_BYTES).getUint32(0, true);
  if (length === 0) throw new FrameError('an empty frame');
  if (length > MAX_FRAME_BYTES)
    throw new FrameError(`a frame of ${length} bytes is over the limit of ${MAX_FRAME_BYTES}`);
  return length;
}

/** @throws FrameError if the bytes are not exactly one MessagePack value */
export function decodeBody(body: Uint8Array): unknown {
  try {
    refuseBombs(body);
    return decoder.decode(body);
  } catch (error) {
    throw new FrameError(`not a message: ${(error as Error).message}`);
  }
}

/** Cuts a stream of bytes, in whatever pieces it comes, into messages. */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #buffered = 0;

  /** The messages that these bytes complete. @throws FrameError */
  push(chunk: Uint8Array): unknown[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const messages: unknown[] = [];
    while (this.#buffered >= HEADER_BYTES) {
      const length = bodyLength(this.#peek(HEADER_BYTES));
      if (this.#buffered < HEADER_BYTES + length) break;
      this.#take(HEADER_BYTES);
      messages.push(decodeBody(this.#take(length)));
    }
    return messages;
  }

  #peek(count: number): Uint8Array {
    if (this.#chunks[0].length < count) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0].subarray(0, count);
  }

  #take(count: number): Uint8Array {
    const taken = this.#peek(count);
    const rest = this.#chunks[0].subarray(count);
    if (rest.length > 0) this.#chunks[0] = rest;
    else this.#chunks.shift();
    this.#buffered -= count;
    return taken;
  }
}

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

/** What came over the pipe is not a frame. After this the stream cannot be trusted to be in step. */
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
  const body = encodeBody(message);
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  putFrame(frame, 0, body);
  return frame;
}

/** Good until the next is encoded. @throws FrameError if the message is too large or holds what MessagePack cannot */
export function encodeBody(message: unknown): Uint8Array {
  let body: Uint8Array;
  try {
    body = encoder.encodeSharedRef(message);
  } catch (error) {
    throw new FrameError(`cannot be sent: ${(error as Error).message}`);
  }
  if (body.length > MAX_FRAME_BYTES) {
    throw new FrameError(`cannot be sent: ${body.length} bytes are more than a frame's ${MAX_FRAME_BYTES}`);
  }
  return body;
}

/** Returns where the frame ends. */
export function putFrame(target: Uint8Array, offset: number, body: Uint8Array): number {
  target[offset] = body.length;
  target[offset + 1] = body.length >>> 8;
  target[offset + 2] = body.length >>> 16;
  target[offset + 3] = body.length >>> 24;
  target.set(body, offset + HEADER_BYTES);
  return offset + HEADER_BYTES + body.length;
}

/** The length that a header announces. @throws FrameError if that is too long, before a byte of the body is read */
export function bodyLength(bytes: Uint8Array, offset = 0): number {
  const length = bytes[offset] + 2 ** 8 * bytes[offset + 1] + 2 ** 16 * bytes[offset + 2] + 2 ** 24 * bytes[offset + 3];
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
  /** Of a frame that is not whole yet. */
  #chunks: Uint8Array[] = [];
  #buffered = 0;

  /** The messages that these bytes complete. @throws FrameError */
  push(chunk: Uint8Array): unknown[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const messages: unknown[] = [];
    if (this.#buffered < this.#due()) return messages;
    const bytes = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    let offset = 0;
    while (bytes.length - offset >= HEADER_BYTES) {
      const end = offset + HEADER_BYTES + bodyLength(bytes, offset);
      if (end > bytes.length) break;
      messages.push(decodeBody(bytes.subarray(offset + HEADER_BYTES, end)));
      offset = end;
    }
    this.#chunks = offset < bytes.length ? [bytes.subarray(offset)] : [];
    this.#buffered = bytes.length - offset;
    return messages;
  }

  /** Bytes that make the first frame whole, as far as that is known. */
  #due(): number {
    if (this.#buffered < HEADER_BYTES) return HEADER_BYTES;
    if (this.#chunks[0].length < HEADER_BYTES) this.#chunks = [Buffer.concat(this.#chunks)];
    return HEADER_BYTES + bodyLength(this.#chunks[0]);
  }
}

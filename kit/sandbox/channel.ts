/** The sandbox's end of the pipe, blocking: a kernel call returns when its answer is there, so `dataSync` works on every backend. */
import { readSync, writeSync } from 'node:fs';
import { bodyLength, decodeBody, encodeFrame, HEADER_BYTES } from '../protocol/frames.ts';
import type { FromSandbox, ToSandbox } from '../protocol/messages.ts';

/** Taken now: what the submission does to these names later has no effect here. */
const read = readSync;
const write = writeSync;
const exit = process.exit.bind(process);

const PIPE = 3;
/** Frames wait until an answer is needed, or so many bytes have come together. */
const BATCH_BYTES = 64 * 1024;

let waiting: Uint8Array[] = [];
let waitingBytes = 0;
let received: Uint8Array = new Uint8Array();

/** What needs no answer: kernels, uploads, disposals. */
export function post(message: FromSandbox): void {
  const frame = encodeFrame(message);
  waiting.push(frame);
  waitingBytes += frame.length;
  if (waitingBytes >= BATCH_BYTES) flush();
}

export function send(message: FromSandbox): void {
  post(message);
  flush();
}

/** Blocks until the host says something; ends the process where the host is gone. */
export function receive(): ToSandbox {
  const header = take(HEADER_BYTES);
  return decodeBody(take(bodyLength(header))) as ToSandbox;
}

/** @throws Error with the host's words where it refuses */
export function ask(message: FromSandbox): Uint8Array {
  send(message);
  const answer = receive();
  if (answer.op !== 'answer') throw new Error(`out of step: expected an answer, got ${answer.op}`);
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.bytes ?? new Uint8Array();
}

function flush(): void {
  const batch = waiting.length === 1 ? waiting[0] : joined(waiting, waitingBytes);
  waiting = [];
  waitingBytes = 0;
  for (let offset = 0; offset < batch.length; ) offset += write(PIPE, batch, offset);
}

function joined(frames: Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let offset = 0;
  for (const frame of frames) {
    all.set(frame, offset);
    offset += frame.length;
  }
  return all;
}

const chunk = new Uint8Array(BATCH_BYTES);

function take(count: number): Uint8Array {
  while (received.length < count) {
    const got = read(PIPE, chunk, 0, chunk.length, null);
    if (got === 0) exit(0);
    received = joined([received, chunk.subarray(0, got)], received.length + got);
  }
  const taken = received.slice(0, count);
  received = received.subarray(count);
  return taken;
}

/** The sandbox's end of the pipe, blocking: a kernel call returns when its answer is there, so `dataSync` works on every backend. */
import { readSync, writeSync } from 'node:fs';
import { bodyLength, decodeBody, encodeBody, HEADER_BYTES, putFrame } from '../wire/frames.ts';
import type { FromSandbox, ToSandbox } from '../wire/messages.ts';

/** Taken now: what the submission does to these names later has no effect here. */
const read = readSync;
const write = writeSync;
const exit = process.exit.bind(process);
const now = performance.now.bind(performance);

const PIPE = 3;
/** Frames wait until an answer is needed, or so many bytes have come together. */
const BATCH_BYTES = 64 * 1024;
/** So many ms an answer may wait for the next one: the host's clock runs for what it has not heard. */
const MOST_WAIT_MS = 5;

/** A larger batch is given up once it has gone. */
const MOST_KEPT_BYTES = 8 * BATCH_BYTES;
/** Disposals told of at once. */
const MOST_DISPOSED = 10_000;

/** Frames that wait, one after the other. */
let batch = new Uint8Array(2 * BATCH_BYTES);
let waitingBytes = 0;
let disposed: number[] = [];
let received: Uint8Array = new Uint8Array();
/** Received, and not yet dealt with. */
const aside: ToSandbox[] = [];
/** Since when this process has been at work without a word to the host. */
let awake = now();

/** What needs no answer: kernels, uploads. */
export function post(message: FromSandbox): void {
  postDisposals();
  push(message);
}

/** Tensors go in heaps, at the end of a tidy; they are told of together, before whatever comes next. */
export function postDisposal(handle: number): void {
  disposed.push(handle);
  if (disposed.length >= MOST_DISPOSED) postDisposals();
}

function postDisposals(): void {
  if (disposed.length === 0) return;
  push({ op: 'dispose', handles: disposed });
  disposed = [];
}

function push(message: FromSandbox): void {
  const body = encodeBody(message);
  const needed = waitingBytes + HEADER_BYTES + body.length;
  if (needed > batch.length) {
    const larger = new Uint8Array(2 * needed);
    larger.set(batch.subarray(0, waitingBytes));
    batch = larger;
  }
  waitingBytes = putFrame(batch, waitingBytes, body);
  if (waitingBytes >= BATCH_BYTES) flush();
}

/** What should be known now, whatever comes next. */
export function send(message: FromSandbox): void {
  post(message);
  flush();
}

/** Answers what the host asked; together with the next answers, where more has been asked already. */
export function answer(message: FromSandbox): void {
  post(message);
  const more = aside.length > 0 || hasFrame();
  if (!more || now() - awake > MOST_WAIT_MS) flush();
}

/** Blocks until the host says something; ends the process where the host is gone. */
export function receive(): ToSandbox {
  return aside.shift() ?? nextFrame();
}

/** @throws Error with the host's words where it refuses */
export function ask(message: FromSandbox): Uint8Array {
  send(message);
  for (;;) {
    const answer = nextFrame();
    if (answer.op !== 'answer') {
      // What the host asked before it heard this waits.
      aside.push(answer);
      continue;
    }
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.bytes ?? new Uint8Array();
  }
}

function flush(): void {
  for (let offset = 0; offset < waitingBytes; ) offset += write(PIPE, batch, offset, waitingBytes - offset);
  waitingBytes = 0;
  // One large upload is not a reason to keep so much for good.
  if (batch.length > MOST_KEPT_BYTES) batch = new Uint8Array(2 * BATCH_BYTES);
  awake = now();
}

const chunk = new Uint8Array(BATCH_BYTES);

const hasFrame = () => received.length >= HEADER_BYTES && received.length >= HEADER_BYTES + bodyLength(received);

function nextFrame(): ToSandbox {
  const header = take(HEADER_BYTES);
  return decodeBody(take(bodyLength(header))) as ToSandbox;
}

function take(count: number): Uint8Array {
  while (received.length < count) {
    // Whoever is to say something may be waiting for this.
    if (waitingBytes > 0) flush();
    const got = read(PIPE, chunk, 0, chunk.length, null);
    if (got === 0) exit(0);
    awake = now();
    received = joined(received, chunk.subarray(0, got));
  }
  const taken = received.slice(0, count);
  received = received.subarray(count);
  return taken;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

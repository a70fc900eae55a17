/**
 * One sandbox as the host sees it: a peer on a pipe, believed in nothing.
 *
 * The host asks (load, call, gradient), as many questions at once as it likes, and until the last answer comes the peer
 * may send kernels, which run on the peer's own tensors, within its limits, and are metered. A message out of order,
 * malformed or over a limit ends it.
 */
import type { Duplex } from 'node:stream';
import { FrameError, FrameReader, MAX_FRAME_BYTES } from '../wire/frames.ts';
import { KernelRefused, type TensorDType } from '../wire/kernel.ts';
import { MOST_LEAKS, SESSION_LIMITS, type SessionLimits } from '../wire/limits.ts';
import {
  ENDS,
  FINAL,
  type Final,
  type FromSandbox,
  parseFromSandbox,
  type ToSandbox,
  type WireTensor,
} from '../wire/messages.ts';
import type { Answer } from '../wire/requests.ts';
import { type Death, SandboxDied, type Usage, type UsageTotals } from '../wire/sandbox-state.ts';
import { resolved, smallValues } from './answer.ts';
import { clipped, clippedLine, describeFault, toldOf } from './clipped.ts';
import { Executor, OverLimit } from './executor.ts';
import { NaNTrace } from './nan-trace.ts';
import { Outbox } from './outbox.ts';
import { PendingRequests } from './pending-requests.ts';
import { timed } from './stopwatch.ts';

/** An honest peer reads the answer before it asks again, so no more than one can be waiting. */
const MOST_UNREAD_BYTES = MAX_FRAME_BYTES + 1024;
/** What an answer takes besides the tensor's bytes. */
const ANSWER_BYTES = 1024;

/** How long a process whose pipe is closed has for its exit status: a busy machine may be slow to tell it. */
const EXIT_STATUS_MS = 2000;

/** Messages that may wait. */
const QUEUE_HIGH = 2000;
const QUEUE_LOW = 500;

export class Session {
  readonly #executor: Executor;
  readonly #reader = new FrameReader();
  #queue: FromSandbox[] = [];
  readonly #outbox: Outbox;
  #working = false;
  readonly #questions = new PendingRequests((ms) =>
    this.die({ reason: 'timeout', detail: `no answer within ${ms / 1000} s` }),
  );
  #death: Death | undefined;
  #baseline = new Set<number>();
  #results = new Set<number>();
  #disposedOfCallers = 0;
  #printed = '';
  #bytesIn = 0;
  #fault: string | null = null;
  /** The first operation that could not be run since the peer was last told so. */
  #refusal: string | null = null;

  constructor(
    readonly stream: Duplex,
    /** Ends the process behind the stream. */
    readonly kill: () => void,
    readonly limits: SessionLimits = SESSION_LIMITS,
  ) {
    this.#executor = new Executor(limits);
    this.#outbox = new Outbox(stream);
    stream.on('data', (chunk: Uint8Array) => this.#receive(chunk));
    stream.on('error', () => {});
    // The exit status follows the end of the pipe, and says more.
    stream.on('close', () =>
      setTimeout(() => this.die({ reason: 'exited', detail: 'it closed its pipe' }), EXIT_STATUS_MS).unref(),
    );
  }

  get dead(): boolean {
    return this.#death !== undefined;
  }

  /** Asks, and answers the peer's own questions until its final answer. @throws SandboxDied */
  async ask(message: Extract<ToSandbox, { op: keyof typeof ENDS }> | null, timeoutMs: number): Promise<Answer> {
    this.#throwIfDead();
    const answer = this.#questions.ask(ENDS[message?.op ?? 'start'], timeoutMs);
    if (message) this.#outbox.put(message);
    return answer;
  }

  /** Asks, with the clock running from an idle device that has the inputs until it has done all that came of it. */
  askTimed(message: Extract<ToSandbox, { op: 'call' }>, timeoutMs: number): Promise<{ result: Answer; ms: number }> {
    this.#throwIfDead();
    this.#executor.moveInputsToDevice();
    return timed(() => this.ask(message, timeoutMs));
  }

  /** A tensor of the grader's, by a negative handle that the peer may use but not free. @throws SandboxDied */
  input(handle: number, bytes: Uint8Array, shape: number[], dtype: TensorDType): void {
    this.#throwIfDead();
    this.#executor.input(handle, bytes, shape, dtype);
  }

  /** @throws SandboxDied; KernelRefused if the peer has disposed of it */
  async read(handle: number): Promise<Uint8Array> {
    this.#throwIfDead();
    return this.#executor.read(handle);
  }

  /** Other code comes into the sandbox: nothing of what the code before it made is of use any more. */
  startAnew(): void {
    this.#executor.startAnew();
    this.forget();
  }

  /** What is alive now (constants made at import, what an earlier case left behind) is not a leak of what comes. */
  drawBaseline(): void {
    this.#baseline = new Set(this.#executor.heap.handles());
  }

  usage(): Usage {
    const { heap } = this.#executor;
    const isLeaked = (handle: number) =>
      !heap.isInput(handle) && !this.#baseline.has(handle) && !this.#results.has(handle);
    const all = heap.handles().filter(isLeaked);
    const leaked = all.slice(0, MOST_LEAKS).map((handle) => heap.get(handle));
    return {
      cost: this.#executor.meter.read(),
      ran: this.#executor.ran,
      leaked: leaked.map(({ meta }) => [...meta.shape]),
      leakedInAll: all.length,
      leakedFrom: leaked.map(({ maker }) => maker),
      firstNaN: this.#executor.nanTrace?.found ?? null,
      disposedOfCallers: this.#disposedOfCallers,
    };
  }

  usageTotals(): UsageTotals {
    return { bytesIn: this.#bytesIn, bytesOut: this.#outbox.bytes, ...this.#executor.usageTotals() };
  }

  /** What is counted begins anew between the questions asked so far and those to come. @throws SandboxDied */
  mark(): void {
    this.#throwIfDead();
    this.#questions.inTurn(() => this.#executor.meter.mark());
  }

  /** Up to the next `forget`, looks after each kernel for where NaN first arises, and has the peer say where it was called. */
  traceNaN(): void {
    this.#throwIfDead();
    this.#executor.nanTrace = new NaNTrace();
    this.#outbox.put({ op: 'trace' });
  }

  /** What the peer has printed since this was last asked; unlike the usage it outlives a case, and the peer itself. */
  takePrinted(): string {
    const printed = this.#printed;
    this.#printed = '';
    return printed;
  }

  /** A fault of the kit or the backend in running a kernel, nothing that the submission can be blamed for; told once. */
  takeFault(): string | null {
    const fault = this.#fault;
    this.#fault = null;
    return fault;
  }

  /** Frees inputs and results and counts from zero. */
  forget(): void {
    for (const handle of this.#executor.heap.handles()) {
      if (this.#executor.heap.isInput(handle) || this.#results.has(handle)) this.#executor.heap.free(handle);
    }
    this.#results.clear();
    this.#disposedOfCallers = 0;
    this.#executor.meter.reset();
    this.#executor.nanTrace = undefined;
    this.drawBaseline();
    if (!this.#death) this.#outbox.put({ op: 'forget' });
  }

  die(death: Death): void {
    if (this.#death) return;
    this.#death = death;
    this.#queue = [];
    this.kill();
    this.stream.destroy();
    this.#executor.heap.freeAll();
    this.#questions.fail(new SandboxDied(death));
  }

  #throwIfDead(): void {
    if (this.#death) throw new SandboxDied(this.#death);
  }

  #receive(chunk: Uint8Array): void {
    if (this.#death) return;
    this.#bytesIn += chunk.length;
    try {
      for (const message of this.#reader.push(chunk)) {
        const parsed = parseFromSandbox(message);
        if (typeof parsed === 'string') throw new FrameError(parsed);
        this.#queue.push(parsed);
      }
    } catch (error) {
      this.#protocolBroken((error as Error).message);
    }
    // A peer that sends faster than its kernels run must wait, and not fill this process's memory.
    if (this.#queue.length > QUEUE_HIGH) this.stream.pause();
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let message = this.#queue.shift(); message && !this.#death; message = this.#queue.shift()) {
      const pending = this.#handle(message);
      if (pending) await pending;
      if (this.#queue.length < QUEUE_LOW && this.stream.isPaused()) this.stream.resume();
    }
    this.#working = false;
  }

  #handle(message: FromSandbox): Promise<void> | undefined {
    if (!this.#questions.awaited) this.#protocolBroken(`"${message.op}" out of turn`);
    else if (FINAL.has(message.op)) return this.#finish(message as Final);
    else if (message.op === 'log') this.#print(message.text);
    else if (message.op === 'dispose') this.#dispose(message.handles);
    else if (message.op === 'download') return this.#download(message.handle);
    else if (message.op === 'upload' || message.op === 'kernel') return this.#operate(message);
  }

  /** Nothing that came after it is looked at before its values are read: the peer may dispose of them next. */
  async #finish(message: Final): Promise<void> {
    const final = clipped(message);
    if (message.op !== 'threw' && message.op !== this.#questions.awaited) this.#protocolBroken(`"${message.op}"`);
    else await this.#questions.settle(() => this.#answer(this.#refused() ?? final));
  }

  async #answer(message: Final): Promise<Answer> {
    const tensors: WireTensor[] = [];
    const answer: Answer = resolved(message, this.#executor.heap, tensors);
    for (const [, handle] of tensors) this.#results.add(handle);
    const inline = await smallValues(tensors, (handle) => this.#executor.read(handle));
    const printed = this.takePrinted();
    return { ...answer, ...(inline.size > 0 && { inline }), ...(printed && { printed }) };
  }

  /** What was refused, in place of the answer that was built on it. */
  #refused(): Final | null {
    const message = this.#refusal;
    this.#refusal = null;
    return message === null ? null : { op: 'threw', name: 'Error', message, stack: '' };
  }

  #operate(message: Extract<FromSandbox, { op: 'upload' | 'kernel' }>): Promise<void> | undefined {
    try {
      if (message.op === 'upload') this.#executor.upload(message);
      else return this.#executor.kernel(message)?.catch((error) => this.#failed(message, error));
    } catch (error) {
      this.#failed(message, error as Error);
    }
  }

  #failed(message: FromSandbox, error: Error): void {
    if (error instanceof OverLimit) {
      this.die({ reason: 'limit', detail: error.message });
      return;
    }
    // What follows from a refused operation fails too; the first says why.
    if (!(error instanceof KernelRefused) && this.#refusal === null) this.#fault ??= describeFault(message, error);
    this.#refusal ??= toldOf(error);
  }

  async #download(handle: number): Promise<void> {
    try {
      const bytes = this.#executor.requestDownload(handle) + ANSWER_BYTES;
      if (bytes > MAX_FRAME_BYTES) throw new KernelRefused(`a tensor of ${bytes} bytes is too large to be downloaded`);
      if (this.stream.writableLength + bytes > MOST_UNREAD_BYTES)
        throw new OverLimit('downloads that were asked for and not read');
      this.#outbox.put({ op: 'answer', bytes: await this.#executor.download(handle) });
    } catch (error) {
      if (error instanceof OverLimit) return this.die({ reason: 'limit', detail: error.message });
      if (!(error instanceof KernelRefused) && this.#refusal === null)
        this.#fault ??= `download: ${(error as Error).message}`;
      const message = this.#refusal ?? toldOf(error as Error);
      this.#refusal = null;
      this.#outbox.put({ op: 'answer', error: message });
    }
  }

  #dispose(handles: number[]): void {
    for (const handle of handles) {
      if (this.#executor.heap.isInput(handle) || this.#results.has(handle)) this.#disposedOfCallers++;
      if (!this.#executor.heap.isInput(handle)) this.#executor.heap.free(handle);
    }
  }

  #print(text: string): void {
    this.#printed += clippedLine(text, this.limits.logBytes - this.#printed.length);
  }

  #protocolBroken(detail: string): void {
    this.die({ reason: 'protocol', detail: `it sent ${detail}; expected a kernel call or a result` });
  }
}

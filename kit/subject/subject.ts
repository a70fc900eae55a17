/** What is being judged: code in a sandbox of its own, with functions to call. A sandbox that ended is replaced by a fresh one. */

import type { Counter, Submission } from '../author/grader.ts';
import { type NdArray, sizeOf } from '../author/ndarray.ts';
import type { ResultShape } from '../course/exercise.ts';
import { KernelRefused } from '../wire/kernel.ts';
import { READ_LIMITS, TEXT_LIMITS } from '../wire/limits.ts';
import type { WireValue } from '../wire/messages.ts';
import { cutPrinted } from '../wire/printed.ts';
import type { Outcome } from '../wire/requests.ts';
import { SandboxDied, type Usage } from '../wire/sandbox-state.ts';
import type { Bundle } from './bundle.ts';
import { BusyTime } from './busy-time.ts';
import { failureOfDeath, noExport, SubmissionFault } from './failure.ts';
import { type Host, HostFailed } from './host.ts';
import { MarkedCalls } from './marked-calls.ts';
import { type PlacedNaN, placedNaN } from './placed-nan.ts';
import {
  argumentReturned,
  arrayOf,
  bytesOf,
  encodeArgument,
  RemoteTensor,
  structured,
  tensorsIn,
} from './remote-values.ts';
import type { OpenSession, Sandbox } from './sandbox.ts';
import { BUNDLE_NAME } from './source-lines.ts';
import { thrownFault } from './thrown-fault.ts';

export interface SubjectOptions {
  exports: Record<string, ResultShape>;
  bundle: Bundle;
  /** The learner's file, to tell which of its TODOs is next. */
  source?: string;
  /** Where in the bundle's exports the functions are; for variants, which share a file. */
  path?: string[];
  /** Seconds for one call. */
  timeout?: number;
}

export interface Traced {
  firstNaN: PlacedNaN | null;
  fault: SubmissionFault | null;
}

export const DEFAULT_TIMEOUT = 10;

/** All calls of one exercise together may take so many times what one may; but for timed ones, whose number is limited. */
const CALLS_IN_ALL = 12;

/** Characters that are kept of what a call did to its arguments. */
const MOST_ALTERED = 300;

export class Subject {
  /** The exercise's functions. They run in the sandbox. */
  readonly submission: Submission;
  #handles = new Map<NdArray, number>();
  #lastHandle = 0;
  /** For graders that count and time from a mark on. */
  readonly counter: Counter = { mark: () => this.#mark() };
  readonly #spent = new BusyTime();
  /** Values that came with a result. */
  readonly #inline = new Map<number, Uint8Array>();
  /** Since the last `forget`. */
  #elementsRead = 0;
  /** What loading the file ended in, if not in functions to call. It would end so again. */
  #loadFault: SubmissionFault | undefined;
  /** Of all that find the code not loaded, the first loads it, and the others wait for that. */
  #loading: { into: OpenSession; done: Promise<void> } | undefined;
  /** What the last sandbox ended in: what was on its way to it ends so too. */
  #lostBy: Error | undefined;
  #printed = '';
  /** The first argument that a call has not left as it was, in words. */
  #altered: string | null = null;
  /** While calls are timed: what they took so far. */
  #timedMs: number | undefined;
  readonly #calls = new MarkedCalls();
  readonly #timeoutMs: number;

  constructor(
    readonly sandbox: Sandbox,
    readonly options: SubjectOptions,
  ) {
    this.#timeoutMs = (options.timeout ?? DEFAULT_TIMEOUT) * 1000;
    this.submission = Object.fromEntries(
      Object.keys(options.exports).map((fn) => [fn, (...args: unknown[]) => this.#call(fn, args)]),
    );
  }

  /** Has a sandbox with the code loaded, as calls that are made side by side need. @throws SubmissionFault */
  ready(): Promise<void> {
    return this.#ask(async () => {});
  }

  /** @throws SubmissionFault for what is not alive, no real tensor, or larger than anything is expected to be */
  async read(value: unknown): Promise<NdArray> {
    if (!(value instanceof RemoteTensor)) throw new Error('read takes a tensor that the submission returned');
    const { dtype } = value;
    if (dtype === 'complex64') {
      throw new SubmissionFault({ code: 'dtype', message: `${value.name} is complex64; expected a real tensor` });
    }
    const elements = sizeOf(value.shape);
    this.#elementsRead += elements;
    if (elements > READ_LIMITS.elements || this.#elementsRead > READ_LIMITS.inAll) {
      const most = elements > READ_LIMITS.elements ? READ_LIMITS.elements : READ_LIMITS.inAll;
      const message = `${value.name} of shape [${value.shape}] is too large to be looked at: its ${elements} values are more than may be read here (${most}${most === READ_LIMITS.inAll ? ' in all' : ''})`;
      throw new SubmissionFault({ code: 'too-large', message });
    }
    const bytes =
      this.#inline.get(value.handle) ??
      (await this.#ask(async (host, session) => {
        const found = await host.request('read', { session, handle: value.handle });
        const due = elements * (dtype === 'bool' ? 1 : 4);
        if (found.length !== due) throw new KernelRefused('another tensor is in its place');
        return found;
      }));
    return arrayOf(bytes, value.shape, dtype);
  }

  /**
   * Runs `body` on the tape, and differentiates Σ output·cotangent by the given inputs.
   * @returns for each input its gradient, or null where none reaches it
   */
  async gradients(
    wrt: NdArray[],
    body: () => Promise<{ outputs: RemoteTensor[]; cotangents: NdArray[] }>,
  ): Promise<(RemoteTensor | null)[]> {
    await this.#upload(wrt);
    const wire = wrt.map((input) => this.#encode(input));
    this.#unlessThrown(await this.#request('gradient', { wrt: wire }));
    let recorded: Awaited<ReturnType<typeof body>>;
    try {
      recorded = await body();
    } catch (error) {
      // The sandbox still records, unless it is what threw: the host may have refused what it computed. An empty end
      // brings it back in step, and is an error, told and forgotten, where nothing is recorded.
      if (this.#isLoaded) await this.#request('gradientEnd', { outputs: [], cotangents: [] });
      throw error;
    }
    await this.#upload(recorded.cotangents);
    const outcome = await this.#request('gradientEnd', {
      outputs: recorded.outputs.map((output) => this.#encode(output)),
      cotangents: recorded.cotangents.map((cotangent) => this.#encode(cotangent)),
    });
    this.#unlessThrown(outcome);
    const { values } = outcome as Extract<Outcome, { op: 'gradients' }>;
    return values.map((value) =>
      value[0] === 't' ? new RemoteTensor(value[1], value[2], value[3], 'gradient', 0, []) : null,
    );
  }

  /**
   * Runs `body` with its calls timed: the sum, in ms, of what each took from an idle device until its outputs were there,
   * by the host's clock.
   */
  async timed<T>(body: () => Promise<T>): Promise<{ result: T; ms: number }> {
    this.#timedMs = 0;
    try {
      return { result: await body(), ms: this.#timedMs };
    } finally {
      this.#timedMs = undefined;
    }
  }

  /** Since the last mark, or else the last `forget`. */
  async usage(): Promise<Usage> {
    await this.#calls.marked;
    return this.#ask((host, session) => host.request('usage', { session }));
  }

  /**
   * Runs `body` once more, slowly, to see where NaN first arises, or what is thrown with its place, where that is not known
   * by itself. It only explains a failure that is known already. Ends the case.
   */
  async traced(body: () => Promise<unknown>): Promise<Traced> {
    await this.forget();
    try {
      await this.#ask((host, session) => host.request('traceNaN', { session }));
      await body();
      const { firstNaN } = await this.usage();
      return { firstNaN: firstNaN && placedNaN(firstNaN, this.options), fault: null };
    } catch (error) {
      if (!(error instanceof SubmissionFault)) throw error;
      return { firstNaN: null, fault: error };
    } finally {
      await this.forget();
    }
  }

  /** What went wrong on the judge's side since this was last asked, if anything did. */
  async takeFault(): Promise<string | null> {
    const session = this.sandbox.current;
    return session ? session.host.request('takeFault', { session: session.id }) : null;
  }

  /** What the code has printed since this was last asked. */
  takePrinted(): string {
    const printed = this.#printed;
    this.#printed = '';
    return printed;
  }

  /** The first argument that any call since this was last asked has not left as it was, in words. */
  takeAltered(): string | null {
    const altered = this.#altered;
    this.#altered = null;
    return altered;
  }

  /** Before the next call the code is loaded again: what calls have kept in its variables until now is gone. */
  startAfresh(): void {
    if (this.#isLoaded) this.sandbox.tenant = undefined;
  }

  /** Ends a case: frees its inputs and results, and counts from zero. */
  async forget(): Promise<void> {
    this.#handles.clear();
    this.#inline.clear();
    this.#elementsRead = 0;
    this.#calls.forget();
    const session = this.sandbox.current;
    session?.host.tell('forget', { session: session.id });
  }

  #mark(): void {
    if (this.#timedMs !== undefined) this.#timedMs = 0;
    this.#calls.mark(() => {
      const session = this.sandbox.current;
      session?.host.tell('mark', { session: session.id });
    });
  }

  get #isLoaded(): boolean {
    return this.sandbox.tenant === this;
  }

  async #call(fn: string, args: unknown[]): Promise<unknown> {
    const { marks } = this.#calls;
    const outcome = await this.#calls.call(async (left) => {
      await this.#upload(args.flatMap(tensorsIn));
      const timed = this.#timedMs !== undefined;
      return this.#request('call', { fn, args: args.map((arg) => this.#encode(arg)), timed }, left);
    });
    this.#unlessThrown(outcome);
    if (this.#timedMs !== undefined && marks === this.#calls.marks) this.#timedMs += outcome.ms ?? 0;
    const { value, promise, result, altered } = outcome as Extract<Outcome, { op: 'returned' }>;
    if (altered) this.#altered ??= `${fn}: ${altered.slice(0, MOST_ALTERED)}`;
    if (promise) {
      const message = `${fn} returned a promise; it must return its result directly, so remove async and await. Nothing here needs them: tensors stay tensors from the first line to the last`;
      throw new SubmissionFault({ code: 'promise', message });
    }
    const returned = structured(value, this.options.exports[fn], fn, result);
    const same = argumentReturned(returned, args, (x) => this.#handles.get(x));
    if (same) {
      this.#altered ??= `${fn}: ${same.name} is the very tensor that was passed as argument ${same.argument}. The caller may dispose of one and need the other: return tf.clone of it`;
    }
    return returned;
  }

  #encode(arg: unknown): WireValue {
    return encodeArgument(arg, (x) => {
      const handle = this.#handles.get(x);
      // Another tensor must not stand in for one that went down with a sandbox.
      if (handle === undefined) throw this.#lostBy ?? new HostFailed('an input is gone before it was used');
      return handle;
    });
  }

  async #upload(tensors: NdArray[]): Promise<void> {
    const missing = [...new Set(tensors)].filter((x) => !this.#handles.has(x));
    if (missing.length === 0) return;
    await this.#ask(async (host, session) => {
      for (const x of missing) this.#handles.set(x, --this.#lastHandle);
      const tensors = missing.map((x) => ({
        handle: this.#handles.get(x) as number,
        bytes: bytesOf(x),
        shape: [...x.shape],
        dtype: x.dtype,
      }));
      host.tell('inputs', { session, tensors });
    });
  }

  #request<M extends 'call' | 'gradient' | 'gradientEnd'>(
    method: M,
    params: object,
    left?: () => void,
  ): Promise<Outcome> {
    const timeoutMs = this.#timeoutMs;
    const isTimed = this.#timedMs !== undefined;
    if (!isTimed && this.#spent.ms > CALLS_IN_ALL * timeoutMs) {
      const message = `it was stopped: its calls took more than ${(CALLS_IN_ALL * timeoutMs) / 1000} s in all`;
      throw new SubmissionFault({ code: 'limit', message }, true);
    }
    return this.#ask(async (host, session) => {
      const request = () => {
        const answer = host.request(method, { ...params, session, timeoutMs } as never) as Promise<Outcome>;
        left?.();
        return answer;
      };
      const outcome = await (isTimed ? request() : this.#spent.during(request));
      this.#keepPrinted(outcome.printed);
      for (const [handle, bytes] of outcome.inline ?? []) this.#inline.set(handle, bytes);
      return outcome;
    });
  }

  /** With this code loaded. @throws SubmissionFault where the sandbox ends */
  async #ask<T>(request: (host: Host, session: number) => Promise<T>): Promise<T> {
    let session: OpenSession | undefined;
    try {
      session = await this.sandbox.open();
      if (!this.#isLoaded) await this.#loadOnce(session);
      return await request(session.host, session.id);
    } catch (error) {
      if (error instanceof KernelRefused) {
        throw new SubmissionFault({
          code: 'disposed-result',
          message:
            'it disposed a result that it had returned before. A returned tensor belongs to the caller; dispose only other tensors, before the return',
        });
      }
      if (!(error instanceof SandboxDied || error instanceof HostFailed)) throw error;
      this.sandbox.throwIfAbandoned();
      // Of what was asked together, the first to hear of it has seen to it.
      const fault = error instanceof SandboxDied ? new SubmissionFault(failureOfDeath(error.death), true) : error;
      if (session === this.sandbox.current) this.#lost(fault);
      if (error instanceof SandboxDied) this.#keepPrinted(error.death.printed);
      throw fault;
    }
  }

  #loadOnce(into: OpenSession): Promise<void> {
    if (this.#loading?.into === into) return this.#loading.done;
    const done = this.#load(into).finally(() => {
      if (this.#loading?.into === into) this.#loading = undefined;
    });
    this.#loading = { into, done };
    return done;
  }

  #lost(by: Error): void {
    this.#lostBy = by;
    this.sandbox.lost();
    this.#handles.clear();
    this.#inline.clear();
  }

  async #load({ host, id: session }: OpenSession): Promise<void> {
    if (this.#loadFault) throw this.#loadFault;
    this.#handles.clear();
    this.#inline.clear();
    const { bundle, path = [], exports } = this.options;
    const timeoutMs = this.#timeoutMs;
    try {
      const outcome = await host.request('load', { session, code: bundle.code, file: BUNDLE_NAME, path, timeoutMs });
      this.#keepPrinted(outcome.printed);
      this.#unlessThrown(outcome);
      const { exports: found } = outcome as Extract<Outcome, { op: 'loaded' }>;
      const missing = Object.keys(exports).find((fn) => !found.includes(fn));
      if (missing) throw new SubmissionFault({ code: 'no-export', message: noExport(missing, found) });
      this.sandbox.tenant = this;
    } catch (error) {
      if (error instanceof SubmissionFault) this.#loadFault = error;
      throw error;
    }
  }

  #keepPrinted(text = ''): void {
    this.#printed = cutPrinted(this.#printed + text, TEXT_LIMITS.printed);
  }

  #unlessThrown(outcome: Outcome): void {
    if (outcome.op === 'threw') throw thrownFault(outcome, this.options.bundle, this.options.source);
  }
}

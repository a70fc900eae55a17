/**
 * The process in which a submission runs. It is given code over the pipe, calls its functions when the host says so,
 * and computes through the host's kernels.
 *
 * Nothing here is trusted: a submission can take this process over and say what it likes on the pipe. All it gains is
 * to be the author of its own answers. What it must not reach (disk, network, other processes) is cut off from outside
 * (launch.ts); the names removed below only spare honest code a surprise.
 */
import { Script } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { MISSING_GLOBALS } from '../wire/globals.ts';
import { KernelRefused } from '../wire/kernel.ts';
import type { ToSandbox } from '../wire/messages.ts';
import { isSameBeneathOnes } from '../wire/shapes.ts';
import { NotAvailable, requiring, tensorflowOf } from '../wire/tensorflow.ts';
import { answer, receive } from './channel.ts';
import { forgetPrinted, makeConsole } from './console.ts';
import { Passed } from './passed.ts';
import { backend, registerRemoteBackend } from './remote-backend.ts';
import { gradientUnderWay, startTracing, stopTracing, traceTape } from './trace.ts';
import { Values } from './values.ts';
import { warmUp } from './warm-up.ts';

type Functions = Record<string, (...args: unknown[]) => unknown>;

const values = new Values();
let functions: Functions = {};
const provide = requiring(tensorflowOf(tf));

// Ten frames are tfjs's own before the learner's line comes.
Error.stackTraceLimit = 30;
registerRemoteBackend();
const standInProcess = makeProcess();
// tf.print and x.print() write there too.
globalThis.console = makeConsole();
removeWaysOut();
answer({ op: 'ready' });
serve();

async function serve(): Promise<void> {
  for (;;) {
    const message = receive();
    forgetPrinted();
    try {
      if (message.op === 'load') await load(message);
      else if (message.op === 'call') await call(message);
      else if (message.op === 'gradient') differentiate(message);
      else if (message.op === 'gradientEnd') throw new Error('nothing is being recorded');
      else if (message.op === 'trace') startTracing();
      else if (message.op === 'forget') forget();
      else if (message.op === 'warmUp') {
        warmUp();
        answer({ op: 'ready' });
      }
    } catch (error) {
      answer({ op: 'threw', ...described(error), ...gradientUnderWay() });
    }
  }
}

function forget(): void {
  values.forget();
  stopTracing();
}

async function load({ code, file, path }: Extract<ToSandbox, { op: 'load' }>): Promise<void> {
  backend.startAnew();
  const module: { exports: Record<string, unknown> } = { exports: {} };
  const wrapped = `(function (module, exports, require, process) {${code}\n})`;
  const define = new Script(wrapped, { filename: file }).runInThisContext();
  // A promise where a file waits at its top level.
  await define(module, module.exports, provide, standInProcess);
  functions = path.reduce((part, key) => part[key] as Record<string, unknown>, module.exports) as Functions;
  answer({ op: 'loaded', exports: Object.keys(functions).filter((name) => typeof functions[name] === 'function') });
}

async function call(message: Extract<ToSandbox, { op: 'call' }>): Promise<void> {
  const { result, returned } = invoke(message);
  returned(await result);
}

function invoke({ fn, args }: Extract<ToSandbox, { op: 'call' }>) {
  const passed = args.map((arg) => values.decode(arg));
  const before = new Passed(passed);
  const result = functions[fn](...passed);
  const returned = (value: unknown) => {
    const altered = before.altered(functions[fn]);
    const said = { result: values.keep(value), value: values.encode(value), promise: isPromise(result) };
    answer({ op: 'returned', ...said, ...(altered && { altered }) });
  };
  return { result, returned };
}

/** Records the calls that follow on the tape, up to `gradientEnd`, and answers with d Σ output·cotangent / d wrt. */
function differentiate({ wrt }: Extract<ToSandbox, { op: 'gradient' }>): void {
  const inputs = wrt.map((input) => values.decode(input) as tf.Tensor);
  // Not tf.grads, which refuses if a single input has no gradient, and does not say which.
  const gradients = tf.tidy(() => tf.engine().gradients(record, inputs, undefined, true).grads);
  answer({ op: 'gradients', values: gradients.map((gradient) => values.encode(gradient ?? null)) });
}

/** Calls until `gradientEnd`, then Σ output·cotangent. */
function record(): tf.Tensor {
  answer({ op: 'recording' });
  for (;;) {
    const message = receive();
    if (message.op === 'call') {
      const { result, returned } = invoke(message);
      returned(result);
    }
    if (message.op === 'gradientEnd') {
      const outputs = message.outputs.map((output) => values.decode(output) as tf.Tensor);
      const cotangents = message.cotangents.map((cotangent) => values.decode(cotangent) as tf.Tensor);
      if (outputs.some(({ shape }, i) => !isSameBeneathOnes(shape, cotangents[i].shape))) {
        throw new KernelRefused('a result that was returned before was changed by a later call: return a new object');
      }
      const loss = tf.addN(outputs.map((output, i) => tf.sum(tf.mul(output, cotangents[i]))));
      traceTape();
      return loss;
    }
  }
}

const isPromise = (value: unknown) => typeof (value as Promise<unknown> | undefined)?.then === 'function';

function described(error: unknown): { name: string; message: string; stack: string } {
  try {
    const { name, message, stack } = error as Error;
    // A class of their own may have a name of its own.
    const base = [RangeError, TypeError].find((each) => error instanceof each)?.name;
    return {
      name: base ?? String(name).slice(0, 100),
      message: String(message ?? error).slice(0, 4000),
      stack: String(stack ?? '').slice(0, 8000),
    };
  } catch {
    return { name: 'Error', message: 'threw something that cannot be described', stack: '' };
  }
}

function removeWaysOut(): void {
  for (const name of ['process', ...Object.keys(MISSING_GLOBALS)]) Reflect.deleteProperty(globalThis, name);
  // tfjs's own would ask for what is gone now.
  const fetch = () => {
    throw new NotAvailable(MISSING_GLOBALS.fetch);
  };
  Object.assign(tf.env().platform, { fetch, now: performance.now.bind(performance) });
}

/** The little of `process` that honest code asks for. */
function makeProcess() {
  const { exit, hrtime, platform, version, versions } = process;
  const write = (text: unknown) => {
    console.log(String(text).replace(/\n$/, ''));
    return true;
  };
  return {
    env: {},
    argv: [],
    platform,
    version,
    versions: { ...versions },
    nextTick: queueMicrotask,
    exit: exit.bind(process),
    hrtime: Object.assign((since?: [number, number]) => hrtime(since), { bigint: () => hrtime.bigint() }),
    stdout: { write },
    stderr: { write },
  };
}

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
import type { ToSandbox } from '../wire/messages.ts';
import { answer, receive } from './channel.ts';
import { forgetPrinted, makeConsole } from './console.ts';
import { backend, registerRemoteBackend } from './remote-backend.ts';
import { Values } from './values.ts';
import { warmUp } from './warm-up.ts';

type Functions = Record<string, (...args: unknown[]) => unknown>;

const values = new Values();
let functions: Functions = {};
/** A bundle makes a getter of each property of what it requires, a thousand a file, but not of what that inherits. */
const tensorflow = Object.freeze({ ...tf });
/** The little of `process` that honest code asks for. */
const standInProcess = { env: {}, argv: [], nextTick: queueMicrotask, exit: process.exit.bind(process) };

// Ten frames are tfjs's own before the learner's line comes.
Error.stackTraceLimit = 30;
registerRemoteBackend();
const submissionConsole = makeConsole();
// tf.print and x.print() write there.
console.log = submissionConsole.log;
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
      else if (message.op === 'forget') values.forget();
      else if (message.op === 'warmUp') {
        warmUp();
        answer({ op: 'ready' });
      }
    } catch (error) {
      answer({ op: 'threw', ...described(error) });
    }
  }
}

async function load({ code, file, path }: Extract<ToSandbox, { op: 'load' }>): Promise<void> {
  backend.startAnew();
  const module: { exports: Record<string, unknown> } = { exports: {} };
  const wrapped = `(function (module, exports, require, console, process) {${code}\n})`;
  const define = new Script(wrapped, { filename: file }).runInThisContext();
  define(module, module.exports, () => Object.create(tensorflow), submissionConsole, standInProcess);
  functions = path.reduce((part, key) => part[key] as Record<string, unknown>, module.exports) as Functions;
  answer({ op: 'loaded', exports: Object.keys(functions).filter((name) => typeof functions[name] === 'function') });
}

async function call({ fn, args }: Extract<ToSandbox, { op: 'call' }>): Promise<void> {
  const result = invoke(fn, args);
  returned(await result, isPromise(result));
}

function invoke(fn: string, args: Extract<ToSandbox, { op: 'call' }>['args']): unknown {
  return functions[fn](...args.map((arg) => values.decode(arg)));
}

function returned(value: unknown, promise: boolean): void {
  answer({ op: 'returned', result: values.keep(value), value: values.encode(value), promise });
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
      const result = invoke(message.fn, message.args);
      returned(result, isPromise(result));
    }
    if (message.op === 'gradientEnd') {
      const outputs = message.outputs.map((output) => values.decode(output) as tf.Tensor);
      const cotangents = message.cotangents.map((cotangent) => values.decode(cotangent) as tf.Tensor);
      return tf.addN(outputs.map((output, i) => tf.sum(tf.mul(output, cotangents[i]))));
    }
  }
}

const isPromise = (value: unknown) => typeof (value as Promise<unknown> | undefined)?.then === 'function';

function described(error: unknown): { name: string; message: string; stack: string } {
  try {
    const { name, message, stack } = error as Error;
    return {
      name: String(name).slice(0, 100),
      message: String(message ?? error).slice(0, 4000),
      stack: String(stack ?? '').slice(0, 8000),
    };
  } catch {
    return { name: 'Error', message: 'threw something that cannot be described', stack: '' };
  }
}

function removeWaysOut(): void {
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'process', 'Buffer', 'navigator']) {
    Reflect.deleteProperty(globalThis, name);
  }
}

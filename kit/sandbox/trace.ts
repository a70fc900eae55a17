/** Where operations were called, forward and backward: looked for only when asked, since each stack trace takes time. */
import * as tf from '@tensorflow/tfjs-core';
import type { CalledFrom } from '../wire/messages.ts';

/** Of a stack trace. */
const MOST_TEXT = 4000;
/** The learner's line lies below tfjs's own frames, the deeper the more an operation is made of others. */
const FRAMES = 80;

interface Trace {
  /** Stack traces of the operations by what they gave. */
  made: WeakMap<object, string>;
  /** Of the operation whose gradient is being taken. */
  during: string | undefined;
}

let trace: Trace | undefined;

export function startTracing(): void {
  trace = { made: new WeakMap(), during: undefined };
}

export function stopTracing(): void {
  trace = undefined;
}

/** Undefined unless it is traced. */
export function calledFrom(): CalledFrom | undefined {
  if (!trace) return undefined;
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const stack = String(new Error().stack).slice(0, MOST_TEXT);
  Error.stackTraceLimit = usual;
  return { stack, ...(trace.during !== undefined && { during: trace.during }) };
}

export function rememberMade(dataId: object, from: CalledFrom | undefined): void {
  if (from?.stack) trace?.made.set(dataId, from.stack);
}

/** The operation whose gradient was taken when something was thrown. */
export const gradientUnderWay = (): Pick<CalledFrom, 'during'> =>
  trace?.during === undefined ? {} : { during: trace.during };

/** From here on each gradient is known by the operation that it is of. */
export function traceTape(): void {
  const traced = trace;
  if (!traced) return;
  for (const node of tf.engine().state.activeTape) {
    const { gradient, kernelName, outputs } = node;
    node.gradient = (dys) => {
      traced.during = traced.made.get(outputs[0].dataId) ?? '';
      // As tfjs says it, which would have looked for one before it came here.
      if (!gradient) throw new Error(`Cannot compute gradient: gradient function not found for ${kernelName}.`);
      return gradient(dys);
    };
  }
}

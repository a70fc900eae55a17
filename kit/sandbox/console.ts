/** The submission's `console`: what it prints goes to the host as text, tensors with their values. */
import { format } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { SESSION_LIMITS } from '../wire/limits.ts';
import { send } from './channel.ts';

const MAX_TEXT = 10_000;

let printed = 0;

/** What was printed has been passed on: there is room for as much again. */
export function forgetPrinted(): void {
  printed = 0;
}

export function makeConsole(): Pick<Console, 'log' | 'info' | 'debug' | 'warn' | 'error' | 'table' | 'trace'> {
  const print = (...items: unknown[]) => {
    // The host passes no more on, and a loop that prints tensors has them all fetched.
    if (printed > SESSION_LIMITS.logBytes) return;
    const text = format(
      ...items.map((item) => (item instanceof tf.Tensor && !item.isDisposed ? item.toString() : item)),
    ).slice(0, MAX_TEXT);
    printed += text.length + 1;
    send({ op: 'log', text });
  };
  return { log: print, info: print, debug: print, warn: print, error: print, table: print, trace: print };
}

/** The submission's `console`: what it prints goes to the host as text, tensors with their values. */
import { format } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { send } from './channel.ts';

const MAX_TEXT = 10_000;

export function makeConsole(): Pick<Console, 'log' | 'info' | 'debug' | 'warn' | 'error' | 'table' | 'trace'> {
  const print = (...items: unknown[]) => {
    const text = format(
      ...items.map((item) => (item instanceof tf.Tensor && !item.isDisposed ? item.toString() : item)),
    );
    send({ op: 'log', text: text.slice(0, MAX_TEXT) });
  };
  return { log: print, info: print, debug: print, warn: print, error: print, table: print, trace: print };
}

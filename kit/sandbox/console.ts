/** The submission's `console`: all that Node's has. What it prints goes to the host as text, tensors with their values. */
import { Console } from 'node:console';
import * as tf from '@tensorflow/tfjs-core';
import { SESSION_LIMITS } from '../wire/limits.ts';
import { send } from './channel.ts';

const MAX_TEXT = 10_000;

let printed = 0;
let groups = 0;

/** Formats as Node does, and writes where the host hears of it. */
const formatting = new Console({
  stdout: { write: print } as unknown as NodeJS.WritableStream,
  // Without this it would listen for errors of a real stream.
  ignoreErrors: false,
});

function print(text: string): boolean {
  const shown = text.replace(/\n$/, '').slice(0, MAX_TEXT);
  printed += shown.length + 1;
  send({ op: 'log', text: shown });
  return true;
}

/** What was printed has been passed on: there is room for as much again. A group that was left open ends here. */
export function forgetPrinted(): void {
  printed = 0;
  for (; groups > 0; groups--) formatting.groupEnd();
}

export function makeConsole(): Console {
  const methods: Record<string, unknown> = {};
  // Those that only a debugger listens to (profile, timeStamp …) do nothing.
  for (const name of Object.keys(globalThis.console)) if (!name.startsWith('_')) methods[name] = () => {};
  for (const name of Object.keys(formatting)) methods[name] = limited(name as keyof Console);
  return { ...(methods as unknown as Console), trace, Console };
}

/** Formats nothing that the host would not pass on: a loop that prints tensors would have them all fetched. */
function limited(name: keyof Console): (...items: unknown[]) => void {
  const method = formatting[name] as (...items: unknown[]) => void;
  return (...items) => {
    if (name === 'group' || name === 'groupCollapsed') groups++;
    else if (name === 'groupEnd') groups = Math.max(0, groups - 1);
    if (printed <= SESSION_LIMITS.logBytes) method(...items.map(readable));
  };
}

/** With the submission's own functions alone: the other frames are the runtime's. */
function trace(...items: unknown[]): void {
  const frames = (new Error().stack ?? '').match(/^ +at \S+(?= \(submission\.js:)/gm) ?? [];
  limited('log')('Trace:', ...items);
  if (frames.length > 0) limited('log')(frames.join('\n'));
}

const readable = (item: unknown) => (item instanceof tf.Tensor && !item.isDisposed ? item.toString() : item);

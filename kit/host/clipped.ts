/** What a sandbox said, or was refused, as far as it is passed on. */
import { KernelRefused } from '../wire/kernel.ts';
import type { Final, FromSandbox } from '../wire/messages.ts';
import { MORE_PRINTED } from '../wire/printed.ts';

export const clippedLine = (text: string, room: number) =>
  room <= 0 ? '' : text.length < room ? `${text}\n` : `${text.slice(0, room)}\n${MORE_PRINTED}\n`;

/** What was thrown, no longer than an honest sandbox would make it. */
export function clipped({ op, name, message, stack, during }: Extract<FromSandbox, { op: 'threw' }>): Final {
  return {
    op,
    name: name.slice(0, 100),
    message: message.slice(0, 4000),
    stack: stack.slice(0, 8000),
    ...(during !== undefined && { during: during.slice(0, 8000) }),
  };
}

/**
 * What the peer hears of an operation that was not carried out. Its own refusals speak of shapes and attributes alone; what
 * a backend says of its own accord may hold values, which nobody has downloaded.
 */
export const toldOf = (error: Error) =>
  error instanceof KernelRefused ? error.message : 'the operation failed where it was carried out';

/** For the grader alone. */
export const describeFault = (message: FromSandbox, error: Error) =>
  `${message.op === 'kernel' ? `kernel ${message.name}` : message.op}: ${error.message}`;

/** What a sandbox said, or was refused, as far as it is passed on. */
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

export const describeFault = (message: FromSandbox, error: Error) =>
  `${message.op === 'kernel' ? `kernel ${message.name}` : message.op}: ${error.message}`;

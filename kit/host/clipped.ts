/** What a sandbox said, or was refused, as far as it is passed on. */
import { KernelRefused } from '../wire/kernel.ts';
import { TEXT_LIMITS } from '../wire/limits.ts';
import type { Final, FromSandbox } from '../wire/messages.ts';
import { MORE_PRINTED } from '../wire/printed.ts';

export const clippedLine = (text: string, room: number) =>
  room <= 0 ? '' : text.length < room ? `${text}\n` : `${text.slice(0, room)}\n${MORE_PRINTED}\n`;

/** What the peer has to say, no longer than an honest sandbox would make it. */
export function clipped(final: Final): Final {
  if (final.op === 'loaded') {
    const names = final.exports.filter((name) => name.length <= TEXT_LIMITS.exportedName);
    return { ...final, exports: names.slice(0, TEXT_LIMITS.exports) };
  }
  if (final.op === 'returned' && final.altered !== undefined) {
    return { ...final, altered: final.altered.slice(0, TEXT_LIMITS.description) };
  }
  if (final.op !== 'threw') return final;
  const { op, name, message, stack, during } = final;
  return {
    op,
    name: name.slice(0, TEXT_LIMITS.errorName),
    message: message.slice(0, TEXT_LIMITS.message),
    stack: stack.slice(0, TEXT_LIMITS.stack),
    ...(during !== undefined && { during: during.slice(0, TEXT_LIMITS.stack) }),
  };
}

/**
 * What the peer hears of an operation that was not carried out. Its own refusals speak of shapes and attributes alone; what
 * a backend says of its own accord may hold values, which nobody has downloaded.
 */
export const toldOf = (error: Error) =>
  error instanceof KernelRefused
    ? error.message.slice(0, TEXT_LIMITS.message)
    : 'the operation failed where it was carried out';

/** For the grader alone. */
export const describeFault = (message: FromSandbox, error: Error) =>
  `${message.op === 'kernel' ? `kernel ${message.name}` : message.op}: ${error.message}`.slice(0, TEXT_LIMITS.message);

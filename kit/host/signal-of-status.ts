/** What ended a process, where another stands between it and its parent. */
import { constants } from 'node:os';

/** bubblewrap ends with 128 and the signal that ended what it ran, as shells do. */
const OF_SIGNAL = 128;

/** Undefined where the process ended by itself. */
export function signalOfStatus(code: number | null): string | undefined {
  if (code === null || code <= OF_SIGNAL) return undefined;
  return Object.entries(constants.signals).find(([, number]) => number === code - OF_SIGNAL)?.[0];
}

/** What is known of attempts to judge a submission that came to no record: in the journal before they begin. */
import { existsSync, readFileSync } from 'node:fs';
import { type AttemptLine, type Key, keyOf } from './journal.ts';

/** Since the submission's last record. */
export interface Attempts {
  /** Those that ended their worker, by whose doing it was. */
  ends: { submission: number; machine: number };
  /** Those that ended with their whole run, and those of them that had no neighbours. */
  open: number;
  openAlone: number;
  /** Those that came to no verdict. */
  unjudged: number;
}

export const noAttempts = (): Attempts => ({ ends: { submission: 0, machine: 0 }, open: 0, openAlone: 0, unjudged: 0 });

/** By key. */
export function readAttempts(file: string): Map<string, Attempts> {
  const found = new Map<string, Attempts>();
  if (!existsSync(file)) return found;
  for (const text of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const line = parsed(text);
    if (line === null) continue;
    if ('fingerprint' in line) {
      found.delete(keyOf(line));
      continue;
    }
    const key = keyOf('began' in line ? line.began : line.ended);
    const attempts = found.get(key) ?? noAttempts();
    found.set(key, attempts);
    if ('began' in line) {
      attempts.open++;
      if (line.alone) attempts.openAlone++;
    } else {
      attempts.ends[line.by]++;
      attempts.open = 0;
      attempts.openAlone = 0;
    }
  }
  return found;
}

function parsed(text: string): AttemptLine | (Key & { fingerprint: string }) | null {
  try {
    const line = JSON.parse(text);
    const isKnown =
      line !== null && typeof line === 'object' && ['began', 'ended', 'fingerprint'].some((key) => key in line);
    return isKnown ? line : null;
  } catch {
    return null;
  }
}

/**
 * What was judged, and what is being tried, appended as each submission ends: a line of JSON each, on the disk before the next is counted done.
 * A run that is killed loses at most what was in flight. A last line that was cut off is ignored, and taken off.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import type { Report } from '../report/report.ts';

/** One submission as it was judged: before any policy, which may change without judging again. */
export interface JournalRecord {
  submission: string;
  student: string;
  /** Of its files, the graders, the seed and the settings. */
  fingerprint: string;
  submittedAt: string | null;
  status: 'graded' | 'not-judged' | 'unreadable';
  problem: string | null;
  report: Report | null;
}

/** A line beside the records, of an attempt that has come to none yet. */
export type AttemptLine =
  | { began: Key; alone: boolean }
  /** Its worker is gone. A run that was itself ended had no time to write it. */
  | { ended: Key; by: 'submission' | 'machine'; reason: string };

/** A folder of a group's is judged once for each of them. */
export type Key = Pick<JournalRecord, 'student' | 'submission'>;
export const keyOf = ({ student, submission }: Key): string => JSON.stringify([student, submission]);

export class Journal {
  readonly #descriptor: number;

  /** Opens it for writing, and mends its end. Whoever does so holds the folder's lock. */
  constructor(readonly file: string) {
    if (existsSync(file)) {
      const bytes = readFileSync(file);
      truncateSync(file, bytes.lastIndexOf(0x0a) + 1);
    }
    this.#descriptor = openSync(file, 'a', 0o600);
  }

  append(line: JournalRecord | AttemptLine): void {
    writeSync(this.#descriptor, `${JSON.stringify(line)}\n`);
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** What a journal with these records has in it. */
export const journalText = (records: JournalRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** The last record of each submission, by key. */
export function readJournal(file: string): Map<string, JournalRecord> {
  const records = new Map<string, JournalRecord>();
  if (!existsSync(file)) return records;
  const lines = readFileSync(file, 'utf8').split('\n');
  // What follows the last line's end was cut off.
  for (const line of lines.slice(0, -1)) {
    const record = parsed(line);
    if (record) records.set(keyOf(record), record);
  }
  return records;
}

/** A machine that lost power may leave a line of zeros: what was in it is judged again. */
function parsed(line: string): JournalRecord | null {
  try {
    const record = JSON.parse(line) as JournalRecord;
    return typeof record.submission === 'string' && typeof record.fingerprint === 'string' ? record : null;
  } catch {
    return null;
  }
}

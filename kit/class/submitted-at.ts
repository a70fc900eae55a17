/** When a submission was handed in: as the platform or the instructor says, else as its commit does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { commitOf } from '../grade/submission-id.ts';
import { InputError } from '../spec/input-error.ts';

/** Of a commit object: a message may be longer, but the date comes before it. */
const MOST_BYTES = 1024 * 1024;

/**
 * The checked-out commit's date, as its author's machine wrote it; null where it cannot be told without running git,
 * whose configuration in a stranger's repository can name programs to run. A packed object is not looked for.
 */
export function commitDateOf(folder: string): string | null {
  const commit = commitOf(folder);
  if (commit === null) return null;
  try {
    const packed = readFileSync(join(folder, '.git/objects', commit.slice(0, 2), commit.slice(2)));
    const text = inflateSync(packed, { maxOutputLength: MOST_BYTES }).toString('utf8');
    const [header] = text.split('\n\n');
    const [, seconds] = header.match(/^committer .*> (\d{1,12}) [+-]\d{4}$/m) ?? [];
    return header.startsWith('commit ') && seconds ? new Date(Number(seconds) * 1000).toISOString() : null;
  } catch {
    return null;
  }
}

/** Lines of `student,time`; a first line of names is passed over. @throws InputError naming the line */
export function readSubmittedTimes(file: string): Map<string, string> {
  let rows: string[][];
  try {
    rows = parse(readFileSync(file, 'utf8'), {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    });
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`);
  }
  const times = new Map<string, string>();
  for (const [i, [student, time = '']] of rows.entries()) {
    const at = Date.parse(time);
    const isInstant = /T\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/.test(time) && !Number.isNaN(at);
    if (!isInstant && i === 0 && !/\d/.test(time)) continue;
    if (!isInstant) {
      throw new InputError(
        `${file}: line ${i + 1}: "${time}" is no time with a zone, such as 2027-02-15T23:59:00+01:00`,
      );
    }
    if (times.has(student)) throw new InputError(`${file}: line ${i + 1}: ${student} is there twice`);
    times.set(student, new Date(at).toISOString());
  }
  return times;
}

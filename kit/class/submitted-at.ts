/** When a submission was handed in: as the platform or the instructor says, else as its commit does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { InputError } from '../course/input-error.ts';
import { commitOf } from '../grade/submission-id.ts';
import { readCommit } from './git-commit.ts';

/** The checked-out commit's date, as its author's machine wrote it; null where it cannot be told. */
export function commitDateOf(folder: string): string | null {
  const hash = commitOf(folder);
  const commit = hash && readCommit(join(folder, '.git'), hash);
  if (!commit) return null;
  const [header] = commit.split('\n\n');
  const [, seconds] = header.match(/^committer .*> (\d{1,12}) [+-]\d{4}$/m) ?? [];
  return seconds ? new Date(Number(seconds) * 1000).toISOString() : null;
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
    const isInstant = /T\d\d:\d\d[\d:.,]*(Z|[+-]\d\d:\d\d)$/.test(time) && !Number.isNaN(at);
    if (!isInstant && i === 0 && !/\d/.test(time)) continue;
    if (!isInstant) {
      throw new InputError(
        `${file}: line ${i + 1}: "${time}" is not a time with a zone, such as 2027-02-15T23:59:00+01:00`,
      );
    }
    if (times.has(student)) throw new InputError(`${file}: line ${i + 1}: ${student} is there twice`);
    times.set(student, new Date(at).toISOString());
  }
  return times;
}

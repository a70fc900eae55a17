/** When a submission was handed in: as the platform or the instructor says, else as its commit does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { InputError } from '../course/input-error.ts';
import { readCommit } from './git-commit.ts';

/** A commit's date, as its author's machine wrote it; null where it cannot be told. @param folder holds the `.git` */
export function dateOf(folder: string, hash: string): string | null {
  const commit = readCommit(join(folder, '.git'), hash);
  if (!commit) return null;
  const [header] = commit.split('\n\n');
  const [, seconds] = header.match(/^committer .*> (\d{1,12}) [+-]\d{4}$/m) ?? [];
  return seconds ? new Date(Number(seconds) * 1000).toISOString() : null;
}

/** As the course's own file, and as spreadsheets write it where a comma is for decimals. */
const DELIMITERS = [',', ';', '\t'];

/**
 * Lines of `student,time`; a first line of names is passed over.
 * @throws InputError naming the line; or where no time is read, since a file that is not understood is no file
 */
export function readSubmittedTimes(file: string): Map<string, string> {
  const rows = rowsOf(file);
  const times = new Map<string, string>();
  for (const [i, [student, time = '']] of rows.entries()) {
    const at = Date.parse(time);
    if (!isInstant(time) && i === 0 && !/\d/.test(time)) continue;
    if (!isInstant(time)) {
      throw new InputError(
        `${file}: line ${i + 1}: "${time}" is not a time with a zone, such as 2027-02-15T23:59:00+01:00`,
      );
    }
    if (student === '') throw new InputError(`${file}: line ${i + 1}: there is a time, but no student`);
    if (times.has(student)) throw new InputError(`${file}: line ${i + 1}: ${student} is there twice`);
    times.set(student, new Date(at).toISOString());
  }
  if (times.size === 0) {
    throw new InputError(`${file}: there is no time in it; expected lines such as ada,2027-02-15T23:59:00+01:00`);
  }
  return times;
}

function isInstant(time = ''): boolean {
  return /T\d\d:\d\d[\d:.,]*(Z|[+-]\d\d:\d\d)$/.test(time) && !Number.isNaN(Date.parse(time));
}

/** Parted by what leaves the most times: a name may have a comma in it. */
function rowsOf(file: string): string[][] {
  try {
    const text = textIn(readFileSync(file));
    const ways = DELIMITERS.filter((delimiter, i) => i === 0 || text.includes(delimiter)).map((delimiter) => {
      const options = { delimiter, bom: true, trim: true, skip_empty_lines: true, relax_column_count: true };
      const rows: string[][] = parse(text, options);
      return { rows, times: rows.filter(([, time]) => isInstant(time)).length };
    });
    return ways.reduce((best, way) => (way.times > best.times ? way : best)).rows;
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** A spreadsheet's "Unicode text" is UTF-16, which begins with a mark. */
function textIn(bytes: Buffer): string {
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8').decode(bytes);
}

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { type Correction, correctGradebook, readCorrections, writeCorrections } from '../class/corrections.ts';
import { lockFolder } from '../class/lock.ts';
import { runPaths, setGradebookAside } from '../class/run-folder.ts';
import { InputError } from '../course/input-error.ts';
import type { Gradebook, GradebookEntry } from '../report/gradebook.ts';
import { isGradebook, readGrades } from '../report/read.ts';
import { findName } from '../roster/same-name.ts';
import { plain } from '../text/plain.ts';
import { writeResults } from './grade-all.ts';

interface Options {
  points?: string;
  because?: string;
  withdraw?: boolean;
  grades?: string;
}

export async function run(student: string, options: Options): Promise<number> {
  const asked = askedFor(options);
  const out = options.grades ?? onlyGradesHere();
  const { gradebook: file } = runPaths(out);
  if (!existsSync(file))
    throw new InputError(`"${out}" has no gradebook.json; name the --out folder of a finished grade-all with --grades`);
  const unlock = lockFolder(out);
  try {
    const gradebook = readGrades(file);
    if (!isGradebook(gradebook)) throw new InputError(`${file} is not a gradebook; name another folder with --grades`);
    const before = entryOf(gradebook, student, file);
    const corrections = changed(readCorrections(out), before.student, asked);
    const corrected = correctGradebook(gradebook, corrections);
    // First, so that a regrade has it whatever happens next.
    writeCorrections(out, corrections);
    setGradebookAside(out);
    writeResults(out, corrected);
    process.stdout.write(said(before, entryOf(corrected, before.student, file), asked));
  } finally {
    unlock();
  }
  return 0;
}

/** Null to take back what was corrected. */
type Asked = { points: number; because: string } | null;

function askedFor({ points, because, withdraw }: Options): Asked {
  if (withdraw) {
    if (points !== undefined || because !== undefined)
      throw new InputError('--withdraw takes corrections back; remove --points and --because, or --withdraw');
    return null;
  }
  if (points === undefined || !/^[+-]?\d{1,6}$/.test(points) || Number(points) === 0)
    throw new InputError(
      `--points takes the whole number of points to add, such as 2 or -3${points === undefined ? '' : `, not "${points}"`}`,
    );
  const reason = plain(because ?? '').trim();
  if (reason === '') throw new InputError('--because is missing: say why; students read it on their page');
  return { points: Number(points), because: reason };
}

/** @throws InputError that names the folders there are, where it is not clear which is meant */
function onlyGradesHere(): string {
  if (existsSync(runPaths('.').gradebook)) return '.';
  const folders = readdirSync('.').filter(
    (name) => statSync(name, { throwIfNoEntry: false })?.isDirectory() && existsSync(join(name, 'gradebook.json')),
  );
  if (folders.length === 1) return folders[0];
  const there = folders.length > 0 ? `; there are ${folders.join(', ')}` : '';
  throw new InputError(`name the folder with the grades by --grades${there}`);
}

function entryOf({ entries }: Gradebook, student: string, file: string): GradebookEntry {
  const names = entries.map((entry) => entry.student);
  const found = findName(names, student);
  if (found) return entries[found.index];
  const hint = names.length > 0 ? `; did you mean "${plain(closest(student, names))}"?` : '';
  throw new InputError(`${file} has no student "${plain(student)}"${hint}`);
}

function changed(corrections: Correction[], student: string, asked: Asked): Correction[] {
  if (asked) return [...corrections, { student, ...asked, at: new Date().toISOString() }];
  const own = corrections.filter((correction) => findName([student], correction.student));
  if (own.length === 0) throw new InputError(`"${plain(student)}" has no correction to take back`);
  return corrections.filter((correction) => !own.includes(correction));
}

function said(
  { score: was }: GradebookEntry,
  { student, score, maxScore, corrected }: GradebookEntry,
  asked: Asked,
): string {
  const who = plain(student);
  if (score === null) return `${who} has no grade yet; the correction is kept and counts once there is one.\n`;
  const added = corrected?.because.at(-1)?.points;
  const cut =
    asked && added !== asked.points
      ? ` A grade stays from 0 to ${maxScore}, so ${added} of ${asked.points} points count.`
      : '';
  return `${who}: ${was} → ${score} of ${maxScore}.${cut}\n`;
}

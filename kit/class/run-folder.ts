/** The folder that a run writes: its journal, its gradebook, a report a student, and what all of them were judged with. */
import { createHash, randomBytes, scryptSync } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../course/input-error.ts';
import { writeWhole } from '../files/write-whole.ts';
import { plain } from '../text/plain.ts';

export interface RunSettings {
  schema: 'attention-kit/run/v1';
  assignment: string | null;
  exercises: string[];
  backend: string;
  timeout: number;
  /** Hash of the graders and the kit. */
  graders: string;
  /** Hash of the course's secret: tells two apart and gives neither away. */
  seed: string;
  shard: Shard | null;
  /** Of this run or shard. */
  students: string[];
  /** Hash of who is in the whole class, and what and when each handed in: shards of another class do not go together. */
  class: string;
}

/** The i-th of n, counted from 1. */
export interface Shard {
  index: number;
  count: number;
}

export const runPaths = (out: string) => ({
  journal: join(out, 'journal.jsonl'),
  gradebook: join(out, 'gradebook.json'),
  /** The one before, for `kit diff`. */
  previous: join(out, 'gradebook.previous.json'),
  reports: join(out, 'reports'),
  corrections: join(out, 'corrections.json'),
  settings: join(out, 'run.json'),
  seed: join(out, 'seed'),
  scratch: join(out, 'unpacked'),
});

export function readSettings(out: string): RunSettings | null {
  const file = runPaths(out).settings;
  if (!existsSync(file)) return null;
  try {
    const settings = JSON.parse(readFileSync(file, 'utf8')) as RunSettings;
    if (settings.schema === 'attention-kit/run/v1') return settings;
  } catch {
    // Said below.
  }
  throw new InputError(`${file} was not written by this kit; give another folder`);
}

export function writeSettings(out: string, settings: RunSettings): void {
  writeWhole(runPaths(out).settings, `${JSON.stringify(settings, null, 2)}\n`, { isPrivate: true });
}

/**
 * Before anything in the folder is changed. @throws InputError where it holds grades that the new ones would replace
 * though they are of something else. Other rules for the same exercises are none: what was judged stays, and so does the
 * gradebook before.
 */
export function refuseOtherRun(
  out: string,
  earlier: Pick<RunSettings, 'exercises' | 'shard' | 'students'> | null,
  now: Pick<RunSettings, 'exercises' | 'shard'> & { everybody: string[] },
): void {
  if (!earlier) return;
  const holds = (what: string) => new InputError(`"${out}" holds the grades of ${what}; name another --out`);
  const partOf = (shard: Shard | null) => (shard ? `shard ${shard.index}/${shard.count}` : 'the whole class');
  if (JSON.stringify(earlier.exercises) !== JSON.stringify(now.exercises)) throw holds('other exercises');
  if (JSON.stringify(earlier.shard) !== JSON.stringify(now.shard)) throw holds(partOf(earlier.shard));
  const here = new Set(now.everybody);
  if (earlier.students.length > 0 && !earlier.students.some((student) => here.has(student)))
    throw holds(`another class, with ${plain(earlier.students[0])} in it`);
}

/** A gradebook beside a run that was stopped would pass for its result. It is kept under another name. */
export function setGradebookAside(out: string): void {
  const { gradebook, previous } = runPaths(out);
  if (existsSync(gradebook)) renameSync(gradebook, previous);
}

/** @returns whether the grades are the same as before; then the one before is not kept */
export function dropSamePrevious(out: string): boolean {
  const { gradebook, previous } = runPaths(out);
  if (!existsSync(previous) || !readFileSync(previous).equals(readFileSync(gradebook))) return false;
  rmSync(previous);
  return true;
}

/**
 * The course's secret for this run: as given, else as drawn when the run began, which only its owner may read.
 * @throws InputError where the run began with another, and what it judged would not count
 */
export function secretOf(out: string, given: string | undefined, anew: boolean): { secret: string; drawn: boolean } {
  const file = runPaths(out).seed;
  const before = readSettings(out)?.seed;
  const stored = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  const secret = given ?? stored;
  if (secret === undefined && before !== undefined) {
    throw new InputError(`"${out}" was started with a --seed; give the same one, or another --out`);
  }
  if (secret !== undefined && before !== undefined && hashOfSecret(secret) !== before && !anew) {
    throw new InputError(
      `"${out}" was started with another seed; give that one, or another --out, or judge all again with --regrade all`,
    );
  }
  if (secret !== undefined) return { secret, drawn: false };
  const drawn = randomBytes(32).toString('hex');
  writeWhole(file, `${drawn}\n`, { isPrivate: true });
  return { secret: drawn, drawn: true };
}

/** Slow to make, so that guessing a course's secret from it is slow too. */
export function hashOfSecret(secret: string): string {
  return scryptSync(secret, 'attention-kit/run/v1', 16).toString('hex');
}

/**
 * Each student's file: any name in, one safe name out, and never the same for two, on a disk that does not tell upper from
 * lower case either.
 */
export function reportFiles(out: string, students: string[]): string[] {
  const names = students.map(safeName);
  const count = new Map<string, number>();
  for (const name of names) count.set(name.toLowerCase(), (count.get(name.toLowerCase()) ?? 0) + 1);
  return names.map((name) => {
    const isAlone = count.get(name.toLowerCase()) === 1;
    return join(runPaths(out).reports, `${isAlone ? name : `${name}%-${hashOfName(name)}`}.json`);
  });
}

const hashOfName = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);

function safeName(student: string): string {
  const name = [...Buffer.from(student)]
    .map((byte) => String.fromCharCode(byte))
    .map((c, i) =>
      /[A-Za-z0-9_@ -]/.test(c) || (c === '.' && i > 0) ? c : `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
    )
    .join('');
  return name.length <= 200 ? name : `${name.slice(0, 150)}%-${hashOfName(name)}`;
}

export function clearScratch(out: string): void {
  rmSync(runPaths(out).scratch, { recursive: true, force: true });
}

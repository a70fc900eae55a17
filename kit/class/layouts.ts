/**
 * Who handed in what, from the names in a class's folder alone. Each rule is one layout that a platform makes:
 *
 *   Gradescope         submission_metadata.yml says whose each submission_<number> is, and when it came
 *   Moodle             Full Name_12345_assignsubmission_file_, a folder, or a zip file with its own name after that
 *   GitHub Classroom   <assignment>-submissions/<assignment>-<user>
 *   Classroom 50       <classroom>-<assignment>-<user>, where the assignment is given
 *   anything else      a folder or zip file a student, named for the student
 *
 * A student's folder that holds nothing but folders named for moments holds several submissions. What begins with a
 * dot, and links, are nobody's. A prefix is taken off a name only where the folder's own name or the user says it: what
 * all names happen to share would change with the next student, and with it who everybody is.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { InputError } from '../course/input-error.ts';
import { readGradescopeMetadata } from './gradescope.ts';

export interface Submission {
  student: string;
  /** The folder or zip file, relative to the class's folder. */
  submission: string;
  /** As ISO 8601 in UTC, where the layout says it. */
  submittedAt: string | null;
}

export interface LayoutOptions {
  /** The assignment as it is called in the folders' names. */
  assignment?: string;
  /** Taken off every name. */
  prefix?: string;
}

interface Entry {
  name: string;
  /** Without the ending of a zip file. */
  stem: string;
  isFolder: boolean;
}

const METADATA = 'submission_metadata.yml';
/** The full name is the shortest that fits: what a file is called after it, its student chose. */
const MOODLE = /^(.+?)_(\d+)_assignsubmission_(file|onlinetext)(_.*)?$/;
/** As ISO 8601, with what file systems refuse left out or replaced: 2027-02-15T21-04-59Z. */
const MOMENT = /^(\d{4}-\d\d-\d\d)T(\d\d)[-:_]?(\d\d)[-:_]?(\d\d)Z$/;

/** Sorted by student, then by submission. @throws InputError where there is nothing, or a name does not fit the prefix */
export function findSubmissions(folder: string, options: LayoutOptions = {}): Submission[] {
  const entries = entriesOf(folder);
  const found = entries.some(({ name }) => name === METADATA)
    ? gradescope(folder, entries)
    : named(folder, entries.filter(isSubmission), options);
  if (found.length === 0) {
    throw new InputError(`"${folder}" has no submissions in it; each is a folder or a zip file named for its student`);
  }
  return found.sort((a, b) => compare(a.student, b.student) || compare(a.submission, b.submission));
}

/** Files that are not submissions: neither a zip file nor what a platform writes about the submissions. */
export function strayFiles(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => (isSubmission(entry) || entry.name === METADATA ? [] : [entry.name]));
}

/** By code units: the same order on every machine. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function entriesOf(folder: string): Entry[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && entry.name !== '__MACOSX')
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .map((entry) => ({
      name: entry.name,
      stem: entry.isDirectory() ? entry.name : entry.name.replace(/\.zip$/i, ''),
      isFolder: entry.isDirectory(),
    }))
    .sort((a, b) => compare(a.name, b.name));
}

const isSubmission = ({ name, isFolder }: Entry): boolean => isFolder || /\.zip$/i.test(name);

function gradescope(folder: string, entries: Entry[]): Submission[] {
  const file = join(folder, METADATA);
  const owners = readGradescopeMetadata(readFileSync(file, 'utf8'), file);
  return entries.filter(isSubmission).flatMap(({ name, stem }) => {
    const owner = owners.get(stem);
    if (!owner) throw new InputError(`${file} does not say whose ${name} is; export the submissions again`);
    return owner.students.map((student) => ({ student, submission: name, submittedAt: owner.submittedAt }));
  });
}

function named(folder: string, entries: Entry[], options: LayoutOptions): Submission[] {
  if (entries.length > 0 && entries.every(({ stem }) => MOODLE.test(stem))) return moodle(entries);
  const userOf = naming(folder, entries, options);
  return entries.flatMap((entry): Submission | Submission[] => {
    const student = userOf(entry.stem);
    const moments = entry.isFolder ? momentsIn(folder, entry.name) : [];
    if (moments.length === 0) return { student, submission: entry.name, submittedAt: null };
    return moments.map(({ name, at }) => ({ student, submission: `${entry.name}/${name}`, submittedAt: at }));
  });
}

function moodle(entries: Entry[]): Submission[] {
  const read = entries.map(({ name, stem }) => {
    const [, fullName, number, kind] = stem.match(MOODLE) as RegExpMatchArray;
    return { name, fullName, number, kind };
  });
  const files = read.filter(({ kind }) => kind === 'file');
  return files.map(({ name, fullName, number }) => {
    const isShared = files.some((other) => other.fullName === fullName && other.number !== number);
    return { student: isShared ? `${fullName}_${number}` : fullName, submission: name, submittedAt: null };
  });
}

/** What takes the user's name out of a folder's. */
function naming(folder: string, entries: Entry[], { assignment, prefix }: LayoutOptions): (stem: string) => string {
  const all = (test: (stem: string) => boolean) => entries.length > 0 && entries.every(({ stem }) => test(stem));
  const begins = (start: string) => (stem: string) => stem.startsWith(start) && stem.length > start.length;
  if (prefix !== undefined) {
    const stray = entries.find(({ stem }) => !begins(prefix)(stem));
    if (stray)
      throw new InputError(`"${stray.name}" does not begin with "${prefix}"; move it away, or correct --prefix`);
    return (stem) => stem.slice(prefix.length);
  }
  const [, fromFolder] = basename(resolve(folder)).match(/^(.+)-submissions$/) ?? [];
  for (const name of [assignment, fromFolder]) {
    if (name !== undefined && all(begins(`${name}-`))) return (stem) => stem.slice(name.length + 1);
  }
  const classroom = assignment === undefined ? undefined : entries[0]?.stem.split(`-${assignment}-`)[0];
  const start = `${classroom}-${assignment}-`;
  return all(begins(start)) ? (stem) => stem.slice(start.length) : (stem) => stem;
}

function momentsIn(folder: string, name: string): { name: string; at: string }[] {
  const entries = entriesOf(join(folder, name)).filter(isSubmission);
  const moments = entries.map((entry) => ({ name: entry.name, at: momentOf(entry.stem) }));
  return moments.every((moment): moment is { name: string; at: string } => moment.at !== null) ? moments : [];
}

function momentOf(name: string): string | null {
  const [, day, hours, minutes, seconds] = name.match(MOMENT) ?? [];
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

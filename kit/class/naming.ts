/** Whose a folder or zip file is, by its name. Each name is read for itself; where that does not hold, it is said. */
import { InputError } from '../course/input-error.ts';
import { readable } from './file-names.ts';

export interface LayoutOptions {
  /** The assignment as it is called in the folders' names. */
  assignment?: string;
  /** Taken off every name. */
  prefix?: string;
}

export interface Note {
  says: string;
  /** As they are called in the folder or by the platform. */
  names: string[];
}

export interface NamedEntry {
  name: string;
  /** Without the ending of a zip file. */
  stem: string;
}

export interface Naming {
  /** None where it is nobody's; several where it is a group's. */
  ownersOf: (entry: NamedEntry) => Owned[];
  notes: Note[];
}

interface Owned {
  student: string;
  submittedAt: string | null;
}

/** The full name is the shortest that fits: what a file is called after it, its student chose. */
const MOODLE = /^(.+?)_(\d+)_assignsubmission_(file|onlinetext)(_.*)?$/;
/** The name as Canvas sorts it, without blanks; the person's number, the file's, and what the file was called. */
const CANVAS = /^([^_]+)_(LATE_)?(\d+)_(\d+)_.+$/;

export function namingFor(entries: NamedEntry[], options: LayoutOptions & { folder: string }): Naming {
  if (options.prefix !== undefined) return byPrefix(entries, options.prefix);
  const ofMoodle = entries.filter(looksLikeMoodle);
  if (ofMoodle.length * 2 > entries.length) return moodle(entries);
  const others = entries.filter((entry) => !looksLikeMoodle(entry));
  const rest = isCanvas(others) ? canvas(others) : byStart(others, options);
  if (ofMoodle.length === 0) return rest;
  const { ownersOf, notes } = moodle(ofMoodle);
  const says = 'These are named as Moodle names them and the others are not; they are graded under their full names';
  return {
    ownersOf: (entry) => (looksLikeMoodle(entry) ? ownersOf(entry) : rest.ownersOf(entry)),
    notes: [...notes, ...rest.notes, { says, names: namesOf(ofMoodle) }],
  };
}

const looksLikeMoodle = ({ stem }: NamedEntry) => MOODLE.test(stem);

const one = (student: string): Owned[] => [{ student, submittedAt: null }];
const namesOf = (entries: NamedEntry[]) => entries.map(({ name }) => readable(name));

function byPrefix(entries: NamedEntry[], prefix: string): Naming {
  const stray = entries.find(({ stem }) => !begins(stem, prefix));
  if (stray)
    throw new InputError(
      `"${readable(stray.name)}" does not begin with "${prefix}"; move it away, or correct --prefix`,
    );
  return { ownersOf: ({ stem }) => one(stem.slice(prefix.length)), notes: [] };
}

const begins = (stem: string, start: string) => stem.startsWith(start) && stem.length > start.length;

function moodle(entries: NamedEntry[]): Naming {
  const read = entries.flatMap(({ stem }) => {
    const [, fullName, number, kind] = stem.match(MOODLE) ?? [];
    return fullName === undefined ? [] : [{ fullName, number, kind }];
  });
  const files = read.filter(({ kind }) => kind === 'file');
  const isShared = (name: string, number: string) =>
    files.some((other) => other.fullName === name && other.number !== number);
  const shared = files.filter(({ fullName, number }) => isShared(fullName, number));
  const typed = read.filter(({ kind, number }) => kind !== 'file' && !files.some((file) => file.number === number));
  return {
    ownersOf: ({ stem }) => {
      const [, fullName, number, kind] = stem.match(MOODLE) ?? [];
      if (fullName === undefined) return one(stem);
      if (kind !== 'file') return [];
      return one(isShared(fullName, number) ? `${fullName}_${number}` : fullName);
    },
    notes: [
      {
        says: 'These share a full name, so each is graded as the name with its number',
        names: [...new Set(shared.map(({ fullName, number }) => `${readable(fullName)}_${number}`))],
      },
      {
        says: 'Not graded, since these typed text and handed in no file',
        names: typed.map(({ fullName }) => readable(fullName)),
      },
      wholeNames('are not named as Moodle names the others', entries, looksLikeMoodle),
    ],
  };
}

/** Other names may happen to look so; Canvas makes all of them so, but for what a person put there. */
const isCanvas = (entries: NamedEntry[]) => entries.filter(looksLikeCanvas).length * 2 > entries.length;
const looksLikeCanvas = ({ stem }: NamedEntry) => CANVAS.test(stem);

function canvas(entries: NamedEntry[]): Naming {
  const late = entries.filter(({ stem }) => stem.match(CANVAS)?.[2] !== undefined);
  return {
    ownersOf: ({ stem }) => {
      const [, name, , number] = stem.match(CANVAS) ?? [];
      return one(name === undefined ? stem : `${name}_${number}`);
    },
    notes: [
      {
        says: 'Canvas marks these as late and does not say by how much; give the times with --submitted',
        names: late.map(({ stem }) => stem.replace(CANVAS, '$1_$3')),
      },
      wholeNames('are not named as Canvas names the others', entries, looksLikeCanvas),
    ],
  };
}

/** Where a start is taken off some names, the others are told: what they are called is theirs alone, but may surprise. */
function wholeNames(what: string, entries: NamedEntry[], fits: (entry: NamedEntry) => boolean): Note {
  const others = entries.filter((entry) => !fits(entry));
  return {
    says: `These ${what}, and are graded under their whole names`,
    names: others.length < entries.length ? namesOf(others) : [],
  };
}

/** GitHub Classroom names its folder for the assignment; else the user says how it is called. What fits most names is taken off. */
function byStart(entries: NamedEntry[], { folder, assignment }: LayoutOptions & { folder: string }): Naming {
  const [, fromFolder] = folder.match(/^(.+)-submissions(?: ?\(\d+\))?$/) ?? [];
  const starts = [...new Set([assignment, fromFolder].flatMap((name) => (name === undefined ? [] : [`${name}-`])))];
  const counts = [...starts, ...classroomStarts(entries, assignment)].map((start) => ({
    start,
    count: entries.filter(({ stem }) => begins(stem, start)).length,
  }));
  const [first, second] = counts.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const alike: Note = {
    says: 'These look as if Canvas had named them, but most do not; all are graded under their whole names',
    names: namesOf(entries.filter(looksLikeCanvas)),
  };
  if (!first) return { ownersOf: ({ stem }) => one(stem), notes: [alike] };
  const { start } = first;
  if (second?.count === first.count && !second.start.startsWith(start) && !start.startsWith(second.start)) {
    throw new InputError(
      `as many names begin with "${start}" as with "${second.start}"; name the one to take off with --prefix, and grade the others in a folder of their own`,
    );
  }
  return {
    ownersOf: ({ stem }) => one(begins(stem, start) ? stem.slice(start.length) : stem),
    notes: [wholeNames(`do not begin with "${start}" as the others do`, entries, ({ stem }) => begins(stem, start))],
  };
}

/** `<classroom>-<assignment>-`, of each classroom that there is. */
function classroomStarts(entries: NamedEntry[], assignment: string | undefined): string[] {
  if (assignment === undefined) return [];
  const starts = entries.flatMap(({ stem }) => {
    const at = stem.indexOf(`-${assignment}-`);
    return at > 0 ? [stem.slice(0, at + assignment.length + 2)] : [];
  });
  return [...new Set(starts)];
}

/**
 * Who handed in what, from the names in a class's folder alone. Each rule is one layout that a platform makes:
 *
 *   Gradescope         submission_metadata.yml says whose each submission_<number> is, and when it came
 *   Moodle             Full Name_12345_assignsubmission_file_, a folder, or a zip file with its own name after that
 *   Canvas             lovelaceada_101_55501_file.zip, or lovelaceada_LATE_101_55501_file.zip
 *   GitHub Classroom   <assignment>-submissions/<assignment>-<user>
 *   Classroom 50       <classroom>-<assignment>-<user>, where the assignment is given
 *   anything else      a folder or zip file a student, named for the student
 *
 * A student's folder that holds nothing but folders named for moments holds several submissions, where at least half of
 * the class has such. What begins with a
 * dot, and links, are nobody's. A rule looks at one name, at the folder's own and at what the user says, and never at what
 * all names happen to share: that would change with the next student, and with it who everybody is. What does not fit is
 * said, and so is everything that is nobody's.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { InputError } from '../course/input-error.ts';
import { isOfTheMachine } from './entries.ts';
import { bytesOf, isUtf8, nameOf, readable } from './file-names.ts';
import { readGradescopeMetadata } from './gradescope.ts';
import { type LayoutOptions, type NamedEntry, type Naming, type Note, namingFor } from './naming.ts';

export type { LayoutOptions, Note } from './naming.ts';

export interface Submission {
  student: string;
  /** The folder or zip file, relative to the class's folder; bytes that are not UTF-8 as in `file-names.ts`. */
  submission: string;
  /** As ISO 8601 in UTC, where the layout says it. */
  submittedAt: string | null;
}

export interface ClassFolder {
  /** Sorted by student, then by submission. */
  submissions: Submission[];
  /** What the instructor should know of the others: sentences that name them. */
  notes: Note[];
}

interface Listed extends NamedEntry {
  kind: 'folder' | 'zip' | 'other' | 'link';
}

const METADATA = 'submission_metadata.yml';
/** As ISO 8601, with what file systems refuse left out or replaced: 2027-02-15T21-04-59Z. */
const MOMENT = /^(\d{4}-\d\d-\d\d)T(\d\d)[-:_]?(\d\d)[-:_]?(\d\d)Z$/;
/** What systems and tools keep in any folder. */
const NOBODYS =
  /^(\.DS_Store|\.localized|\.git|\.gitignore|\.Spotlight-V100|\.Trashes|\.fseventsd|\.vscode|\.idea|\._.*|__MACOSX|Thumbs\.db|desktop\.ini)$/i;

export const findSubmissions = (folder: string, options: LayoutOptions = {}): Submission[] =>
  readClass(folder, options).submissions;

/** @throws InputError where there is nothing, or a name does not fit the prefix */
export function readClass(folder: string, options: LayoutOptions = {}): ClassFolder {
  const all = listedIn(folder).filter(({ name }) => !NOBODYS.test(name));
  const entries = all.filter(({ name }) => !name.startsWith('.'));
  const handedIn = entries.filter(({ kind }) => kind === 'folder' || kind === 'zip');
  const named = (which: (entry: Listed) => boolean) => all.filter(which).map(({ name }) => readable(name));
  const notes: Note[] = [
    {
      says: 'Not graded, since they are not folders or zip files',
      names: named(({ name, kind }) => kind === 'other' && !name.startsWith('.') && name !== METADATA),
    },
    { says: 'Not graded, since they are links', names: named(({ kind }) => kind === 'link') },
    {
      says: 'Not graded, since their names begin with a dot',
      names: named(({ name, kind }) => name.startsWith('.') && (kind === 'folder' || kind === 'zip')),
    },
  ];
  refuseOuter(folder, handedIn);
  const hasMetadata = entries.some(({ name, kind }) => name === METADATA && kind === 'other');
  const naming = hasMetadata
    ? gradescope(folder, handedIn)
    : namingFor(handedIn, { ...options, folder: nameFor(folder) });
  const isDated = areDated(folder, handedIn);
  const submissions = handedIn.flatMap((entry) => submissionsIn(folder, entry, naming, isDated));
  if (submissions.length === 0) throw new InputError(nothingIn(folder, notes));
  return {
    submissions: submissions.sort((a, b) => compare(a.student, b.student) || compare(a.submission, b.submission)),
    notes: [...notes, ...naming.notes, oddNames(submissions)].filter(({ names }) => names.length > 0),
  };
}

/** By code units: the same order on every machine. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const nameFor = (folder: string) => basename(resolve(folder));

function nothingIn(folder: string, notes: Note[]): string {
  const [{ says, names } = { says: '', names: [] }] = notes.filter((note) => note.names.length > 0);
  const there = names.length > 0 ? `. ${says}: ${names.slice(0, 5).join(', ')}` : '';
  return `"${folder}" has no submissions in it; each is a folder or a zip file named for its student${there}`;
}

/** What a platform packs has often a folder around it, which is nobody's. @throws InputError */
function refuseOuter(folder: string, entries: Listed[]): void {
  const [only, ...more] = entries;
  if (more.length > 0 || only?.kind !== 'folder') return;
  const inner = join(folder, only.name);
  if (/-submissions$/.test(only.name) || existsSync(join(inner, METADATA)))
    throw new InputError(`"${folder}" has the class in a folder of its own; name that: "${readable(inner)}"`);
}

/** Whether it is the class that has folders for moments, and not a student who so would choose the time of a hand-in. */
function areDated(folder: string, entries: Listed[]): boolean {
  const dated = entries.filter(({ kind, name }) => kind === 'folder' && momentsIn(join(folder, name)).length > 0);
  return dated.length * 2 >= entries.length;
}

function submissionsIn(folder: string, entry: Listed, naming: Naming, isDated: boolean): Submission[] {
  return naming.ownersOf(entry).flatMap(({ student, submittedAt }) => {
    const mayBeDated = isDated && entry.kind === 'folder' && submittedAt === null;
    const moments = mayBeDated ? momentsIn(join(folder, entry.name)) : [];
    if (moments.length === 0) return [{ student: readable(student), submission: entry.name, submittedAt }];
    return moments.map(({ name, at }) => ({
      student: readable(student),
      submission: `${entry.name}/${name}`,
      submittedAt: at,
    }));
  });
}

function oddNames(submissions: Submission[]): Note {
  const odd = submissions.filter(({ submission }) => !isUtf8(submission));
  const names = odd.map(({ student }) => student);
  return {
    says: 'The names of these folders are not UTF-8; rename the folders if the students are not called so',
    names,
  };
}

/** @throws InputError where the folder cannot be read */
function listedIn(folder: string): Listed[] {
  try {
    return listing(folder);
  } catch (error) {
    if (isOfTheMachine(error)) throw error;
    throw new InputError(`"${folder}" cannot be read: ${(error as Error).message}`);
  }
}

function listing(folder: string): Listed[] {
  return readdirSync(bytesOf(folder), { withFileTypes: true, encoding: 'buffer' as unknown as 'utf8' })
    .map((entry): Listed => {
      const name = nameOf(entry.name as unknown as Buffer);
      const isZip = entry.isFile() && /\.zip$/i.test(name);
      const kind = entry.isDirectory() ? 'folder' : isZip ? 'zip' : entry.isSymbolicLink() ? 'link' : 'other';
      return { name, stem: isZip ? name.slice(0, -'.zip'.length) : name, kind };
    })
    .sort((a, b) => compare(a.name, b.name));
}

/** What the metadata does not know is nobody's, unless Gradescope made it. */
function gradescope(folder: string, entries: Listed[]): Naming {
  const file = join(folder, METADATA);
  const { owners, withoutOwner } = readGradescopeMetadata(readFileSync(file, 'utf8'), file);
  const there = new Set(entries.map(({ stem }) => stem));
  const isOurs = ({ stem }: NamedEntry) => withoutOwner.includes(stem) || /^submission_\d+$/.test(stem);
  const unknown = entries.filter(({ stem }) => !owners.has(stem));
  const gone = [...owners].filter(([stem]) => !there.has(stem));
  return {
    ownersOf: (entry) => {
      const owner = owners.get(entry.stem);
      if (owner) return owner.students.map((student) => ({ student, submittedAt: owner.submittedAt }));
      return isOurs(entry) ? [{ student: entry.stem, submittedAt: null }] : [];
    },
    notes: [
      {
        says: `Missing: ${METADATA} names these, but their folders are not here; export the submissions again`,
        names: [
          ...gone.map(([stem, { students }]) => `${stem} (${students.join(', ')})`),
          ...withoutOwner.filter((stem) => !there.has(stem)),
        ],
      },
      {
        says: `${METADATA} does not say whose these are, so they are graded under the names of their folders`,
        names: unknown.filter(isOurs).map(({ stem }) => stem),
      },
      {
        says: `Not graded, since ${METADATA} does not name them`,
        names: unknown.filter((entry) => !isOurs(entry)).map(({ name }) => readable(name)),
      },
    ],
  };
}

/** A folder that cannot be read is told when it is to be graded. */
function momentsIn(folder: string): { name: string; at: string }[] {
  let entries: Listed[];
  try {
    entries = listing(folder).filter(({ kind, name }) => (kind === 'folder' || kind === 'zip') && !/^[._]/.test(name));
  } catch (error) {
    if (isOfTheMachine(error)) throw error;
    return [];
  }
  const moments = entries.map((entry) => ({ name: entry.name, at: momentOf(entry.stem) }));
  return moments.every((moment): moment is { name: string; at: string } => moment.at !== null) ? moments : [];
}

function momentOf(name: string): string | null {
  const [, day, hours, minutes, seconds] = name.match(MOMENT) ?? [];
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

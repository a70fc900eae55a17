/** What was handed in, made ready to be graded: the exercises found, and taken out; and when they were committed. */
import { lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { committed, type Level } from './committed.ts';
import { type Entry, NotTaken, Unreadable } from './entries.ts';
import { bytesOf, shown } from './file-names.ts';
import { folderEntries } from './folder-entries.ts';
import { listed, noPlace, placeOf } from './place.ts';
import { type Staged, stage } from './stage.ts';
import { withZip } from './unzip.ts';

export interface HandIn extends Staged {
  /** Holds `exercises/`, and nothing else. */
  folder: string;
  /** The commit that is graded; null where there is none. */
  commit: string | null;
  /** When that commit was made, as ISO 8601 in UTC; null where it is not known. */
  committedAt: string | null;
  /** It is not the last one: that was made too late. */
  isEarlier: boolean;
}

export interface HandInOptions {
  /** Of a git repository the last commit until then is taken, where there is one, and not what is checked out. ISO 8601. */
  notAfter?: string | null;
}

/** A zip file in a zip file is looked into, and one in that. */
const MOST_NESTED = 2;
const MOST_ARCHIVES = 10;
const MOST_ARCHIVE_BYTES = 64 * 1024 * 1024;

/**
 * Runs `body` with what was handed in.
 * @param submission a folder or a zip file
 * @param scratch a folder for what is taken out; whoever made it removes what a killed run left in it
 * @throws Unreadable where no exercises are found, or none can be read; Unreachable where whoever runs this may not read it
 */
export async function withExercises<T>(
  submission: string,
  scratch: string,
  body: (handIn: HandIn) => Promise<T>,
  options: HandInOptions = {},
): Promise<T> {
  mkdirSync(scratch, { recursive: true });
  const own = mkdtempSync(join(scratch, 'hand-in-'));
  try {
    return await opened(submission, own, [], async (levels) => {
      const { commit, committedAt, earlier } = await committed(levels, { own, notAfter: options.notAfter ?? null });
      const staged = earlier && (await staging(earlier.entries, own));
      if (staged) return body({ ...staged, commit: earlier.commit, committedAt: earlier.committedAt, isEarlier: true });
      const last = await stagedFrom(levels[levels.length - 1], own);
      return body({ ...last, commit, committedAt, isEarlier: false });
    });
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** Of a commit; null where there are no exercises in it yet. */
async function staging(entries: Entry[], own: string): Promise<Taken | null> {
  try {
    return await within({ entries, path: '', folder: null }, own, [], (levels) =>
      stagedFrom(levels[levels.length - 1], own),
    );
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

/** An earlier commit was made at its own time, whenever the last one was handed in. */
export function submittedAtOf(submission: { submittedAt: string | null }, handIn: HandIn): string | null {
  return handIn.isEarlier ? handIn.committedAt : (submission.submittedAt ?? handIn.committedAt);
}

type Taken = Staged & { folder: string };

async function stagedFrom({ entries, path }: Level, own: string): Promise<Taken> {
  const folder = mkdtempSync(join(own, 'taken-'));
  return { ...(await stage(entries, path, folder)), folder };
}

type Body<T> = (levels: Level[]) => Promise<T>;

async function opened<T>(file: string, own: string, outer: Level[], body: Body<T>): Promise<T> {
  const kind = kindOf(file);
  if (kind === null) throw new Unreadable('it is neither a folder nor a zip file');
  if (kind === 'folder') return within({ entries: folderEntries(file), path: '', folder: file }, own, outer, body);
  return withZip(file, (entries) => within({ entries, path: '', folder: null }, own, outer, body));
}

/** With the place of the exercises found, here or in a zip file that is in here. */
async function within<T>(level: Level, own: string, outer: Level[], body: Body<T>): Promise<T> {
  const { entries } = level;
  const root = placeOf(entries);
  if (root !== null) return body([...outer, { ...level, path: root }]);
  // Moodle and many a student put the zip file into a folder, or into another.
  const archives = outer.length < MOST_NESTED ? entries.filter(isArchive).slice(0, MOST_ARCHIVES) : [];
  if (archives.length === 0) throw noPlace(entries);
  const looked = [];
  for (const archive of archives) looked.push(await lookInto(archive, level, own, outer));
  const good = looked.filter(({ problem }) => problem === null);
  if (good.length === 1) return opened(good[0].file, own, [...outer, { ...level, path: good[0].path }], body);
  const names = (good.length > 0 ? good : looked).map(({ path }) => shown(path));
  if (good.length > 1)
    throw new Unreadable(`${names.length} zip files have exercises/: ${listed(names)}; keep one of them`);
  if (names.length === 1) throw new Unreadable(`${names[0]}: ${looked[0].problem}`);
  throw new Unreadable(`it has no exercises/ folder, and neither have its zip files: ${listed(names)}`);
}

interface Looked {
  path: string;
  /** Where it is unpacked. */
  file: string;
  /** Null where exercises are found in it. */
  problem: string | null;
}

async function lookInto(archive: Entry, level: Level, own: string, outer: Level[]): Promise<Looked> {
  const { path } = archive;
  const file = join(mkdtempSync(join(own, 'archive-')), 'hand-in.zip');
  try {
    writeFileSync(file, await archive.read(MOST_ARCHIVE_BYTES));
    await opened(file, own, [...outer, { ...level, path }], async () => {});
    return { path, file, problem: null };
  } catch (error) {
    if (!(error instanceof NotTaken || error instanceof Unreadable)) throw error;
    return { path, file, problem: error.message };
  }
}

const isArchive = ({ path, kind }: Entry) =>
  kind === 'file' &&
  /\.zip$/i.test(path) &&
  !path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

/** Links are not followed, so they are neither. */
function kindOf(path: string): 'file' | 'folder' | null {
  const found = lstatSync(bytesOf(path), { throwIfNoEntry: false });
  return found?.isFile() ? 'file' : found?.isDirectory() ? 'folder' : null;
}

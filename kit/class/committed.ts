/**
 * Which commit a hand-in is, and when it was made. The repository is looked for from the hand-in's top down to the
 * exercises: whoever moves them down in it has moved nothing of its time. The outermost counts, since a repository cannot
 * hold another one's `.git`.
 */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { commitOf } from '../grade/submission-id.ts';
import { type Entry, NotTaken } from './entries.ts';
import { bytesOf, isUtf8 } from './file-names.ts';
import { commitEntries, lastCommitUntil } from './git-commit.ts';
import { dateOf } from './submitted-at.ts';

export interface Committed {
  /** What is checked out; null where it is not known, and so is the time. */
  commit: string | null;
  committedAt: string | null;
  /** The last commit until the time that was asked for, where what is checked out is later. */
  earlier: { commit: string; committedAt: string; entries: Entry[] } | null;
}

const UNKNOWN: Committed = { commit: null, committedAt: null, earlier: null };
/** Of a repository in a zip file no more than this is unpacked to read its time. */
const MOST_BYTES = 128 * 1024 * 1024;
const MOST_FILES = 20_000;
/** What tells the commit, and may hold it. */
const READ =
  /^(HEAD|packed-refs|shallow|refs\/.+|objects\/[0-9a-f]{2}\/[0-9a-f]{38,62}|objects\/pack\/[^/]+\.(idx|pack))$/;

/** A folder, zip file or commit, and what was found in it. */
export interface Level {
  entries: Entry[];
  /** Where the exercises are, or the zip file that they are in. */
  path: string;
  /** Null for what is not a folder on the disk. */
  folder: string | null;
}

/** @param levels the outermost first; the exercises are in the last */
export async function committed(
  levels: Level[],
  { own, notAfter }: { own: string; notAfter: string | null },
): Promise<Committed> {
  let undated = UNKNOWN;
  for (const { entries, path, folder } of levels) {
    for (const place of placesOf(entries, path)) {
      const repository = folder === null ? await unpacked(entries, place, own) : onDisk(folder, place, own);
      const commit = repository && commitOf(repository);
      const committedAt = commit && dateOf(repository, commit);
      if (!commit || !committedAt) {
        if (commit && undated.commit === null) undated = { ...UNKNOWN, commit };
        continue;
      }
      const isLate = notAfter !== null && Date.parse(committedAt) > Date.parse(notAfter);
      const last = { commit, committedAt, earlier: null };
      return isLate ? { ...last, earlier: earlier(repository, commit, notAfter) } : last;
    }
  }
  return undated;
}

/** The folders with a `.git` in them, the outermost first. */
function placesOf(entries: Entry[], path: string): string[] {
  const parts = path.split('/');
  const places = parts.map((_, i) => parts.slice(0, i).join('/')).concat(path);
  // A `.git` that is a file or a link leads elsewhere.
  const isOf = (place: string) => {
    const git = below(place, '.git');
    return ({ path, kind }: Entry) => (path === git && kind === 'folder') || path.startsWith(`${git}/`);
  };
  return places.filter((place) => entries.some(isOf(place)));
}

const below = (place: string, name: string) => (place === '' ? name : `${place}/${name}`);

/** Of a folder whose name is not UTF-8 there is a link that has one that is. */
function onDisk(folder: string, place: string, own: string): string {
  const path = below(folder, place).replace(/\/$/, '');
  if (isUtf8(path)) return path;
  const link = join(mkdtempSync(join(own, 'link-')), 'repository');
  symlinkSync(bytesOf(resolve(path)), link);
  return link;
}

/** A folder with what is read of the `.git`; null where that is too much. */
async function unpacked(entries: Entry[], place: string, own: string): Promise<string | null> {
  const start = `${below(place, '.git')}/`;
  const into = mkdtempSync(join(own, 'git-'));
  const left = { bytes: MOST_BYTES, files: MOST_FILES };
  for (const entry of entries) {
    if (entry.kind !== 'file' || !entry.path.startsWith(start)) continue;
    const path = entry.path.slice(start.length);
    if (!READ.test(path) || !isUtf8(path)) continue;
    if (--left.files < 0 || left.bytes <= 0) return null;
    const file = join(into, '.git', path);
    try {
      const bytes = await entry.read(left.bytes);
      left.bytes -= bytes.length;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes, { mode: 0o600 });
    } catch (error) {
      // Without it, the commit is found or not.
      if (!(error instanceof NotTaken) && !isOfTheName(error)) throw error;
    }
  }
  return into;
}

const isOfTheName = (error: unknown) =>
  /^(EEXIST|EISDIR|ENOTDIR|ENAMETOOLONG|EINVAL|ENOENT)$/.test((error as NodeJS.ErrnoException).code ?? '');

/** Null where there is no commit until then. */
function earlier(repository: string, from: string, notAfter: string): Committed['earlier'] {
  const git = join(repository, '.git');
  const commit = lastCommitUntil(git, from, Math.floor(Date.parse(notAfter) / 1000));
  const committedAt = commit && dateOf(repository, commit);
  return commit && committedAt ? { commit, committedAt, entries: commitEntries(git, commit) } : null;
}

/** Where in what was handed in the exercises are; a zip file is unpacked for as long as it is looked at. */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Unreadable, unzip } from './unzip.ts';

/**
 * Runs `body` with the folder that holds `exercises/`.
 * @param scratch a folder for what is unpacked; whoever made it removes what a killed run left in it
 * @throws Unreadable where there is none
 */
export async function withExercises<T>(
  submission: string,
  scratch: string,
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const archive = archiveOf(submission);
  if (archive === null) return body(folderOf(submission));
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, 'zip-'));
  try {
    await unzip(archive, folder);
    return await body(folderOf(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The zip file that was handed in, if one was. */
function archiveOf(path: string): string | null {
  if (kindOf(path) === 'file') return path;
  const inside = archivesIn(path);
  // Moodle and many a student put the zip file into a folder.
  return inside.length === 1 && !holdsFolder(path) ? join(path, inside[0]) : null;
}

/** This folder, or the only one in it: a zip file often has a folder around everything. */
function folderOf(folder: string): string {
  if (holdsExercises(folder)) return folder;
  const below = visible(folder).filter((name) => kindOf(join(folder, name)) === 'folder');
  const found = below.filter((name) => holdsExercises(join(folder, name)));
  if (found.length === 1) return join(folder, found[0]);
  const problem = found.length === 0 ? 'it has no exercises/ folder' : `${found.length} of its folders have exercises/`;
  throw new Unreadable(`${problem}, at the top or one folder below`);
}

const holdsExercises = (folder: string) => kindOf(join(folder, 'exercises')) === 'folder';
const holdsFolder = (folder: string) => visible(folder).some((name) => kindOf(join(folder, name)) === 'folder');
const archivesIn = (folder: string) =>
  visible(folder).filter((name) => /\.zip$/i.test(name) && kindOf(join(folder, name)) === 'file');
const visible = (folder: string) =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.') && name !== '__MACOSX')
    .sort();

/** Links are not followed, so they are neither. */
function kindOf(path: string): 'file' | 'folder' | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? 'file' : found?.isDirectory() ? 'folder' : null;
}

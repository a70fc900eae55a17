/** The entries of a folder. Links are not followed: they may lead to anything. */
import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { type Entry, isJunk, isOfTheMachine, NotTaken, oddEntry, tooLarge, Unreachable } from './entries.ts';
import { bytesOf, nameOf } from './file-names.ts';

/** Of a larger folder only so much is looked at. */
const MOST_ENTRIES = 100_000;
const SLASH = Buffer.from('/');

/** Upper folders first. Of what is nobody's work (node_modules) only the folder itself. @throws Unreachable */
export function folderEntries(folder: string): Entry[] {
  const entries: Entry[] = [];
  const queue: { path: string; at: Buffer }[] = [{ path: '', at: bytesOf(folder) }];
  for (const { path, at } of queue) {
    for (const below of entriesIn(path, at)) {
      if (entries.length >= MOST_ENTRIES) return entries;
      entries.push(below.entry);
      if (below.entry.kind === 'folder' && !isJunk(below.name)) queue.push({ path: below.entry.path, at: below.at });
    }
  }
  return entries;
}

function entriesIn(path: string, at: Buffer): { entry: Entry; name: string; at: Buffer }[] {
  try {
    const found = readdirSync(at, { withFileTypes: true, encoding: 'buffer' as unknown as 'utf8' });
    return found
      .map((one) => {
        const bytes = one.name as unknown as Buffer;
        const name = nameOf(bytes);
        const below = path === '' ? name : `${path}/${name}`;
        const file = Buffer.concat([at, SLASH, bytes]);
        const isFolder = one.isDirectory();
        if (!isFolder && !one.isFile()) return { name, at: file, entry: oddEntry(below, whatIs(one, file)) };
        const kind: Entry['kind'] = isFolder ? 'folder' : 'file';
        return {
          name,
          at: file,
          entry: { path: below, kind, size: 0, read: async (most: number) => read(file, most) },
        };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isOfTheMachine(error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (path === '') throw new Unreachable(`its folder cannot be read (${code}); give yourself the right to read it`);
    return [{ name: '', at, entry: oddEntry(path, `a folder that cannot be read (${code})`) }];
  }
}

interface Kind {
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

function whatIs(entry: Kind, file: Buffer): string {
  if (entry.isSymbolicLink()) return `a link to ${targetOf(file)}`;
  return entry.isFIFO() ? 'a pipe' : entry.isSocket() ? 'a socket' : 'a device';
}

function targetOf(file: Buffer): string {
  try {
    return readlinkSync(file);
  } catch {
    return 'somewhere else';
  }
}

/** It may have become a link or a pipe since its folder was read. */
function read(file: Buffer, most: number): Uint8Array {
  let descriptor: number | undefined;
  try {
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    descriptor = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new NotTaken('not a file');
    if (stats.size > most) throw tooLarge(most);
    const bytes = Buffer.alloc(stats.size);
    let length = 0;
    for (let n = -1; n !== 0 && length < bytes.length; length += n)
      n = readSync(descriptor, bytes, length, bytes.length - length, length);
    return bytes.subarray(0, length);
  } catch (error) {
    if (error instanceof NotTaken || isOfTheMachine(error)) throw error;
    throw new NotTaken(`a file that cannot be read (${(error as NodeJS.ErrnoException).code})`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/**
 * Commits of a repository that a stranger made, read by git itself, in a repository of our own: of theirs, git sees the
 * files that may hold the object, and nothing else. A configuration could name programs to run, `objects/info/alternates`
 * objects outside of the submission.
 */
import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Entry, NotTaken, oddEntry, tooLarge } from './entries.ts';
import { nameOf } from './file-names.ts';

/** Of a commit; a larger one is not read. */
const MOST_BYTES = 1024 * 1024;
const MOST_PACKS = 200;
/** A pack can make git inflate and patch for as long and as much as its author likes. */
const MOST_MS = 5000;
/** Of a processor, where the system counts it: an honest commit takes some hundredths, on a busy machine too. */
const MOST_SECONDS = 1;
const MOST_MEMORY_KIB = 1024 * 1024;
/** Of all files of a repository that hold objects, and of what a commit's files are called. */
const MOST_OBJECTS = 20_000;
const MOST_TREE_BYTES = 16 * 1024 * 1024;

/**
 * The text of a commit; null where it is not there, too large, or broken, and where git is not installed. A shallow clone
 * has its commits whole.
 *
 * @param git the folder `.git`
 * @param hash in hex, SHA-1 or SHA-256
 */
export function readCommit(git: string, hash: string): string | null {
  return inOwnRepository(hash, (own) => {
    if (!showObjects(resolve(git, 'objects'), join(own, 'objects'), hash)) return null;
    const [, type, size] =
      text(run(own, ['cat-file', '--batch-check'], { input: `${hash}\n` }))
        ?.trim()
        .split(' ') ?? [];
    if (type !== 'commit' || !(Number(size) <= MOST_BYTES)) return null;
    return text(run(own, ['cat-file', 'commit', hash]));
  });
}

/**
 * The last commit that was made until then, of those that `hash` goes back to by first parents: what the branch was at that
 * time. Null where there is none, or the history is not there.
 *
 * @param seconds since 1970
 */
export function lastCommitUntil(git: string, hash: string, seconds: number): string | null {
  return inOwnRepository(hash, (own) => {
    if (!showHistory(git, own)) return null;
    const found = text(run(own, ['rev-list', '-1', '--first-parent', `--min-age=${seconds}`, hash]))?.trim();
    return found || null;
  });
}

/** What a commit holds; empty where that cannot be read. Its files are read one by one, when they are wanted. */
export function commitEntries(git: string, hash: string): Entry[] {
  const listed = inOwnRepository(hash, (own) => {
    if (!showHistory(git, own)) return null;
    return run(own, ['ls-tree', '-r', '-l', '-z', '--full-tree', hash], { most: MOST_TREE_BYTES });
  });
  return listed === null ? [] : lines(listed).flatMap((line) => treeEntry(git, line));
}

/** `<mode> <type> <object> <size>\t<path>` */
function treeEntry(git: string, line: Buffer): Entry[] {
  const tab = line.indexOf('\t');
  const [mode, , object, size] = line.subarray(0, tab).toString('latin1').split(/ +/);
  const path = nameOf(line.subarray(tab + 1));
  if (tab < 0 || path.split('/').some((part) => part === '' || part === '.' || part === '..')) return [];
  if (mode === '120000') return [oddEntry(path, 'a link')];
  if (!mode.startsWith('100')) return [oddEntry(path, 'a repository of its own (a submodule)')];
  const read = async (most: number) => {
    if (Number(size) > most) throw tooLarge(most);
    const bytes = readBlob(git, object, most);
    if (bytes === null) throw new NotTaken('not to be read from its commit');
    return bytes;
  };
  return [{ path, kind: 'file', size: Number(size), digest: object, read }];
}

function readBlob(git: string, hash: string, most: number): Uint8Array | null {
  return inOwnRepository(hash, (own) =>
    showObjects(resolve(git, 'objects'), join(own, 'objects'), hash)
      ? run(own, ['cat-file', 'blob', hash], { most: most + 1 })
      : null,
  );
}

function lines(bytes: Buffer): Buffer[] {
  const found = [];
  for (let start = 0, end = 0; start < bytes.length; start = end + 1) {
    end = bytes.indexOf(0, start);
    if (end < 0) break;
    found.push(bytes.subarray(start, end));
  }
  return found;
}

function inOwnRepository<T>(hash: string, body: (own: string) => T | null): T | null {
  const own = mkdtempSync(join(tmpdir(), 'kit-git-'));
  try {
    makeRepository(own, hash.length === 64 ? 'sha256' : 'sha1');
    return body(own);
  } catch {
    return null;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

let installed: boolean | undefined;

/** Whether there is a git to read commits with. */
export function gitIsInstalled(): boolean {
  installed ??= spawnSync('git', ['--version'], { stdio: 'ignore' }).status === 0;
  return installed;
}

function makeRepository(folder: string, format: 'sha1' | 'sha256'): void {
  mkdirSync(join(folder, 'objects/pack'), { recursive: true });
  mkdirSync(join(folder, 'refs'));
  writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/none\n');
  const version = format === 'sha1' ? '0' : '1\n[extensions]\n\tobjectformat = sha256';
  writeFileSync(join(folder, 'config'), `[core]\n\trepositoryformatversion = ${version}\n`);
}

/** Links to the regular files that may hold the object. @returns whether there are any */
function showObjects(theirs: string, ours: string, hash: string): boolean {
  const [folder, name] = [hash.slice(0, 2), hash.slice(2)];
  if (!isFolder(theirs)) return false;
  const packs = isFolder(join(theirs, 'pack')) ? readdirSync(join(theirs, 'pack')) : [];
  const whole = packs.filter((file) => file.endsWith('.idx')).slice(0, MOST_PACKS);
  const wanted = whole.flatMap((index) => [join('pack', index), join('pack', index.replace(/idx$/, 'pack'))]);
  if (isFolder(join(theirs, folder))) wanted.push(join(folder, name));
  const there = wanted.filter((path) => lstatSync(join(theirs, path), { throwIfNoEntry: false })?.isFile());
  mkdirSync(join(ours, folder));
  for (const path of there) symlinkSync(join(theirs, path), join(ours, path));
  return there.length > 0;
}

/** Links to all regular files that hold objects. @returns whether these are not too many */
function showHistory(git: string, own: string): boolean {
  const [theirs, ours] = [resolve(git, 'objects'), join(own, 'objects')];
  if (!isFolder(theirs)) return false;
  let left = MOST_OBJECTS;
  for (const folder of readdirSync(theirs)) {
    if (!/^([0-9a-f]{2}|pack)$/.test(folder) || !isFolder(join(theirs, folder))) continue;
    mkdirSync(join(ours, folder), { recursive: true });
    for (const name of readdirSync(join(theirs, folder))) {
      const file = join(theirs, folder, name);
      const isObject = folder === 'pack' ? /\.(idx|pack)$/.test(name) : /^[0-9a-f]{38,62}$/.test(name);
      if (!isObject || !lstatSync(file).isFile()) continue;
      if (--left < 0) return false;
      symlinkSync(file, join(ours, folder, name));
    }
  }
  // Where a clone is cut off, git looks for parents that are not there unless it is told.
  const shallow = join(git, 'shallow');
  if (lstatSync(shallow, { throwIfNoEntry: false })?.isFile()) {
    const commits = readFileSync(shallow, 'latin1').match(/^[0-9a-f]{40,64}$/gm) ?? [];
    writeFileSync(join(own, 'shallow'), commits.map((commit) => `${commit}\n`).join(''));
  }
  return true;
}

/** Links are not followed. */
function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

const text = (bytes: Buffer | null): string | null => bytes?.toString('utf8') ?? null;

/** What git prints; null where it fails, takes too long or prints too much. */
function run(repository: string, args: string[], { input = '', most = MOST_BYTES } = {}): Buffer | null {
  const env = {
    PATH: process.env.PATH,
    GIT_DIR: repository,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_TERMINAL_PROMPT: '0',
  };
  const [command, ...before] =
    process.platform === 'win32'
      ? ['git']
      : [
          '/bin/sh',
          '-c',
          `ulimit -v ${MOST_MEMORY_KIB} 2>/dev/null; ulimit -t ${MOST_SECONDS} 2>/dev/null; exec "$0" "$@"`,
          'git',
        ];
  const { status, stdout } = spawnSync(command, [...before, ...args], {
    cwd: repository,
    env,
    input,
    timeout: MOST_MS,
    killSignal: 'SIGKILL',
    maxBuffer: most,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : null;
}

/**
 * A commit of a repository that a stranger made, read by git itself, in a repository of our own: of theirs, git sees the
 * files that may hold the object, and nothing else. A configuration could name programs to run, `objects/info/alternates`
 * objects outside of the submission.
 */
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Of a commit; a larger one is not read. */
const MOST_BYTES = 1024 * 1024;
const MOST_PACKS = 200;
/** A pack can make git inflate and patch for as long and as much as its author likes. */
const MOST_MS = 5000;
/** Of a processor, where the system counts it: an honest commit takes some hundredths, on a busy machine too. */
const MOST_SECONDS = 1;
const MOST_MEMORY_KIB = 1024 * 1024;

/**
 * The text of a commit; null where it is not there, too large, or broken, and where git is not installed. A shallow clone
 * has its commits whole.
 *
 * @param git the folder `.git`
 * @param hash in hex, SHA-1 or SHA-256
 */
export function readCommit(git: string, hash: string): string | null {
  const own = mkdtempSync(join(tmpdir(), 'kit-git-'));
  try {
    makeRepository(own, hash.length === 64 ? 'sha256' : 'sha1');
    if (!showObjects(resolve(git, 'objects'), join(own, 'objects'), hash)) return null;
    const [, type, size] = run(own, ['cat-file', '--batch-check'], `${hash}\n`)?.trim().split(' ') ?? [];
    if (type !== 'commit' || !(Number(size) <= MOST_BYTES)) return null;
    return run(own, ['cat-file', 'commit', hash]);
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

/** Links are not followed. */
function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What git prints; null where it fails, takes too long or prints too much. */
function run(repository: string, args: string[], input = ''): string | null {
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
    encoding: 'utf8',
    timeout: MOST_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_BYTES,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : null;
}

/**
 * Takes of a hand-in what is read of it: the source files below exercises/. Limits are held against these alone. What
 * cannot be taken is missing, and spoils nothing else; what lies beside is passed over.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Entry, isJunk, isOfTheMachine, NotTaken, Unreadable } from './entries.ts';
import { isUtf8, shown } from './file-names.ts';
import { parentOf } from './place.ts';

export interface StageLimits {
  files: number;
  /** In all. */
  bytes: number;
  /** Of one file; the bundler refuses fewer and says so to the learner. */
  fileBytes: number;
}

export const STAGE_LIMITS: StageLimits = { files: 5000, bytes: 64 * 1024 * 1024, fileBytes: 1024 * 1024 };

export interface Staged {
  /** By path, such as `exercises/01-x/a.ts`: why the file is not there. */
  missing: Map<string, string>;
  /** For people; what is missing comes first. */
  passedOver: string[];
}

const CODE = /\.[cm]?[jt]sx?$/i;
const DATA = /\.json$/i;
/** What an exercise is found by. */
const EXERCISE = /^\d\d-[^/]+\/[^/]+\.ts$/i;
const LFS = 'version https://git-lfs.github.com/spec/';
/** What a student's repository has beside its exercises anyway: to name it would say nothing. */
const USUAL = new Set([
  ...['fixtures', 'graders', 'tests', 'vendor', '.devcontainer', '.github', '.kit', '.vscode', '.git', '__MACOSX'],
  ...['README.md', 'AGENTS.md', 'CLAUDE.md', 'LICENSE', 'package.json', 'package-lock.json', 'tsconfig.json'],
  ...['vitest.config.ts', '.gitattributes', '.gitignore', '.editorconfig', '.npmrc', '.DS_Store', '._.DS_Store'],
]);
/** More than so many names nobody reads. */
const MOST_NAMES = 20;

/**
 * @param root where the exercises are in the entries; they come to lie in `exercises/` below `into`, which is there
 * @throws Unreadable where nothing of it can be taken
 */
export async function stage(
  entries: Entry[],
  root: string,
  into: string,
  limits: StageLimits = STAGE_LIMITS,
): Promise<Staged> {
  const missing = new Map<string, string>();
  const beside = new Tally();
  const wanted = new Map<string, Entry>();
  for (const entry of entries) {
    const within = entry.path.startsWith(`${root}/`) ? entry.path.slice(root.length + 1) : null;
    if (within === null) {
      beside.add(besideName(entry, root), entry);
      continue;
    }
    if (entry.kind === 'folder') {
      if (EXERCISE.test(within)) missing.set(`exercises/${within}`, 'a folder');
      continue;
    }
    const leftBy = leftOver(within);
    if (leftBy) {
      beside.add(leftBy, entry);
      continue;
    }
    const before = wanted.get(within);
    if (before && before.digest !== entry.digest) beside.add(`exercises/${within} (there twice; the last counts)`);
    wanted.set(within, entry);
  }

  mkdirSync(join(into, 'exercises'));
  const left = { files: limits.files, bytes: limits.bytes };
  let taken = 0;
  for (const [within, entry] of [...wanted].sort(byUse)) {
    const problem = await take(within, entry, into, left, limits.fileBytes);
    if (problem === null) taken++;
    else missing.set(`exercises/${within}`, problem);
  }
  if (taken === 0 && missing.size > 0) {
    const [[path, problem]] = missing;
    throw new Unreadable(`no file in exercises/ can be read; ${shown(path)} is ${problem}`);
  }
  const named = [...missing].map(([path, problem]) => `${shown(path)} (${problem})`);
  return { missing, passedOver: [...named, ...beside.names()].slice(0, MOST_NAMES) };
}

/** Null where it is taken, else why not. */
async function take(
  within: string,
  entry: Entry,
  into: string,
  left: { files: number; bytes: number },
  fileBytes: number,
): Promise<string | null> {
  if (entry.kind === 'odd') return entry.reason ?? 'not a file';
  if (!isSafe(within)) return 'a file whose name cannot be used here';
  if (--left.files < 0) return 'one file too many';
  try {
    const isSource = CODE.test(within) || DATA.test(within);
    // Of others the name is enough: that a file is called softmax.ts.txt is worth saying.
    const bytes = isSource ? await entry.read(Math.min(fileBytes, left.bytes)) : new Uint8Array();
    left.bytes -= bytes.length;
    if (Buffer.from(bytes.subarray(0, LFS.length)).toString('latin1') === LFS)
      return 'a pointer of Git LFS and not the file itself';
    const file = join(into, 'exercises', within);
    mkdirSync(dirname(file), { recursive: true });
    // `wx`: nothing is written through what came before.
    writeFileSync(file, bytes, { flag: 'wx', mode: 0o600 });
    return null;
  } catch (error) {
    if (error instanceof NotTaken) return error.message;
    if (isOfTheMachine(error)) throw error;
    return `a file that cannot be written here (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** What is used first, so that it is not there that the limits are met. */
function byUse([a]: [string, Entry], [b]: [string, Entry]): number {
  const use = (path: string) => (EXERCISE.test(path) ? 0 : CODE.test(path) ? 1 : DATA.test(path) ? 2 : 3);
  return use(a) - use(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** On some systems a colon leads elsewhere, and a name may have 255 bytes. */
function isSafe(within: string): boolean {
  const parts = within.split('/');
  return isUtf8(within) && parts.every((part) => !/[\0:\\]/.test(part) && Buffer.byteLength(part) <= 255);
}

/** What systems and tools put among the exercises, told as one; null for what may be the learner's own. */
function leftOver(within: string): string | null {
  const parts = within.split('/');
  const name = parts[parts.length - 1];
  const junk = parts.slice(0, -1).find(isJunk);
  if (junk) return `exercises/${parts.slice(0, parts.indexOf(junk) + 1).join('/')}/`;
  if (isJunk(name)) return `exercises/${within}`;
  // The mark of the web, which Windows keeps beside a file and WSL as one of its own.
  if (/(:|\uf03a)Zone\.Identifier$/i.test(name)) return 'exercises/…:Zone.Identifier';
  if (name.startsWith('._')) return 'exercises/…/._…';
  return /^(\.DS_Store|Thumbs\.db|desktop\.ini)$/i.test(name) ? `exercises/…/${name}` : null;
}

/** From the folder that holds the exercises, where it lies there, else from the top. */
function besideName({ path, kind }: Entry, root: string): string {
  const parent = parentOf(root);
  const isOnTheWay = root === path || root.startsWith(`${path}/`);
  if (isOnTheWay) return '';
  const from = parent !== '' && path.startsWith(`${parent}/`) ? path.slice(parent.length + 1) : path;
  const [first, ...rest] = from.split('/');
  if (USUAL.has(first)) return '';
  return shown(first) + (rest.length > 0 || kind === 'folder' ? '/' : '');
}

class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string, entry?: Entry): void {
    if (name === '') return;
    const count = entry?.kind === 'folder' ? 0 : 1;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  /** The largest first. */
  names(): string[] {
    const sorted = [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return sorted.map(([name, count]) => (count > 1 ? `${name} (${count} files)` : name));
  }
}

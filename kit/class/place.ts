/** Where in a hand-in the exercises are. Pure. */
import { type Entry, isJunk, Unreadable } from './entries.ts';
import { shown } from './file-names.ts';

const NAME = 'exercises';
/** A lecture's folder. */
const LECTURE = /^\d\d-/;
/** So many names fit a line. */
const MOST_NAMES = 6;

/**
 * The folder that is called exercises, in whatever case and however deep: the one that others lie below or beside, and one with
 * lectures in it before one without. Null where there is none, or where there are several and it cannot be told which.
 */
export function placeOf(entries: Entry[]): string | null {
  const found = candidates(entries);
  return found.length === 1 ? found[0] : null;
}

/** What to say where there is no such place. */
export function noPlace(entries: Entry[]): Unreadable {
  const found = candidates(entries);
  if (found.length > 1) {
    const folders = found.map((path) => `${shown(parentOf(path))}/`);
    return new Unreadable(`${found.length} of its folders have exercises/: ${listed(folders)}; keep one of them`);
  }
  const named = entries.find(({ path }) => isNamed(lastOf(path)) && !path.split('/').slice(0, -1).some(isHidden));
  if (named) {
    const what = named.kind === 'folder' ? 'empty' : named.kind === 'file' ? 'a file' : named.reason;
    return new Unreadable(`${shown(named.path)} is ${what}; hand in the folder with its files`);
  }
  const lecture = entries.find(({ path }) => path.split('/').some((part) => LECTURE.test(part)));
  const way = lecture ? '; put the folders of the lectures into a folder exercises/' : '';
  const top = [...new Set(entries.map((entry) => topOf(entry)))].filter((name) => !isHidden(name.replace(/\/$/, '')));
  const there = top.length === 0 ? 'it is empty' : `what is there: ${listed(top)}`;
  return new Unreadable(`it has no exercises/ folder; ${there}${way}`);
}

function candidates(entries: Entry[]): string[] {
  const found = new Map<string, { hasLectures: boolean }>();
  for (const { path, kind } of entries) {
    const parts = path.split('/');
    const folders = kind === 'folder' ? parts.length : parts.length - 1;
    for (let i = 0; i < folders && !isHidden(parts[i]); i++) {
      // A folder with nothing in it says nothing.
      if (!isNamed(parts[i]) || i === parts.length - 1) continue;
      const root = parts.slice(0, i + 1).join('/');
      const hasLectures = LECTURE.test(parts[i + 1]) && parts.length > i + 2;
      found.set(root, { hasLectures: hasLectures || (found.get(root)?.hasLectures ?? false) });
    }
  }
  const withLectures = [...found].filter(([, { hasLectures }]) => hasLectures);
  const best = (withLectures.length > 0 ? withLectures : [...found]).map(([root]) => root);
  // A copy in a folder beside it, or one of a package's own, is below the folder that holds the true one.
  return best.filter((root) => !best.some((other) => other !== root && outranks(other, root)));
}

function outranks(one: string, other: string): boolean {
  const [mine, theirs] = [parentOf(one), parentOf(other)];
  if (mine === theirs) return lastOf(one) === NAME;
  return mine === '' || theirs.startsWith(`${mine}/`);
}

/** "a, b and 3 more" */
export function listed(names: string[], most = MOST_NAMES): string {
  if (names.length === 0) return '';
  const rest = names.length - most;
  if (rest > 0) return `${names.slice(0, most).join(', ')} and ${rest} more`;
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}

function topOf({ path, kind }: Entry): string {
  const [top, ...rest] = path.split('/');
  const mark = rest.length > 0 || kind === 'folder' ? '/' : '';
  return `${shown(top)}${mark}`;
}

const isNamed = (part: string) => part.normalize().toLowerCase() === NAME;
/** Copies that editors and the kit keep are in such folders. */
const isHidden = (part: string) => isJunk(part) || part.startsWith('.');
const lastOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

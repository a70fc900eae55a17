/** What lies in a hand-in, whether it is a folder, a zip file or a commit: names first, contents only where they are wanted. */

export interface Entry {
  /** From the hand-in's top, with `/` between the parts; neither `.` nor `..` is one. */
  path: string;
  kind: 'file' | 'folder' | 'odd';
  /** Why its content cannot be taken, where that is known beforehand: "a link". */
  reason?: string;
  /** In bytes, as far as it is known without reading. */
  size: number;
  /** The same for the same content, where that is known without reading. */
  digest?: string;
  /** At most so many bytes. @throws NotTaken */
  read: (most: number) => Promise<Uint8Array>;
}

/** A submission that cannot be read. The message is for its author and the instructor. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

/** Whoever grades may not read it: that is not for its author to answer for. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

/** One entry that cannot be taken; the message says what it is, or has: "a link". */
export class NotTaken extends Error {
  override name = 'NotTaken';
}

/** A file of so many bytes is not taken. */
export const tooLarge = (most: number): NotTaken => new NotTaken(`larger than ${most / 1024} KiB`);

/** What the kind of an entry alone rules out. */
export function oddEntry(path: string, reason: string): Entry {
  return { path, kind: 'odd', reason, size: 0, read: () => Promise.reject(new NotTaken(reason)) };
}

/** Nobody's work, wherever it lies. */
const JUNK = new Set(['node_modules', '.git', '__MACOSX']);
export const isJunk = (part: string): boolean => JUNK.has(part);

/** Of the disk or the machine, and not of the submission. */
export function isOfTheMachine(error: unknown): boolean {
  return /^(ENOSPC|EMFILE|ENFILE|EIO|EROFS|EDQUOT|ENOMEM)$/.test((error as NodeJS.ErrnoException).code ?? '');
}

/** Who and what is being graded, read from disk without running anything there (a repository's configuration can name programs to run). */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

export function submissionId(folder: string): string {
  return basename(resolve(folder));
}

/** The commit that is checked out, if the folder is a git repository. */
export function commitOf(folder: string): string | null {
  const git = join(folder, '.git');
  const read = (name: string) => (existsSync(join(git, name)) ? readFileSync(join(git, name), 'utf8').trim() : '');
  try {
    const head = read('HEAD');
    const [, ref] = head.match(/^ref: (refs\/[\w./-]+)$/) ?? [];
    const hash = ref && !ref.includes('..') ? read(ref) || packed(read('packed-refs'), ref) : head;
    return /^[0-9a-f]{40,64}$/.test(hash) ? hash : null;
  } catch {
    return null;
  }
}

function packed(refs: string, ref: string): string {
  return (
    refs
      .split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(' ')[0] ?? ''
  );
}

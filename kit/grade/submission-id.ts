/** Who and what is being graded, read from disk without running anything there (a repository's configuration can name programs to run). */
import { readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

export function submissionId(folder: string): string {
  return basename(resolve(folder));
}

/** Any letters that git allows, of any alphabet; not what a shell would run, so that a name stays harmless wherever it is shown. */
const REF = /^ref: (refs\/[^\0-\x20\x7f~^:?*[\\$`]+)$/;

/** The commit that is checked out, if the folder is a git repository. */
export function commitOf(folder: string): string | null {
  const git = join(folder, '.git');
  // A branch may be named in any bytes: latin1 carries them all, there and back.
  const read = (name: string) => textOf(Buffer.concat([Buffer.from(`${git}/`), Buffer.from(name, 'latin1')]));
  try {
    const head = read('HEAD');
    const [, ref] = head.match(REF) ?? [];
    const hash = ref && !ref.includes('..') ? read(ref) || packed(read('packed-refs'), ref) : head;
    return /^[0-9a-f]{40,64}$/.test(hash) ? hash : null;
  } catch {
    return null;
  }
}

const MOST_BYTES = 16 * 1024 * 1024;

/** Empty for what is not a file: to read from a pipe would wait for ever. */
function textOf(path: Buffer): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() && stats.size <= MOST_BYTES ? readFileSync(path, 'latin1').trim() : '';
}

function packed(refs: string, ref: string): string {
  return (
    refs
      .split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(' ')[0] ?? ''
  );
}

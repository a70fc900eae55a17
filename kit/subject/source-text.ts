/** A source file's text. */
import { readFileSync } from 'node:fs';
import type { Loader } from 'esbuild';

/** Something else than text in UTF-8; the message says what, and the way out. */
export class NotText extends Error {}

/** Without the mark that some editors begin UTF-8 with. @throws NotText */
export function textOf(path: string): string {
  const bytes = readFileSync(path);
  const [first, second] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // In UTF-16 every second byte of a program is zero, marked or not.
  if (isMarked || bytes.subarray(0, 200).includes(0)) {
    const found = bytes.length % 2 === 0 ? 'it is saved as UTF-16' : 'it is not text';
    throw new NotText(`${found}: save it again as UTF-8 (in VS Code: "Save with Encoding" in the status bar)`);
  }
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

export function loaderOf(path: string): Loader {
  return path.endsWith('.json') ? 'json' : /x$/.test(path) ? 'tsx' : 'ts';
}

/** Tests only: finds runs of tokens that an export shares with what must stay secret. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Files } from '../export/student-repository.ts';

/** So many tokens in a row are no coincidence … */
const RUN = 8;
/** … if so many different names or words are among them: `[0, 0, 0, 0` and `if (!(i < n)) return {` are in every file. */
const WORDS = 3;
const KEYWORDS = new Set(
  'as const else export false for from function if import let new null number of return string throw true type undefined'.split(
    ' ',
  ),
);

export interface Leak {
  file: string;
  run: string;
  /** The secret file that it is in. */
  from: string;
}

/** What a run is made of: words, numbers, signs. An exercise's id is one token, and quotes are none. Comments count. */
export function tokensOf(text: string): string[] {
  const named = text
    // What draws a comment's margin is not a part of it.
    .replace(/^\s*\/?\*+/gm, '')
    .replace(/["'`]/g, ' ')
    .replace(/\b\d\d-[a-z0-9-]+(\/[a-z0-9-]+)?/g, (id) => id.replace(/\W/g, '_'));
  return named.match(/[\p{L}\d_$]+|[^\s\p{L}\d_$]/gu) ?? [];
}

function* runsOf(text: string): Generator<string> {
  const tokens = tokensOf(text);
  const isWord = tokens.map((token) => /^\p{L}{2}/u.test(token) && !KEYWORDS.has(token));
  // How many words the window holds, kept up as it moves.
  let words = 0;
  for (let end = 1; end <= tokens.length; end++) {
    const start = end - RUN;
    if (isWord[end - 1]) words++;
    if (isWord[start - 1]) words--;
    if (start < 0 || words < WORDS) continue;
    const run = tokens.slice(start, end);
    if (new Set(run.filter((_, i) => isWord[start + i])).size >= WORDS) yield run.join(' ');
  }
}

/** @param known texts that are public anyway: a run that is in one of them tells nothing */
export function findLeaks(exported: Files, secret: Files, known: Iterable<string | Uint8Array>): Leak[] {
  const from = new Map<string, string>();
  for (const [file, text] of secret) for (const run of runsOf(textOf(text))) from.set(run, file);
  for (const text of known) for (const run of runsOf(textOf(text))) from.delete(run);
  const leaks: Leak[] = [];
  for (const [file, text] of unpacked(exported)) {
    for (const run of runsOf(textOf(text))) {
      const source = from.get(run);
      if (source) leaks.push({ file, run, from: source });
    }
  }
  return leaks;
}

/** All files, those inside packages too. */
export function unpacked(files: Files): Files {
  const all: Files = new Map();
  for (const [path, content] of files) {
    if (!path.endsWith('.tgz')) all.set(path, content);
    else for (const [inner, bytes] of untar(gunzipSync(content))) all.set(`${path}:${inner}`, bytes);
  }
  return all;
}

function untar(tar: Buffer): Files {
  const files: Files = new Map();
  const field = (at: number, length: number) => tar.toString('utf8', at, at + length).replace(/\0.*$/s, '');
  for (let at = 0; tar[at] !== 0; ) {
    const size = Number.parseInt(field(at + 124, 12), 8);
    files.set(field(at, 100), tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** The files below `folder` whose names match, by path from `root`. */
export function filesMatching(root: string, folder: string, name: RegExp): Files {
  const files: Files = new Map();
  if (!existsSync(join(root, folder))) return files;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) for (const [inner, text] of filesMatching(root, path, name)) files.set(inner, text);
    else if (name.test(entry.name)) files.set(path, readFileSync(join(root, path)));
  }
  return files;
}

const textOf = (content: string | Uint8Array) =>
  typeof content === 'string' ? content : Buffer.from(content).toString('utf8');

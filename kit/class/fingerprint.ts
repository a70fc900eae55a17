/** What a grade depends on, as hashes: while they are the same, the grade is, and need not be worked out again. */
import { createHash, type Hash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Course, DIST, lectureOf, PACKAGE_ROOT } from '../course/course.ts';
import { ALWAYS_GIVEN, givenLooking } from '../course/given.ts';
import { compare } from './layouts.ts';
import { Unreadable } from './unzip.ts';

/** Entries below exercises/; more is not a submission but a mistake. */
const MOST_ENTRIES = 10_000;
/** A larger file is refused unread when it is judged, so that its size says all. */
const READ_BYTES = 1024 * 1024;

/** Of the files that can matter to its grade. Links are not followed. @throws Unreadable where there are too many */
export function hashOfSubmission(folder: string): string {
  const hash = createHash('sha256');
  addTree(hash, folder, 'exercises', { left: MOST_ENTRIES });
  return hash.digest('hex');
}

function addTree(hash: Hash, root: string, path: string, budget: { left: number }): void {
  const file = join(root, path);
  if (--budget.left < 0) throw new Unreadable(`exercises/ has more than ${MOST_ENTRIES} files in it`);
  const found = lstatSync(file);
  if (found.isDirectory()) {
    add(hash, 'folder', path);
    for (const name of readdirSync(file).sort(compare)) addTree(hash, root, `${path}/${name}`, budget);
  } else if (found.isSymbolicLink()) add(hash, 'link', path, readlinkSync(file));
  else if (!found.isFile() || found.size > READ_BYTES) add(hash, 'other', path, String(found.size));
  else add(hash, 'file', path, readFileSync(file));
}

/** Each part with its length, so that no two lists of parts read the same. */
function add(hash: Hash, ...parts: (string | Uint8Array)[]): void {
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
}

/** Of all that judges these exercises: graders, oracles, fixtures, the solutions that times are held against, what they share, and the kit as it is built. */
export function hashOfGraders(course: Omit<Course, 'specs'>, exercises: string[]): string {
  const hash = createHash('sha256');
  for (const [tree, endings] of TREES) {
    for (const path of filesBelow(join(course.root, tree))) {
      const isGrader = endings.some((ending) => exercises.some((id) => path === `${id}${ending}`));
      const isOthers = course.exercises.some((id) => path.startsWith(`${id}.`));
      if (isGrader || (!isOthers && SHARED.test(path))) addFile(hash, course.root, `${tree}/${path}`);
    }
  }
  addFile(hash, PACKAGE_ROOT, `exercises/${ALWAYS_GIVEN}`);
  for (const folder of new Set(['', ...exercises.map(lectureOf)])) {
    for (const path of givenLooking(course, folder)) addFile(hash, course.root, `exercises/${path}`);
  }
  for (const path of filesBelow(DIST).filter((file) => /\.c?js$/.test(file))) addFile(hash, DIST, path);
  return hash.digest('hex');
}

const TREES: [tree: string, endings: string[]][] = [
  ['graders', ['.ts', '.yaml']],
  ['reference', ['.ts']],
  ['solutions', ['.ts']],
  ['fixtures', ['.json']],
];
/** Code that several graders or oracles import. */
const SHARED = /(?<!\.test|\.mistakes|\.goldens)\.ts$/;

function addFile(hash: Hash, root: string, path: string): void {
  if (existsSync(join(root, path))) add(hash, path, readFileSync(join(root, path)));
}

function filesBelow(folder: string, path = ''): string[] {
  if (!existsSync(join(folder, path))) return [];
  return readdirSync(join(folder, path), { withFileTypes: true })
    .sort((a, b) => compare(a.name, b.name))
    .flatMap((entry) => {
      const below = path ? `${path}/${entry.name}` : entry.name;
      return entry.isDirectory() ? filesBelow(folder, below) : entry.isFile() ? [below] : [];
    });
}

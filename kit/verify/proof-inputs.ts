/** What the proof of an exercise depends on, as hashes: while they are the same, so is the proof. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Course, DIST, lectureOf, PACKAGE_ROOT } from '../course/course.ts';

/** Hashes by path; of what has no path, by a name. */
export type Inputs = Record<string, string>;

const TREES = ['exercises', 'solutions', 'reference', 'graders', 'fixtures'];

/**
 * The exercise's own files in every tree, and what they import.
 * @throws where an import leads nowhere
 */
export async function exerciseInputs({ root }: Pick<Course, 'root'>, id: string): Promise<Inputs> {
  const own = TREES.flatMap((tree) => filesOf(root, tree, id));
  const handout = `exercises/${lectureOf(id)}/README.md`;
  const { metafile } = await build({
    entryPoints: own.filter((file) => file.endsWith('.ts')),
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'nowhere',
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
    absWorkingDir: root,
  });
  return hashesOf(root, [...new Set([...own, handout, ...Object.keys(metafile.inputs)])].sort());
}

/** The kit as it is built, and the packages that are installed; the same for all exercises. */
export function sharedInputs({ root }: Pick<Course, 'root'>): Inputs {
  const built = existsSync(DIST) ? readdirSync(DIST, { recursive: true, withFileTypes: true }) : [];
  const files = built.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const kit = createHash('sha256');
  for (const file of files.sort()) kit.update(readFileSync(file));
  const locks = ['package-lock.json', 'node_modules/.package-lock.json'];
  const installed = createHash('sha256');
  for (const lock of locks.map((name) => join(PACKAGE_ROOT, name)).filter(existsSync))
    installed.update(readFileSync(lock));
  return {
    kit: kit.digest('hex'),
    packages: installed.digest('hex'),
    // What an edited solution imports is in no file that is bundled here.
    ...hashesOf(PACKAGE_ROOT, ['kit/author/unchecked-arguments.ts']),
    ...hashesOf(root, ['package.json', 'tsconfig.json']),
  };
}

/** `<name>.ts`, `.yaml`, `.json` and whatever else has the exercise's name, besides tests. */
function filesOf(root: string, tree: string, id: string): string[] {
  const [lecture, name] = id.split('/');
  const folder = join(root, tree, lecture);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name.startsWith(`${name}.`) && !entry.name.endsWith('.test.ts'))
    .map((entry) => `${tree}/${lecture}/${entry.name}`);
}

function hashesOf(root: string, files: string[]): Inputs {
  const there = files.filter((file) => existsSync(join(root, file)));
  return Object.fromEntries(there.map((file) => [file, hashOf(readFileSync(join(root, file)))]));
}

export const hashOf = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

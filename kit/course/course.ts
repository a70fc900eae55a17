/** The course on disk: which exercises there are, in which order, and where their files lie. A path is an identity. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closest, distance } from 'fastest-levenshtein';
import type { ExerciseSpec } from './exercise.ts';
import { InputError } from './input-error.ts';
import { Specs } from './specs.ts';

export interface Course {
  root: string;
  /** lecture/name, ordered by lecture and, within one, by `after`. */
  exercises: string[];
  specs: Specs;
}

/** Where this package lies: its dist/ holds the host and the sandbox's runtime. */
export const PACKAGE_ROOT = packageRoot(dirname(fileURLToPath(import.meta.url)));
export const DIST = join(PACKAGE_ROOT, 'dist');

function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}

/** The course around `from`, or the one that this package carries. */
export async function findCourse(from = process.cwd()): Promise<Course> {
  return courseAt(courseRoot(from));
}

/**
 * The course to judge what lies in a folder with: the one around `from`, unless that is itself handed in; else the one
 * that this package carries. A course's graders are run, outside of any sandbox.
 *
 * @throws InputError where this package is handed in too
 */
export async function findCourseApart(submissions: string, from = process.cwd()): Promise<Course> {
  const root = [courseRoot(from), PACKAGE_ROOT].find((each) => !isInside(each, submissions));
  if (root === undefined) {
    throw new InputError(
      `the graders in "${submissions}" are part of what is graded; run kit from the course's own folder`,
    );
  }
  return courseAt(root);
}

/** Whether a path is the folder or below it, whatever links lead there. */
export function isInside(path: string, folder: string): boolean {
  const [inner, outer] = [path, folder].map((each) => (existsSync(each) ? realpathSync(each) : resolve(each)));
  return `${inner}${sep}`.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
}

async function courseAt(root: string): Promise<Course> {
  const graders = join(root, 'graders');
  const ids = globExercises(graders);
  const specs = await Specs.load(graders, ids);
  return { root, exercises: inOrder(specs, ids), specs };
}

/** Where that course lies; nothing of it is read. */
export function courseRoot(from = process.cwd()): string {
  let root = resolve(from);
  while (!existsSync(join(root, 'graders')) && dirname(root) !== root) root = dirname(root);
  return existsSync(join(root, 'graders')) ? root : PACKAGE_ROOT;
}

export function pathsOf(course: Pick<Course, 'root'>, id: string) {
  const at = (tree: string, ending: string) => join(course.root, tree, `${id}${ending}`);
  return {
    stub: at('exercises', '.ts'),
    solution: at('solutions', '.ts'),
    reference: at('reference', '.ts'),
    spec: at('graders', '.yaml'),
    grader: at('graders', '.ts'),
    mistakes: at('graders', '.mistakes.ts'),
    goldens: at('graders', '.goldens.ts'),
    fixture: at('fixtures', '.json'),
    handout: join(course.root, 'exercises', lectureOf(id), 'README.md'),
  };
}

export const lectureOf = (id: string): string => id.split('/')[0];
/** As commands take it. */
export const nameOf = (id: string): string => id.split('/')[1];

/** @throws InputError if its YAML is wrong, naming file and line */
export function specOf({ specs }: Pick<Course, 'specs'>, id: string): ExerciseSpec {
  return specs.of(id);
}

/**
 * The exercises that a user named: whole ids, the part after the lecture, or a lecture by name or number.
 * @throws InputError that suggests the nearest
 */
export function selectExercises(course: Pick<Course, 'exercises'>, names: string[]): string[] {
  if (names.length === 0) return course.exercises;
  return [...new Set(names.flatMap((name) => selectOne(course, name)))];
}

function selectOne(course: Pick<Course, 'exercises'>, name: string): string[] {
  const wanted = name
    .replace(/^(exercises|graders|solutions)\//, '')
    .replace(/(\.(mistakes|goldens))?\.(ts|yaml)$/, '')
    .replace(/\/$/, '');
  const found = course.exercises.filter(
    (id) =>
      id === wanted ||
      lectureOf(id) === wanted ||
      lectureOf(id).startsWith(`${wanted}-`) ||
      id.split('/')[1] === wanted,
  );
  if (found.length > 0) return found;
  const candidates = [...course.exercises, ...course.exercises.map((id) => id.split('/')[1])];
  const nearest = candidates.length ? closest(wanted, candidates) : undefined;
  const near = nearest && distance(nearest, wanted) <= Math.max(3, wanted.length / 2);
  const suggestion = near ? `did you mean ${course.exercises.find((id) => id.endsWith(nearest))}?` : 'see `kit list`';
  throw new InputError(`there is no exercise "${name}"; ${suggestion}`);
}

function globExercises(graders: string): string[] {
  if (!existsSync(graders)) return [];
  const lectures = readdirSync(graders, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && /^\d\d-/.test(entry.name),
  );
  return lectures
    .flatMap(({ name }) =>
      readdirSync(join(graders, name))
        .filter((file) => file.endsWith('.yaml'))
        .map((file) => `${name}/${file.slice(0, -'.yaml'.length)}`),
    )
    .sort();
}

/** Lectures by number; inside a lecture what an exercise comes `after` goes first. */
function inOrder(specs: Specs, ids: string[]): string[] {
  const ordered: string[] = [];
  const place = (id: string, waiting: string[]) => {
    if (ordered.includes(id) || !ids.includes(id)) return;
    if (waiting.includes(id))
      throw new InputError(`graders: ${[...waiting, id].join(' comes after ')}: that is a circle`);
    for (const earlier of specs.after(id)) if (lectureOf(earlier) === lectureOf(id)) place(earlier, [...waiting, id]);
    ordered.push(id);
  };
  for (const id of ids) place(id, []);
  return ordered;
}

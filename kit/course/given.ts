/**
 * Files below `exercises/` that are given to the learner, not written: `arguments.ts` always, others where an exercise's YAML
 * names them. They are taken from the kit wherever an exercise is judged, so a changed copy changes nothing.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, normalize, posix, relative } from 'node:path';
import { type Course, lectureOf, PACKAGE_ROOT } from './course.ts';
import type { ExerciseSpec } from './exercise.ts';
import { InputError } from './input-error.ts';
import { EXPORT_FILE } from './student-repository.ts';

export const ALWAYS_GIVEN = 'arguments.ts';

/** Where a course's files are. */
type Tree = Pick<Course, 'root' | 'exercises'>;

/** By path below `exercises/`: the file of the kit that stands there. */
export type Given = Readonly<Record<string, string>>;

/** What an exercise is given, by path below `exercises/`. In its YAML, paths start from the lecture's folder. */
export function givenPaths(id: string, { given = [] }: Pick<ExerciseSpec, 'given'>): string[] {
  return [...new Set([ALWAYS_GIVEN, ...given.map((path) => posix.join(lectureOf(id), path))])];
}

/** @throws InputError where a file that the YAML names is not there */
export function givenTo(course: Tree, id: string, spec: Pick<ExerciseSpec, 'given'>): Given {
  return Object.fromEntries(givenPaths(id, spec).map((path) => [path, fileOf(course, id, path)]));
}

function fileOf(course: Tree, id: string, path: string): string {
  // A student's copies are the student's; the package that judges them has brought its own.
  const roots = existsSync(join(course.root, EXPORT_FILE)) ? [PACKAGE_ROOT] : [course.root, PACKAGE_ROOT];
  const file = roots.map((root) => join(root, 'exercises', path)).find((each) => existsSync(each));
  if (!file) throw new InputError(`graders/${id}.yaml gives exercises/${path}, and there is no such file`);
  return file;
}

/**
 * The path of a file that is given, if an import leads to one: written in any case, since many a disk does not tell them apart.
 * @param file absolute, with or without its ending
 */
export function givenAt(file: string, within: string, given: Given): string | undefined {
  const wanted = relative(within, withoutEnding(file)).toLowerCase();
  return Object.keys(given).find((path) => withoutEnding(normalize(path)).toLowerCase() === wanted);
}

export const withoutEnding = (file: string) => file.replace(/\.[jt]s$/, '');

/**
 * Files of a course that can only be given, by path below `exercises/`: sources that are no exercise's stub.
 * @param folder a lecture, or '' for those beside the lectures
 */
export function givenLooking(course: Tree, folder: string): string[] {
  const there = join(course.root, 'exercises', folder);
  if (!existsSync(there)) return [];
  return readdirSync(there)
    .filter((name) => /(?<!\.test|\.d)\.ts$/.test(name))
    .map((name) => (folder ? `${folder}/${name}` : name))
    .filter((path) => !course.exercises.includes(withoutEnding(path)))
    .sort();
}

/** Where an exercise's given files do not fit: not there, used but not named, or named by nobody. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Course, lectureOf, pathsOf, specOf } from '../course/course.ts';
import type { ExerciseSpec } from '../course/exercise.ts';
import { ALWAYS_GIVEN, givenLooking, givenPaths, withoutEnding } from '../course/given.ts';

/** A file beside the lectures may wait for the exercises that will use it; one in a lecture may not. */
export function givenProblems(course: Course, id: string, spec: Pick<ExerciseSpec, 'given'>): string[] {
  const named = givenPaths(id, spec);
  const below = join(course.root, 'exercises');
  const there = named.filter((path) => existsSync(join(below, path)));
  const { stub, solution } = pathsOf(course, id);
  const users = [stub, solution, ...there.map((path) => join(below, path))];
  return [
    ...named
      .filter((path) => path !== ALWAYS_GIVEN && !there.includes(path))
      .map((path) => `exercises/${path} is given, and there is no such file`),
    ...named
      .filter((path) => course.exercises.includes(withoutEnding(path)))
      .map((path) => `exercises/${path} is given, but it is the stub of an exercise`),
    ...users.flatMap((file) => unnamedImports(course, file, named)),
    ...givenByNobody(course, lectureOf(id)),
  ];
}

const IMPORT = /\b(?:from|import)\s*\(?\s*['"](\.[^'"]*)['"]/g;

/** Also of types alone: a student's editor looks for them. */
function unnamedImports({ root }: Course, file: string, named: string[]): string[] {
  if (!existsSync(file)) return [];
  const own = relative(root, file);
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].flatMap(([, path]) => {
    const wanted = relative(join(root, 'exercises'), resolve(dirname(file), path));
    // The solution's types may come from its stub.
    const isOutside = wanted.startsWith('..') || own === join('solutions', `${withoutEnding(wanted)}.ts`);
    if (isOutside || named.some((each) => withoutEnding(each) === withoutEnding(wanted))) return [];
    return [`${own} imports "${path}", which the YAML does not name under given`];
  });
}

function givenByNobody(course: Course, lecture: string): string[] {
  const exercises = course.exercises.filter((id) => lectureOf(id) === lecture);
  const named = exercises.flatMap((id) => givenPaths(id, specOf(course, id)));
  return givenLooking(course, lecture)
    .filter((path) => !named.includes(path))
    .map((path) => `exercises/${path} is not an exercise, and no exercise of the lecture is given it`);
}

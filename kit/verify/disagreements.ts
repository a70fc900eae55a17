/** Where an exercise's files do not fit together: names, signatures, hints, feedback, and cases that could not tell a mistake. */
import { readFileSync } from 'node:fs';
import type { CaseParams, Grader, Oracle } from '../author/grader.ts';
import { type Course, pathsOf } from '../course/course.ts';
import type { ExerciseSpec } from '../course/exercise.ts';
import type { Candidate } from './candidates.ts';

const LEAST = { wrong: 10, alternate: 2 };

export function disagreements(
  course: Course,
  id: string,
  spec: ExerciseSpec,
  grader: Grader,
  oracle: Oracle,
  candidates: Candidate[],
): string[] {
  const named = (kind: Candidate['kind']) =>
    candidates.filter((candidate) => candidate.kind === kind).map(({ name }) => name);
  return [
    ...tooFew('wrong', named('wrong')),
    ...tooFew('alternate', named('alternate')),
    ...feedbackGaps(named('wrong'), Object.keys(spec.misconceptions)),
    ...missingParts(spec, grader),
    ...signatureGaps(course, id, Object.keys(spec.exports)),
    ...(Object.keys(oracle).length === 0 ? ['the reference exports no oracle'] : []),
    ...blindCases(spec),
  ];
}

function tooFew(kind: 'wrong' | 'alternate', names: string[]): string[] {
  return names.length < LEAST[kind] ? [`${names.length} ${kind} variants; ${LEAST[kind]} are due`] : [];
}

function feedbackGaps(wrong: string[], told: string[]): string[] {
  return [
    ...wrong
      .filter((name) => !told.includes(name))
      .map((name) => `the wrong variant ${name} has no feedback under misconceptions`),
    ...told.filter((name) => !wrong.includes(name)).map((name) => `the misconception ${name} has no wrong variant`),
  ];
}

/** Names in the YAML that the grader does not know. */
function missingParts(spec: ExerciseSpec, grader: Grader): string[] {
  const limits = spec.checks.flatMap(({ budget = {} }) =>
    Object.values(budget).flatMap((bound) => (typeof bound === 'object' && 'limit' in bound ? [bound.limit] : [])),
  );
  const properties = spec.checks.flatMap(({ property }) => property ?? []);
  const rejects = spec.checks.flatMap(({ rejects: names = [] }) => names);
  const missing = (kind: 'limits' | 'properties' | 'rejects', names: string[]) =>
    names
      .filter((name) => !Object.hasOwn(grader[kind] ?? {}, name))
      .map((name) => `the grader has no ${name} in ${kind}`);
  return [...missing('limits', limits), ...missing('properties', properties), ...missing('rejects', rejects)];
}

function signatureGaps(course: Course, id: string, functions: string[]): string[] {
  const { stub, solution } = pathsOf(course, id);
  return functions.flatMap((fn) => {
    const [inStub, inSolution] = [stub, solution].map((file) => signatureOf(readFileSync(file, 'utf8'), fn));
    if (inStub === null) return [`the stub exports no function ${fn}`];
    if (inSolution === null) return [`the solution exports no function ${fn}`];
    return inStub === inSolution ? [] : [`${fn} has another signature in the stub than in the solution`];
  });
}

/** From the name to the body, white space aside; null if it is not there. */
export function signatureOf(source: string, fn: string): string | null {
  const start = source.search(new RegExp(`export (async )?function ${fn}\\b`));
  if (start < 0) return null;
  let depth = 0;
  for (let i = source.indexOf('(', start); i < source.length; i++) {
    if ('([{'.includes(source[i])) {
      // A brace after the parameters opens the body, unless it is part of a type.
      if (source[i] === '{' && depth === 0 && !/[:|&<]\s*$/.test(source.slice(start, i)))
        return source.slice(start, i).replace(/[\s;,]+/g, '');
      depth++;
    } else if (')]}'.includes(source[i])) depth--;
  }
  return null;
}

/** One public case must have all axes of different sizes, so that no transposition can hide. */
function blindCases(spec: ExerciseSpec): string[] {
  const usesTensors =
    JSON.stringify(spec.exports).includes('tensor') || /_[A-Z0-9]+"/.test(JSON.stringify(spec.exports));
  if (!usesTensors) return [];
  const cases = spec.checks.filter(({ kind }) => kind === 'values').flatMap(({ cases: list = [] }) => list);
  return cases.some(allAxesDiffer) ? [] : ['no values case has all axes of different sizes, none of them 1'];
}

function allAxesDiffer(params: CaseParams): boolean {
  const sizes = Object.entries(params).flatMap(([name, value]) => (/^[A-Z]$/.test(name) ? [value] : []));
  const list = sizes.length > 0 ? sizes : Array.isArray(params.shape) ? params.shape : [];
  return list.length > 1 && new Set(list).size === list.length && list.every((size) => (size as number) > 1);
}

/** Where an exercise's files do not fit together: names, signatures, hints, feedback, and cases that could not tell a mistake. */
import type { CaseParams, Grader, Oracle } from '../author/grader.ts';
import type { ExerciseSpec } from '../course/exercise.ts';
import type { Candidate } from './candidates.ts';

const LEAST_ALTERNATES = 2;
/** Of a small exercise, and of any other. */
const LEAST_MISTAKES = { small: 6, large: 10 };

export function disagreements(spec: ExerciseSpec, grader: Grader, oracle: Oracle, candidates: Candidate[]): string[] {
  const named = (kind: Candidate['kind']) => candidates.filter((candidate) => candidate.kind === kind);
  return [
    ...tooFew('mistakes', named('mistake').length, spec.small ? LEAST_MISTAKES.small : LEAST_MISTAKES.large),
    ...tooFew('alternates', named('alternate').length, LEAST_ALTERNATES),
    ...missingParts(spec, grader),
    ...(Object.keys(oracle).length === 0 ? ['the reference exports no oracle'] : []),
    ...blindCases(spec),
  ];
}

function tooFew(what: string, count: number, least: number): string[] {
  return count < least ? [`it has ${count} ${what}; at least ${least} are needed`] : [];
}

/** Names in the YAML that the grader does not know. */
function missingParts(spec: ExerciseSpec, grader: Grader): string[] {
  const limits = spec.checks.flatMap(({ budget = {} }) =>
    Object.values(budget).flatMap((bound) => (typeof bound === 'object' && 'limit' in bound ? [bound.limit] : [])),
  );
  const properties = spec.checks.flatMap(({ property }) => property ?? []);
  const missing = (kind: 'limits' | 'properties', names: string[]) =>
    names
      .filter((name) => !Object.hasOwn(grader[kind] ?? {}, name))
      .map((name) => `the grader has no ${name} in ${kind}`);
  return [...missing('limits', limits), ...missing('properties', properties)];
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

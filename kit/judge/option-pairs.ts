/** Pairs of public cases that differ in one option alone: what a function keeps from call to call shows in them. */
import { isDeepStrictEqual } from 'node:util';
import type { CaseParams } from '../author/grader.ts';
import type { ExerciseSpec } from '../course/exercise.ts';

export interface OptionPair {
  option: string;
  params: [CaseParams, CaseParams];
}

/** One pair for each parameter that is no size, where there is one. */
export function optionPairs({ checks }: Pick<ExerciseSpec, 'checks'>): OptionPair[] {
  const shown = checks
    .filter(({ kind }) => kind === 'values' || kind === 'stability')
    .flatMap(({ cases = [] }) => cases.filter(({ hidden }) => !hidden).map(({ name: _, ...params }) => params));
  const pairs = new Map<string, OptionPair>();
  for (const [i, one] of shown.entries()) {
    for (const other of shown.slice(i + 1)) {
      const [option, ...more] = differing(one, other);
      if (option === undefined || more.length > 0 || isSize(option) || pairs.has(option)) continue;
      pairs.set(option, { option, params: [one, other] });
    }
  }
  return [...pairs.values()];
}

/** An axis letter, or a whole shape. */
const isSize = (param: string) => /^([A-Z]|shape)$/.test(param);

const differing = (one: CaseParams, other: CaseParams) =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => !isDeepStrictEqual(one[key], other[key]));

/** The options of the stub that cases have, and that no two public cases differ in alone. */
export function unpairedOptions(spec: Pick<ExerciseSpec, 'checks'>, stub: string): string[] {
  const paired = optionPairs(spec).map(({ option }) => option);
  const params = new Set(spec.checks.flatMap(({ cases = [] }) => cases.flatMap((each) => Object.keys(each))));
  return optionsOf(stub).filter((option) => params.has(option) && !isSize(option) && !paired.includes(option));
}

/** The fields of its interfaces that are named Options; a tensor's without its axes. */
function optionsOf(stub: string): string[] {
  const bodies = [...stub.matchAll(/\b(?:interface|type) \w*Options\b[^{]*\{([^}]*)\}/g)].map(([, body]) => body);
  return bodies.flatMap((body) => [...body.matchAll(/^\s*(\w+?)(?:_[A-Z0-9]+)?\??:/gm)].map(([, name]) => name));
}

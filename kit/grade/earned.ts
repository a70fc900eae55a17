/**
 * Zeros leak nothing, cost nothing and are the same for keys in any order. What holds of any function, right or wrong,
 * earns points only beside values that are right somewhere.
 */
import type { CheckKind } from '../course/exercise.ts';
import type { Judgement } from '../judge/judge.ts';

const OF_ANY_FUNCTION: ReadonlySet<CheckKind> = new Set<CheckKind>(['property', 'cost', 'hygiene']);

const FAILURE = { code: 'unearned', message: 'it holds, but earns points only once a check of the values passes' };

export function earned(judgements: Judgement[]): Judgement[] {
  const values = judgements.filter(({ check }) => check.kind === 'values');
  if (values.length === 0 || values.some(({ status }) => status !== 'fail')) return judgements;
  return judgements.map((judgement) =>
    judgement.status === 'pass' && OF_ANY_FUNCTION.has(judgement.check.kind)
      ? { ...judgement, status: 'fail', failure: FAILURE }
      : judgement,
  );
}

/**
 * Zeros leak nothing, cost nothing and are the same for keys in any order. What holds of any function, right or wrong,
 * earns points only beside values that are right somewhere.
 */
import type { CheckKind } from '../course/exercise.ts';
import type { Judgement } from '../judge/judge.ts';
import { HOLDS } from '../report/report.ts';

const OF_ANY_FUNCTION: ReadonlySet<CheckKind> = new Set<CheckKind>(['property', 'cost', 'hygiene']);

const FAILURE = { code: 'unearned', message: HOLDS };

export const isUnearned = ({ failure }: Judgement): boolean => failure === FAILURE;

export function earned(judgements: Judgement[]): Judgement[] {
  const values = judgements.filter(({ check }) => check.kind === 'values');
  if (values.length === 0 || values.some(({ status }) => status !== 'fail')) return judgements;
  return judgements.map((judgement) =>
    judgement.status === 'pass' && OF_ANY_FUNCTION.has(judgement.check.kind)
      ? { ...judgement, status: 'fail', failure: FAILURE }
      : judgement,
  );
}

import { describe, expect, it } from 'vitest';
import type { CheckKind } from '../course/exercise.ts';
import type { Judgement } from '../judge/judge.ts';
import { earned } from './earned.ts';

const judged = (kind: CheckKind, status: Judgement['status']): Judgement => ({
  check: { id: `${kind}/x`, kind, title: kind, points: 1 },
  status,
  failure: status === 'fail' ? { code: 'off', message: 'off' } : null,
});
const statuses = (judgements: Judgement[]) => judgements.map(({ status }) => status);

describe('what holds of any function', () => {
  const held = [judged('property', 'pass'), judged('cost', 'pass'), judged('hygiene', 'pass')];

  it('earns nothing while every check of the values fails', () => {
    expect(statuses(earned([judged('values', 'fail'), judged('values', 'fail'), ...held]))).toEqual(
      Array(5).fill('fail'),
    );
  });

  it('counts beside values that are right somewhere', () => {
    const judgements = [judged('values', 'fail'), judged('values', 'pass'), ...held];
    expect(earned(judgements)).toEqual(judgements);
  });

  it('is left alone where the values could not be judged', () => {
    const judgements = [judged('values', 'fail'), judged('values', 'not-judged'), ...held];
    expect(earned(judgements)).toEqual(judgements);
  });

  it('leaves what the oracle judges as it is', () => {
    const judgements = [judged('values', 'fail'), judged('stability', 'pass'), judged('gradient', 'pass')];
    expect(earned(judgements)).toEqual(judgements);
  });
});

import { expect, it } from 'vitest';
import type { Assignment } from '../course/assignments.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { makeGradebook } from './make-gradebook.ts';

const assignment = {
  ...{ name: 'a', title: 'A', exercises: ['01-x/attend', '02-y/heads'], due: '2027-02-15T23:59:00+01:00' },
  late: { percentPerDay: 50 },
} as Assignment;
const head = { assignment, title: 'A', maxScore: 8 };
const recordOf = (student: string) => ({
  ...{ student, submission: student, fingerprint: 'f', submittedAt: '2027-02-16T12:00:00.000Z' },
  ...{ status: 'graded' as const, problem: null, report: sampleReport },
});

it('has an extension for whom it is given, and says so', () => {
  const dueOf = new Map([['ada', '2027-02-20T23:59:00+01:00']]);
  const [ada, bob] = makeGradebook(head, ['ada', 'bob'].map(recordOf), { dueOf }).entries;
  expect([ada.score, bob.score]).toEqual([2, 1]);
  expect(ada.report?.adjustments).toEqual([{ reason: 'due date extended to 2027-02-20 23:59:00+01:00', points: 0 }]);
});

it('carries corrections through a regrade, and names who handed in nothing', () => {
  const corrections = [{ student: 'bob', points: 3, because: 'x', at: '' }];
  const gradebook = makeGradebook(head, ['ada', 'bob'].map(recordOf), { corrections, missing: ['Eve'] });
  expect(gradebook.entries.map(({ score }) => score)).toEqual([1, 4]);
  expect(gradebook.missing).toEqual(['Eve']);
});

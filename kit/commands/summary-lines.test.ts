import { expect, it } from 'vitest';
import type { GradebookEntry } from '../report/gradebook.ts';
import { classSummary } from './summary-lines.ts';

type Of = Pick<GradebookEntry, 'student' | 'status' | 'score' | 'problem'>;

function summary(...entries: Of[]): string {
  const whole = entries.map((entry) => ({ submission: '', submittedAt: null, maxScore: 10, report: null, ...entry }));
  const gradebook = { schema: 'attention-kit/gradebook/v1' as const, assignment: null, title: 'T', maxScore: 10 };
  return classSummary({ ...gradebook, entries: whole }, { facts: 'done', file: 'gradebook.json' });
}

const graded: Of = { student: 'ada', status: 'graded', score: 8, problem: null };
const unreadable: Of = { student: 'bob', status: 'unreadable', score: 0, problem: 'nothing in it' };
const unjudged: Of = { student: 'cem', status: 'not-judged', score: null, problem: 'the host ended' };

it('asks whether it was the right folder where nothing at all could be read', () => {
  expect(summary(unreadable)).toContain('1 student, done');
  expect(summary(unreadable)).toContain('was this the folder of the class?');
  expect(summary(graded, unreadable)).not.toContain('was this the folder');
});

it('lists who has no grade, why, and what to do, and leaves them out of the mean', () => {
  const text = summary(graded, unjudged);
  expect(text).toContain('2 students, done\nmean 8.0, median 8, from 8 to 8 of 10\n');
  expect(text).toMatch(
    /no grade yet because of an infrastructure error:\n {2}cem: the host ended\n.*same command to judge them again/,
  );
});

it('fits a terminal of 80 columns but for names, problems and files', () => {
  for (const line of summary(graded, unreadable, unjudged).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

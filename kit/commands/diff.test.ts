import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { run } from './diff.ts';

const book = (scores: Record<string, number>) =>
  JSON.stringify({
    schema: 'attention-kit/gradebook/v1',
    assignment: null,
    title: 'T',
    maxScore: 10,
    entries: Object.entries(scores).map(([student, score]) => ({
      ...{ student, submission: student, submittedAt: null, status: 'graded', score, maxScore: 10 },
      ...{ problem: null, report: null },
    })),
  });
const folder = temporaryFolder({
  'a.json': book({ ada: 10, bob: 1 }),
  'b.json': book({ 'attention-ada': 10, bob: 2, eve: 1 }),
});

afterEach(() => vi.restoreAllMocks());

it('says how many grades changed of those that can have, and who is in one grading only', async () => {
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await run(join(folder, 'a.json'), join(folder, 'b.json'), {});
  expect(stdout.mock.calls.join('').split('\n').slice(1)).toEqual([
    '',
    'Only before: ada (10)',
    'Only after: attention-ada (10), eve (1)',
    '',
    '1 of 1 grade changed; 3 students are in one of the two only.',
    '',
  ]);
});

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { gradebookText } from '../class/make-gradebook.ts';
import { classPage } from '../report/class-page.ts';
import { entryPage } from '../report/formats/html.ts';
import type { Gradebook } from '../report/gradebook.ts';
import { isGradebook, readGrades } from '../report/read.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { run } from './adjust.ts';
import { classSummary } from './summary-lines.ts';

const book: Gradebook = {
  ...{ schema: 'attention-kit/gradebook/v1', assignment: null, title: 'T', maxScore: 8 },
  entries: [
    {
      ...{ student: 'ada', submission: 'ada', submittedAt: null, status: 'graded', score: 2, maxScore: 8 },
      ...{ problem: null, report: sampleReport },
    },
    {
      ...{ student: 'bob', submission: 'bob', submittedAt: null, status: 'unreadable', score: 0, maxScore: 8 },
      ...{ problem: 'torn', report: null },
    },
  ],
};

const finished = () => temporaryFolder({ 'gradebook.json': gradebookText(book) });
const gradesIn = (folder: string): Gradebook => {
  const grades = readGrades(join(folder, 'gradebook.json'));
  if (!isGradebook(grades)) throw new Error('not a gradebook');
  return grades;
};

afterEach(() => vi.restoreAllMocks());

describe('kit adjust', () => {
  it('corrects a grade with a reason, which every page, the summary and the report show', async () => {
    const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const grades = finished();
    await run('Ada', { points: '-1', because: 'copied\u001b[2J', grades });
    await run('bob', { points: '5', because: 'handed in by mail', grades });
    expect(stdout.mock.calls.join('')).toBe('ada: 2 → 1 of 8.\nbob: 0 → 5 of 8.\n');
    const corrected = gradesIn(grades);
    expect(corrected.entries.map(({ score }) => score)).toEqual([1, 5]);
    expect(readFileSync(join(grades, 'gradebook.previous.json'), 'utf8')).not.toBe(gradebookText(corrected));
    expect(JSON.parse(readFileSync(join(grades, 'reports/ada.json'), 'utf8')).score).toBe(1);
    for (const text of [
      classPage(corrected),
      classSummary(corrected, { facts: '', file: '' }),
      entryPage(corrected.entries[1]),
    ])
      expect(text).toContain('corrected by hand: handed in by mail');
    expect(entryPage(corrected.entries[0])).toContain('corrected by hand: copied');
    if (process.platform !== 'win32') expect(statSync(join(grades, 'corrections.json')).mode & 0o777).toBe(0o600);
  });

  it('can be taken back, to the same bytes', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const grades = finished();
    await run('ada', { points: '2', because: 'x', grades });
    await run('ada', { points: '1', because: 'y', grades });
    await run('ada', { withdraw: true, grades });
    expect(readFileSync(join(grades, 'gradebook.json'), 'utf8')).toBe(gradebookText(book));
  });

  it('says where a grade is at its end', async () => {
    const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await run('ada', { points: '9', because: 'x', grades: finished() });
    expect(stdout.mock.calls.join('')).toBe('ada: 2 → 8 of 8. A grade stays from 0 to 8, so 6 of 9 points count.\n');
  });

  it.each([
    ['adda', { points: '1', because: 'x' }, 'has no student "adda"; did you mean "ada"?'],
    ['ada', { because: 'x' }, '--points takes the whole number of points to add'],
    ['ada', { points: '0.5', because: 'x' }, 'such as 2 or -3, not "0.5"'],
    ['ada', { points: '1' }, '--because is missing'],
    ['ada', { points: '1', because: ' ' }, '--because is missing'],
    ['ada', { withdraw: true }, 'has no correction to take back'],
    ['ada', { withdraw: true, points: '1' }, 'remove --points'],
  ])('refuses what cannot be meant, and changes nothing: %s %j', async (student, options, problem) => {
    const grades = finished();
    await expect(run(student, { ...options, grades })).rejects.toThrow(problem);
    expect(readFileSync(join(grades, 'gradebook.json'), 'utf8')).toBe(gradebookText(book));
    expect(existsSync(join(grades, 'corrections.json'))).toBe(false);
  });

  it('needs a finished gradebook', async () => {
    const grades = temporaryFolder();
    await expect(run('ada', { points: '1', because: 'x', grades })).rejects.toThrow('has no gradebook.json');
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import type { Gradebook, GradebookEntry } from '../report/gradebook.ts';
import { randomReport } from '../testing/random-report.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import {
  correctGradebook,
  readCorrections,
  uniteCorrections,
  withoutStudent,
  writeCorrections,
} from './corrections.ts';
import { differences } from './diff.ts';
import { gradebookText } from './make-gradebook.ts';

const entry: GradebookEntry = {
  ...{ student: 'ada', submission: 'ada', submittedAt: null, status: 'graded', score: 2, maxScore: 8, problem: null },
  report: sampleReport,
};
const bookOf = (...entries: GradebookEntry[]): Gradebook => ({
  ...{ schema: 'attention-kit/gradebook/v1', assignment: null, title: 'T', maxScore: 8 },
  entries,
});
const correction = (points: number, because = 'the statement was ambiguous', student = 'ada') => ({
  ...{ student, points, because, at: '2027-02-20T10:00:00.000Z' },
});

describe('a correction by hand', () => {
  it('is in the score, in the report and beside both, with its reason', () => {
    const [{ score, report, corrected }] = correctGradebook(bookOf(entry), [correction(3)]).entries;
    const said = { reason: 'corrected by hand: the statement was ambiguous', points: 3 };
    expect({ score, corrected }).toEqual({ score: 5, corrected: { from: 2, because: [said] } });
    expect(report).toEqual({ ...sampleReport, score: 5, adjustments: [said] });
  });

  it('counts for what is unreadable, and waits where there is no grade yet', () => {
    const unreadable: GradebookEntry = { ...entry, status: 'unreadable', score: 0, report: null };
    const unjudged: GradebookEntry = { ...entry, student: 'bob', status: 'not-judged', score: null };
    const [ada, bob] = correctGradebook(bookOf(unreadable, unjudged), [
      correction(8),
      correction(1, 'x', 'bob'),
    ]).entries;
    expect(ada).toMatchObject({ score: 8, report: null, corrected: { from: 0, because: [{ points: 8 }] } });
    expect(bob).toMatchObject({ score: null, report: sampleReport, corrected: { from: null } });
  });

  it('never leads out of 0 to the points possible, and says what counts', () => {
    const because = (...points: number[]) =>
      correctGradebook(
        bookOf(entry),
        points.map((n) => correction(n)),
      ).entries[0].corrected?.because.map(({ points }) => points);
    expect(because(100)).toEqual([6]);
    expect(because(-3, 1)).toEqual([-2, 1]);
  });

  it('finds its student in another Unicode form or letter case; without one it is kept', () => {
    const name = 'Jürgen';
    const book = bookOf({ ...entry, student: name.normalize('NFD') });
    const corrections = [correction(1, 'x', name.normalize('NFC').toUpperCase()), correction(1, 'y', 'eve')];
    expect(correctGradebook(book, corrections).entries[0].score).toBe(3);
    expect(withoutStudent(book, corrections)).toEqual([corrections[1]]);
  });

  it('is applied once however often, goes with a regrade, and leaves no trace when taken back', () => {
    const points = fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 4 });
    fc.assert(
      fc.property(
        randomReport({ unjudged: false }),
        randomReport({ unjudged: false }),
        points,
        (first, second, all) => {
          const of = (report: typeof first) =>
            bookOf({ ...entry, score: report.score, maxScore: report.maxScore, report });
          const corrections = all.map((n) => correction(n));
          const once = correctGradebook(of(first), corrections);
          expect(gradebookText(correctGradebook(once, corrections))).toBe(gradebookText(once));
          expect(correctGradebook(once, [])).toEqual(of(first));
          const regraded = correctGradebook(of(second), corrections).entries[0];
          const sum = (regraded.corrected?.because ?? []).reduce((total, { points }) => total + points, second.score);
          expect(regraded.score).toBe(sum);
          expect(regraded.report?.score).toBe(sum);
          expect(sum).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('shows in the difference of two gradings', () => {
    const [ada] = differences(bookOf(entry), correctGradebook(bookOf(entry), [correction(3)])).changed;
    expect(ada).toMatchObject({
      ...{ before: 2, after: 5 },
      changes: [{ what: 'corrected by hand: the statement was ambiguous', before: '–', after: '3' }],
    });
  });
});

describe('corrections.json', () => {
  it('is read as it was written; of several folders each correction is there once', () => {
    const folder = temporaryFolder();
    expect(readCorrections(folder)).toEqual([]);
    writeCorrections(folder, [correction(1), correction(2)]);
    expect(readCorrections(folder)).toEqual([correction(1), correction(2)]);
    expect(uniteCorrections([readCorrections(folder), [correction(2), correction(3)]])).toHaveLength(3);
  });

  it.each(['', '[]', 'null', '{"schema":"attention-kit/corrections/v1","corrections":[{"student":"ada"}]}'])(
    'that somebody broke is refused rather than taken for none: %j',
    (text) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'corrections.json'), text);
      expect(() => readCorrections(folder)).toThrow(InputError);
    },
  );
});

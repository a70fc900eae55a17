import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Gradebook, GradebookEntry } from '../report/gradebook.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { differences } from './diff.ts';

const entryOf = (student: string, score: number | null, more: Partial<GradebookEntry> = {}): GradebookEntry => ({
  student,
  submission: student,
  submittedAt: null,
  status: score === null ? 'not-judged' : 'graded',
  score,
  maxScore: 10,
  problem: null,
  report: null,
  ...more,
});
const bookOf = (...entries: GradebookEntry[]): Gradebook => ({
  schema: 'attention-kit/gradebook/v1',
  assignment: null,
  title: 'T',
  maxScore: 10,
  entries,
});

describe('two gradings', () => {
  it('are compared for those in both; the others are named once, with their grade', () => {
    const found = differences(
      bookOf(entryOf('ada', 10), entryOf('bob', 3)),
      bookOf(entryOf('attention-ada', 10), entryOf('bob', 4), entryOf('eve', null)),
    );
    expect(found).toEqual({
      changed: [{ student: 'bob', before: 3, after: 4, changes: [] }],
      both: 1,
      onlyBefore: [{ student: 'ada', score: 10 }],
      onlyAfter: [
        { student: 'attention-ada', score: 10 },
        { student: 'eve', score: null },
      ],
    });
  });

  it('take a name in another Unicode form or letter case for the same, unless that one is there too', () => {
    const name = 'Jürgen';
    const renamed = differences(
      bookOf(entryOf(name.normalize('NFD'), 1), entryOf('ADA', 1)),
      bookOf(entryOf(name.normalize('NFC'), 1), entryOf('ada', 1)),
    );
    expect(renamed).toMatchObject({ changed: [], both: 2, onlyBefore: [], onlyAfter: [] });
    const two = differences(bookOf(entryOf('ada', 1)), bookOf(entryOf('Ada', 2), entryOf('ada', 1)));
    expect(two).toMatchObject({ changed: [], both: 1, onlyAfter: [{ student: 'Ada', score: 2 }] });
  });

  it('show other points possible, and two adjustments with one reason as one', () => {
    const late = { reason: 'late', points: -1 };
    const report = (count: number) => ({ ...sampleReport, adjustments: Array.from({ length: count }, () => late) });
    const [{ changes }] = differences(
      bookOf(entryOf('ada', 5, { report: report(2) })),
      bookOf(entryOf('ada', 5, { report: report(1), maxScore: 30 })),
    ).changed;
    expect(changes).toEqual([
      { what: 'points possible', before: '10', after: '30' },
      { what: 'late', before: '-2', after: '-1' },
    ]);
  });

  it('count nobody twice and lose nobody', () => {
    const names = fc.uniqueArray(fc.constantFrom('ada', 'Ada', 'ADA', 'bob', 'Bob', 'eve', 'Zoé', 'Zoé'));
    const books = names.map((students) => bookOf(...students.map((student, i) => entryOf(student, i))));
    fc.assert(
      fc.property(books, books, (before, after) => {
        const { changed, both, onlyBefore, onlyAfter } = differences(before, after);
        expect(changed.length).toBeLessThanOrEqual(both);
        expect(both + onlyBefore.length).toBe(before.entries.length);
        expect(both + onlyAfter.length).toBe(after.entries.length);
      }),
    );
  });
});

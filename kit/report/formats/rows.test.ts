import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomReport } from '../../testing/random-report.ts';
import { sampleReport } from '../../testing/sample-report.ts';
import { studentView } from '../student-view.ts';
import { exactRows, reasons } from './rows.ts';

const view = studentView(sampleReport);
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

describe('the rows of a grade', () => {
  it('are its checks, named by their exercise where there are several', () => {
    expect(exactRows(view)[0].map(({ name, points }) => [name, points])).toEqual([
      ['Attention: Each output is a weighted mean', 2],
      ['Attention: A masked key gets no weight', 0],
      ['Attention: Leaves no tensor behind', 0],
      ['Attention: All heads at once', 0],
      ['Heads: A masked key gets no weight', 0],
    ]);
    const one = studentView({ ...sampleReport, exercises: [sampleReport.exercises[0]], score: 2, maxScore: 5 });
    expect(exactRows(one)[0][0].name).toBe('Each output is a weighted mean');
  });

  it('are an exercise whole where a policy gave it other points than its checks have', () => {
    const [attend, heads] = view.exercises;
    const scaled = { ...view, exercises: [{ ...attend, score: 4, maxScore: 10 }, heads], score: 4, maxScore: 13 };
    expect(exactRows(scaled)[0]).toEqual([
      { name: 'Attention', status: 'not-judged', points: 4, maxPoints: 10 },
      { name: 'Heads: A masked key gets no weight', status: 'fail', points: 0, maxPoints: 3 },
    ]);
  });

  it('are the grade whole, with the reason, where a policy changed it', () => {
    const late = { ...view, score: 1, adjustments: [{ reason: 'one day late', points: -1 }] };
    expect(exactRows(late)).toEqual([
      [{ name: 'All exercises; one day late (-1)', status: 'not-judged', points: 1, maxPoints: 8 }],
    ]);
    expect(reasons({ ...late, adjustments: [...late.adjustments, { reason: 'handed in twice', points: 0 }] })).toBe(
      'one day late (-1); handed in twice',
    );
  });

  it('add up, whatever the report', () => {
    fc.assert(
      fc.property(randomReport(), (report) => {
        for (const rows of exactRows(studentView(report))) {
          expect(sum(rows.map(({ points }) => points))).toBe(report.score);
          expect(sum(rows.map(({ maxPoints }) => maxPoints))).toBe(report.maxScore);
        }
      }),
    );
  });
});

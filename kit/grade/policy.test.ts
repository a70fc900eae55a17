import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Assignment } from '../course/assignments.ts';
import type { CheckReport, ExerciseReport, Report } from '../report/report.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { applyPolicy, apportion } from './policy.ts';

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

/** An exercise whose checks are worth these points; those that are marked pass. */
function exercise(id: string, checks: [points: number, passes: boolean][]): ExerciseReport {
  const reports = checks.map(
    ([points, passes], i): CheckReport => ({
      ...sampleReport.exercises[0].checks[0],
      id: `values/${i}`,
      status: passes ? 'pass' : 'fail',
      points: passes ? points : 0,
      maxPoints: points,
    }),
  );
  const score = sum(reports.map(({ points }) => points));
  return { id, title: id, score, maxScore: sum(checks.map(([points]) => points)), problem: null, checks: reports };
}

function report(exercises: ExerciseReport[]): Report {
  const score = sum(exercises.map((exercise) => exercise.score));
  return { ...sampleReport, exercises, score, maxScore: sum(exercises.map(({ maxScore }) => maxScore)) };
}

const assignment = (rules: Partial<Assignment>): Assignment => ({ name: 'a', title: 'A', exercises: [], ...rules });

const tenths = (id: string, earned: number) =>
  exercise(
    id,
    Array.from({ length: 10 }, (_, i): [number, boolean] => [1, i < earned]),
  );

const DUE = '2027-02-15T23:59:00+01:00';
const late = { percentPerDay: 10, graceMinutes: 15, atMostDays: 5 };
const lateBy = (minutes: number) => new Date(Date.parse(DUE) + minutes * 60_000).toISOString();

describe('lateness', () => {
  it.each([
    ['in time', 0, 20],
    ['within the grace', 15, 20],
    ['a minute after the grace: the first day has begun', 16, 18],
    ['to the end of the first day', 24 * 60, 18],
    ['into the second', 24 * 60 + 1, 16],
    ['on the last day that counts', 5 * 24 * 60, 10],
    ['after it', 5 * 24 * 60 + 1, 0],
  ])('%s', (_, minutes, score) => {
    const graded = applyPolicy(
      report([tenths('x', 10), tenths('y', 10)]),
      assignment({ due: DUE, late }),
      lateBy(minutes),
    );
    expect(graded.score).toBe(score);
    expect(graded.maxScore).toBe(20);
  });

  it('is rounded in favour of the student', () => {
    const rules = assignment({ due: DUE, late });
    expect(applyPolicy(report([tenths('x', 9)]), rules, lateBy(60)).score).toBe(9);
    expect(applyPolicy(report([tenths('x', 9), tenths('y', 2)]), rules, lateBy(60)).score).toBe(10);
  });

  it('is said in the report, with what it cost', () => {
    const graded = applyPolicy(report([tenths('x', 10)]), assignment({ due: DUE, late }), lateBy(25 * 60));
    expect(graded.adjustments).toEqual([{ reason: '2 days late: 10% of the points for each day begun', points: -2 }]);
  });

  it('is counted by the clock of the assignment, whose day may have 25 hours', () => {
    const due = '2027-10-30T20:00:00+02:00';
    const at = '2027-10-31T18:50:00.000Z';
    const graded = (timeZone?: string) =>
      applyPolicy(report([tenths('x', 10)]), assignment({ due, late, timeZone }), at).adjustments?.[0].reason;
    expect(graded('Europe/Berlin')).toMatch(/^1 day late/);
    expect(graded('Africa/Johannesburg'), 'no summer time there').toMatch(/^2 days late/);
  });

  it('is not assumed where the time is unknown, and that is said', () => {
    const graded = applyPolicy(report([tenths('x', 10)]), assignment({ due: DUE, late }), null);
    expect(graded.score).toBe(10);
    expect(graded.adjustments?.[0].reason).toContain('not known');
  });

  it('costs nothing without a rule', () => {
    expect(applyPolicy(report([tenths('x', 10)]), assignment({ due: DUE }), lateBy(99_999)).score).toBe(10);
  });
});

describe('dropped exercises', () => {
  it('are those with the least part earned, worth nothing either way, and named', () => {
    const graded = applyPolicy(
      report([tenths('x', 7), tenths('y', 3), tenths('z', 9)]),
      assignment({ dropLowest: 1 }),
      null,
    );
    expect(graded.exercises.map(({ score, maxScore }) => `${score}/${maxScore}`)).toEqual(['7/10', '0/0', '9/10']);
    expect({ score: graded.score, maxScore: graded.maxScore }).toEqual({ score: 16, maxScore: 20 });
    expect(graded.adjustments).toEqual([
      { reason: 'y does not count: the lowest of 3 results, 3/10, is dropped', points: 0 },
    ]);
  });

  it('are the later of equals', () => {
    const graded = applyPolicy(report([tenths('x', 3), tenths('y', 3)]), assignment({ dropLowest: 1 }), null);
    expect(graded.exercises.map(({ maxScore }) => maxScore)).toEqual([10, 0]);
  });
});

describe('points', () => {
  it('are shared out anew in proportion to those of the checks', () => {
    const worth = report([
      exercise('x', [
        [3, true],
        [1, false],
        [1, true],
      ]),
    ]);
    const graded = applyPolicy(worth, assignment({ points: { x: 12 } }), null);
    expect(graded.exercises[0].checks.map(({ points, maxPoints }) => `${points}/${maxPoints}`)).toEqual([
      '7/7',
      '0/3',
      '2/2',
    ]);
  });

  it('add up exactly and stay within one of their share', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 12 }), fc.nat(200), (weights, total) => {
        const shares = apportion(weights, total);
        expect(sum(shares)).toBe(total);
        const whole = sum(weights);
        for (const [i, share] of shares.entries()) {
          expect(Number.isInteger(share) && share >= 0).toBe(true);
          if (whole > 0) expect(Math.abs(share - (weights[i] * total) / whole)).toBeLessThan(1);
        }
      }),
    );
  });
});

describe('any policy', () => {
  const checks = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean()), { minLength: 1, maxLength: 6 });
  const cases = fc.record({
    made: fc.array(checks, { minLength: 2, maxLength: 5 }),
    points: fc.integer({ min: 0, max: 40 }),
    dropLowest: fc.nat(1),
    minutes: fc.option(fc.integer({ min: -1000, max: 20_000 })),
    percentPerDay: fc.integer({ min: 0, max: 100 }),
  });

  it('gives whole points from 0 to the most, which add up to the score', () => {
    fc.assert(
      fc.property(cases, ({ made, points, dropLowest, minutes, percentPerDay }) => {
        const judged = report(made.map((own, i) => exercise(`e${i}`, own)));
        const ids = judged.exercises.map(({ id }) => id);
        const rules = assignment({
          points: Object.fromEntries(ids.map((id) => [id, points])),
          dropLowest,
          due: DUE,
          late: { percentPerDay, atMostDays: 7 },
        });
        const graded = applyPolicy(judged, rules, minutes === null ? null : lateBy(minutes));
        const all = graded.exercises.flatMap(({ checks }) => checks);
        const adjusted = sum((graded.adjustments ?? []).map((adjustment) => adjustment.points));
        expect(Number.isInteger(graded.score)).toBe(true);
        expect(graded.score).toBe(sum(all.map((check) => check.points)) + adjusted);
        expect(graded.score).toBeGreaterThanOrEqual(0);
        expect(graded.score).toBeLessThanOrEqual(graded.maxScore);
        expect(graded.maxScore).toBe(sum(all.map(({ maxPoints }) => maxPoints)));
        expect(graded.maxScore).toBe(points * (made.length - dropLowest));
        for (const check of all) expect(check.points).toBe(check.status === 'pass' ? check.maxPoints : 0);
      }),
    );
  });

  it('never gives more for handing in later', () => {
    fc.assert(
      fc.property(fc.nat(10), fc.nat(12_000), fc.nat(3000), (earned, minutes, more) => {
        const score = (at: number) =>
          applyPolicy(report([tenths('x', earned)]), assignment({ due: DUE, late }), lateBy(at)).score;
        expect(score(minutes + more)).toBeLessThanOrEqual(score(minutes));
      }),
    );
  });

  it('leaves what it was given as it was', () => {
    const judged = report([tenths('x', 3), tenths('y', 8)]);
    const before = JSON.stringify(judged);
    applyPolicy(judged, assignment({ points: { x: 3 }, dropLowest: 1, due: DUE, late }), lateBy(3000));
    expect(JSON.stringify(judged)).toBe(before);
  });
});

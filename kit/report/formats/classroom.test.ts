import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../course/input-error.ts';
import { randomReport } from '../../testing/random-report.ts';
import { sampleReport } from '../../testing/sample-report.ts';
import type { Report } from '../report.ts';
import { type ClassroomResult, classroom, classroomResult } from './classroom.ts';

const [attend] = sampleReport.exercises;
const [passed, failed] = attend.checks;

const reportOf = (points: [points: number, maxPoints: number][]): Report => {
  const checks = points.map(([won, of], i) => ({
    ...(won === of ? passed : failed),
    title: `check ${i}`,
    points: won,
    maxPoints: of,
  }));
  const [score, maxScore] = [0, 1].map((i) => points.reduce((total, point) => total + point[i], 0));
  return { ...sampleReport, score, maxScore, exercises: [{ ...attend, score, maxScore, checks }] };
};

/** What the reporter's table shows for a runner, and what its notice gives to the classroom. */
function reported({ tests, max_score }: ClassroomResult) {
  const won = tests.filter(({ status }) => status === 'pass').length;
  return {
    table: [(won / tests.length) * max_score, max_score],
    notice: [tests.reduce((sum, { score }) => sum + score, 0), max_score],
  };
}

describe('the result of a grading step', () => {
  it('has a test a point, so that checks of different worth come out the same in table and notice', () => {
    const result = classroomResult(reportOf([[2, 2], [0, 1], [1, 1]])); // biome-ignore format: one line
    expect(result).toMatchObject({ version: 1, status: 'fail', max_score: 4 });
    expect(result.tests.map(({ name, status, score }) => [name, status, score])).toEqual([
      ['check 0 (1 of 2)', 'pass', 1],
      ['check 0 (2 of 2)', 'pass', 1],
      ['check 1', 'fail', 0],
      ['check 2', 'pass', 1],
    ]);
    expect(reported(result)).toEqual({ table: [3, 4], notice: [3, 4] });
  });

  it('has a test a check where all are worth the same', () => {
    const { tests } = classroomResult(reportOf([[5, 5], [0, 5]])); // biome-ignore format: one line
    expect(tests.map(({ score }) => score)).toEqual([5, 0]);
  });

  it('gives table and notice the score, whatever the report', () => {
    fc.assert(
      fc.property(randomReport({ unjudged: false }), (report) => {
        const result = classroomResult(report);
        const { table, notice } = reported(result);
        expect(notice).toEqual([report.score, report.maxScore]);
        expect(table[0]).toBeCloseTo(report.score, 9);
        for (const test of result.tests) expect(Number.isInteger(test.score)).toBe(true);
      }),
    );
  });

  it('is out of nothing where something could not be judged, so that no zero is recorded', () => {
    const result = classroomResult(sampleReport);
    expect(result).toMatchObject({ status: 'error', max_score: 0 });
    expect(reported(result).notice).toEqual([0, 0]);
    expect(result.tests.filter(({ status }) => status === 'error')).toEqual([
      expect.objectContaining({ message: 'could not be judged; your code is not the cause: run this again' }),
    ]);
  });

  it('fits into a variable of the environment, and says so where it cannot', () => {
    fc.assert(
      fc.property(randomReport(), (report) => {
        const text = classroom(report);
        expect(text.length).toBeLessThan(100_000);
        expect(JSON.parse(Buffer.from(text, 'base64').toString('utf8'))).toEqual(classroomResult(report));
      }),
    );
    const long = { ...attend, title: 'x'.repeat(120) };
    const whole = reportOf([[200, 200], [0, 201]]); // biome-ignore format: one line
    const several = { ...whole, exercises: [{ ...long, ...whole.exercises[0], title: long.title }] };
    expect(reported(classroomResult(several)).notice).toEqual([200, 401]);
    expect(() => classroomResult(reportOf([[9999, 9999], [0, 1_000_000]]))).toThrow(InputError); // biome-ignore format: one line
  });

  it('holds nothing that the reporter would print as a command, or that is not the student’s to see', () => {
    fc.assert(
      fc.property(randomReport(), (report) => {
        for (const test of classroomResult(report).tests) {
          expect(test.name).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]|^\s*::|##\[/u);
          expect(test.name).not.toBe('');
          expect(test).toMatchObject({ test_code: '', filename: '', line_no: 0 });
        }
      }),
    );
  });
});

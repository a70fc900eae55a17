import { describe, expect, it } from 'vitest';
import { sampleReport } from '../testing/sample-report.ts';
import type { Report } from './report.ts';
import { studentView } from './student-view.ts';

const [attend, heads] = sampleReport.exercises;
const [passed, failed] = attend.checks;
const SEED = 'a1'.repeat(32);

/** Everything that could carry something hidden says SECRET. */
const hidden: Report = {
  ...sampleReport,
  seed: SEED,
  adjustments: [{ reason: 'one day late', points: -1 }],
  exercises: [
    {
      ...attend,
      problem: 'SECRET, since checks ran',
      printed: 'SECRET',
      checks: [
        { ...passed, cost: { SECRET: 1 } },
        {
          ...failed,
          message: 'SECRET',
          at: 'SECRET',
          smallest: 'SECRET',
          picture: { caption: 'SECRET', shape: [1, 1], origin: [0, 0], got: [4217], want: [4217], tolerance: 4217 },
          cost: { SECRET: 4217 },
        },
        { ...failed, status: 'not-judged', message: 'SECRET' },
      ],
    },
    {
      ...heads,
      problem: 'exercises/02-y/heads.ts:3: Unexpected ";"',
      checks: [{ ...passed, status: 'fail', points: 0, message: 'SECRET' }],
    },
  ],
};

describe('what a student sees', () => {
  it('of hidden checks is title, status, points and fixed feedback, and no more', () => {
    const view = studentView(hidden);
    expect(view.exercises[0].checks[1]).toEqual({
      id: 'values/masks',
      kind: 'values',
      title: 'A masked key gets no weight',
      status: 'fail',
      holds: false,
      points: 0,
      maxPoints: 1,
      feedback: 'The mask has no effect.',
      setAside: null,
      timing: null,
      details: null,
    });
    const text = JSON.stringify(view);
    expect(text).not.toContain('SECRET');
    expect(text).not.toContain('4217');
    expect(text).not.toContain(SEED);
  });

  it('is the mistake in a file that kept it from being run, since no hidden case had been drawn yet', () => {
    expect(studentView(hidden).exercises.map(({ problem }) => problem)).toEqual([
      null,
      'exercises/02-y/heads.ts:3: Unexpected ";"',
    ]);
  });

  it('is what the policy changed, and whether the score is the last word', () => {
    expect(studentView(hidden)).toMatchObject({
      cases: 'hidden',
      final: false,
      adjustments: [{ reason: 'one day late', points: -1 }],
    });
    expect(studentView({ ...sampleReport, exercises: [heads] })).toMatchObject({ final: true, adjustments: [] });
  });

  it('of public checks is what is wrong and where, too', () => {
    const view = studentView(sampleReport);
    expect(view.cases).toBe('public');
    expect(view.exercises[0].checks[1].details).toEqual({
      message: failed.message,
      at: failed.at,
      smallest: failed.smallest,
      picture: failed.picture,
    });
    expect(view.exercises[0].checks[0].details).toBeNull();
  });

  it('is nothing that a report gains later', () => {
    const grown = { ...hidden, exercises: [{ ...attend, checks: [{ ...failed, later: 'SECRET' }] }], later: 'SECRET' };
    expect(JSON.stringify(studentView(grown))).not.toContain('SECRET');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomReport } from '../../testing/random-report.ts';
import { sampleReport } from '../../testing/sample-report.ts';
import { gradescope } from './gradescope.ts';
import { visibilityRules } from './visibility.ts';

interface Results {
  score?: number;
  output: string;
  tests: { name: string; status?: string; score?: number; max_score: number; output: string }[];
}

const resultsOf = (...[report]: Parameters<typeof gradescope>) => JSON.parse(gradescope(report)) as Results;
const [attend, heads] = sampleReport.exercises;

describe('results.json of Gradescope', () => {
  it('has a test a check, with what students may see', () => {
    const { tests, score, output } = resultsOf({
      ...sampleReport,
      exercises: [{ ...attend, checks: attend.checks.slice(0, 2) }, heads],
      score: 2,
      maxScore: 6,
    });
    expect({ score, output }).toEqual({ score: 2, output: '2 of 6 points.' });
    expect(tests[1]).toEqual({
      name: 'Attention: A masked key gets no weight',
      number: '1.2',
      status: 'failed',
      score: 0,
      max_score: 1,
      output:
        'case "causal": out_BHTV[0,1]: expected 1, got 1.5 (1 of 2 values are wrong) \u{fffd}[2Jforged\n' +
        'at 01-x/attend.ts:12\nThe mask has no effect.',
      visibility: 'visible',
    });
    expect(tests[2].output).toBe('02-y/heads.ts:3: Unexpected ";"');
  });

  it('has a row for what a policy changed, with its reason', () => {
    const late = {
      ...sampleReport,
      exercises: [{ ...attend, checks: [attend.checks[0]], score: 2, maxScore: 2 }],
      adjustments: [{ reason: 'one day late', points: -1 }],
      score: 1,
      maxScore: 2,
    };
    const { tests, output } = resultsOf(late);
    expect(output).toBe('1 of 2 points; one day late (-1).');
    expect(tests.at(-1)).toMatchObject({ name: "The assignment's rules", score: -1, max_score: 0 });
  });

  it('has no score anywhere where something could not be judged, and says so', () => {
    const results = resultsOf(sampleReport);
    expect(results).not.toHaveProperty('score');
    for (const test of results.tests) expect(test).not.toHaveProperty('score');
    expect(results.output).toContain('This is not a grade yet');
    expect(results.tests[3]).not.toHaveProperty('status');
    expect(results.tests[3].output).toBe('Could not be judged; your code is not the cause.');
  });

  it('shows each check when its rule says so: that of its name, else of its kind, else of all', () => {
    const rules = visibilityRules(['all=after_published', 'hygiene=hidden', 'values/masks=visible']);
    const { tests } = JSON.parse(gradescope(sampleReport, rules)) as { tests: { visibility: string }[] };
    expect(tests.slice(0, 4).map(({ visibility }) => visibility)).toEqual([
      'after_published',
      'visible',
      'hidden',
      'after_published',
    ]);
    expect(() => visibilityRules(['time=never'])).toThrow('when is visible, after_due_date');
    expect(() => visibilityRules(['speed=hidden'])).toThrow('no kind of check "speed"');
  });

  it('adds up, and holds nothing that a page or terminal would obey, whatever the report', () => {
    fc.assert(
      fc.property(randomReport(), (report) => {
        const { score, tests } = resultsOf(report);
        for (const { name, output } of tests)
          expect((name + output).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        if (score === undefined) return;
        expect(score).toBe(report.score);
        expect(tests.reduce((sum, test) => sum + (test.score ?? Number.NaN), 0)).toBe(report.score);
        expect(tests.reduce((sum, test) => sum + test.max_score, 0)).toBe(report.maxScore);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileText, randomReport } from '../../testing/random-report.ts';
import { sampleReport } from '../../testing/sample-report.ts';
import { annotations } from './annotations.ts';

const [attend, heads] = sampleReport.exercises;

describe('annotations', () => {
  it('are errors at the submission’s lines, warnings for what was not judged, and a notice with the points', () => {
    expect(annotations(sampleReport)).toMatchInlineSnapshot(`
      "::error file=exercises/01-x/attend.ts,line=12,title=Attention%3A A masked key gets no weight (and 1 more)::case "causal": out_BHTV[0,1]: expected 1, got 1.5 (1 of 2 values are wrong)%0A�[2Jforged%0AThe mask has no effect.
      ::error file=exercises/02-y/heads.ts,line=3,title=Heads::02-y/heads.ts:3: Unexpected ";"
      ::warning file=exercises/01-x/attend.ts,title=Attention%3A All heads at once::could not be judged; your code is not the cause
      ::notice title=Not graded yet%3A some checks were not judged::Not graded yet: some checks were not judged
      "
    `);
  });

  it('name the exercise’s file where hidden checks may not say more', () => {
    const text = annotations({ ...sampleReport, seed: 'ab'.repeat(32) });
    expect(text).toContain('::error file=exercises/01-x/attend.ts,title=Attention%3A A masked key gets no weight');
    expect(text).not.toContain('1.5');
    expect(text).not.toContain('line=12');
  });

  it('are ten of a kind at most, and say how many are left out', () => {
    const checks = Array.from({ length: 14 }, (_, i) => ({ ...attend.checks[1], message: `wrong in way ${i}` }));
    const lines = annotations({
      ...sampleReport,
      exercises: [
        { ...attend, checks },
        { ...heads, problem: null },
      ],
    });
    expect(lines.match(/^::error/gm)).toHaveLength(10);
    expect(lines).toContain('5 more annotations are left out');
  });

  it('are one command a line and no others, at a place inside the submission, whatever is in the report', () => {
    fc.assert(
      fc.property(randomReport(), hostileText, (report, at) => {
        const [first] = report.exercises[0]?.checks ?? [];
        if (first) first.at = at;
        const lines = annotations(report).split('\n');
        expect(lines.pop()).toBe('');
        for (const line of lines) {
          expect(line).toMatch(/^::(error|warning|notice) ((file|line|title)=[^,:\r\n]*,?)+::[^\r\n]*$/);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]|##\[/u);
          expect(line.replaceAll(/%(25|0A|0D|3A|2C)/g, '')).not.toContain('%');
          expect(line.match(/file=([^,]*)/)?.[1] ?? 'exercises/').toMatch(/^exercises\//);
        }
      }),
    );
  });
});

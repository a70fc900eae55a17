import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomReport } from '../../testing/random-report.ts';
import { sampleReport } from '../../testing/sample-report.ts';
import { markdown } from './markdown.ts';

const [attend, heads] = sampleReport.exercises;

/** What is left of a line without its code and its escapes is what Markdown reads. */
function marks(line: string): string {
  let rest = line;
  for (let fence = /(?<![`\\])(`+)(?!`).*?[^`]\1(?!`)/; fence.test(rest); ) rest = rest.replace(fence, 'CODE');
  return rest.replace(/\\[!-/:-@[-`{-~]/g, '');
}

describe('a summary in Markdown', () => {
  it('has the points, then each check, and a mistake once', () => {
    const report = {
      ...sampleReport,
      exercises: [{ ...attend, checks: attend.checks.slice(0, 3) }, heads],
      score: 2,
      maxScore: 7,
      adjustments: [{ reason: 'one day late', points: 0 }],
    };
    expect(markdown(report)).toMatchInlineSnapshot(`
      "## 2 of 7 points

      \` ada \`, on public cases

      | exercise | points | of |
      | --- | ---: | ---: |
      | Attention | 2 | 5 |
      | Heads | 0 | 3 |

      - one day late

      ### Attention

      \` 01-x/attend \`

      - ✅ Each output is a weighted mean: 2/2
      - ❌ A masked key gets no weight: 0/1
        - \` case "causal": out_BHTV[0,1]: expected 1, got 1.5 (1 of 2 values are wrong) �[2Jforged \`
        - at \` 01-x/attend.ts:12 \`
        - Likely mistake: The mask has no effect.
      - ❌ Leaves no tensor behind: 0/1
        - \` case "causal": out_BHTV[0,1]: expected 1, got 1.5 (1 of 2 values are wrong) �[2Jforged \`
        - at \` 01-x/attend.ts:12 \`

      ### Heads

      \` 02-y/heads \`

      Nothing in it could be run: \` 02-y/heads.ts:3: Unexpected ";" \`

      - ❌ A masked key gets no weight: 0/3
      "
    `);
  });

  it('says that there is no grade where something could not be judged, and shows no zero for it', () => {
    const text = markdown(sampleReport);
    expect(text).toContain('## Not graded yet');
    expect(text).toContain('| Attention | ? | 5 |');
    expect(text).toContain('❔ All heads at once: could not be judged\n');
    expect(text).not.toContain('2 of 8');
  });

  it('lets nothing of a submission’s making link, mention, nest, or break a table, whatever it is', () => {
    fc.assert(
      fc.property(randomReport(), (report) => {
        for (const line of markdown(report).split('\n')) {
          const read = marks(line);
          expect(read, line).not.toMatch(/[[\]<`*~$&@{}\p{Cc}\p{Cs}]|:\/\/|www\.|##\[/u);
          // Headings are ours, and so are three columns.
          expect(read.replace(/^#+ /, ''), line).not.toContain('#');
          expect(read.startsWith('|') ? read.match(/\|/g)?.length : 0, line).toBe(read.startsWith('|') ? 4 : 0);
        }
      }),
    );
  });

  it('holds the submission’s own words as they are, in code', () => {
    const problem = 'x.ts:1: ``` <b> |';
    expect(markdown({ ...sampleReport, exercises: [{ ...heads, problem }] })).toContain(
      'Nothing in it could be run: ```` x.ts:1: ``` <b> ∣ ````',
    );
  });

  it('keeps below what GitHub takes, and says how much is missing', () => {
    const long = { ...heads, problem: 'ä'.repeat(100_000) };
    const text = markdown({ ...sampleReport, exercises: Array(20).fill(long) });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024);
    expect(text).toContain('_15 more exercises are too long to be shown here._');
    const vast = { ...heads, title: 'ä'.repeat(600_000) };
    const least = markdown({ ...sampleReport, exercises: [vast] });
    expect(Buffer.byteLength(least)).toBeLessThanOrEqual(1024 * 1024);
    expect(least).toContain('too long');
  });
});

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { sampleReport } from '../testing/sample-report.ts';
import { cutPrinted } from '../wire/printed.ts';
import { type CheckReport, HOLDS } from './report.ts';
import { exerciseText, printedText, terminalReport } from './terminal.ts';

const text = (explain: 'first' | 'all', report = sampleReport, width = 72) =>
  stripVTControlCharacters(terminalReport(report, { explain, width }));

describe('a report at the terminal', () => {
  it('has the points first, then what is wrong, where, and what it looks like', () => {
    expect(text('all')).toMatchInlineSnapshot(`
      "Attention ·························································· 2/5
      01-x/attend

        ✓ Each output is a weighted mean ································· 2/2
        ✗ A masked key gets no weight ···································· 0/1
        ✗ Leaves no tensor behind ········································ 0/1
        ? All heads at once ·············································· 0/1

        ✗ A masked key gets no weight
          case "causal": out_BHTV[0,1]: expected 1, got 1.5 (1 of 2 values are
          wrong) �[2Jforged
          at 01-x/attend.ts:12
          smallest failing case: B = 1, T = 2
          Likely mistake: The mask has no effect.

          |values| of out_BHTV[0, …] in case "causal"
            got        expected   error
            ▓▓██▓▓     ▓▓▓▓▓▓       ██

        ? All heads at once
          could not be judged; your code is not the cause: the host ended
          (SIGKILL)

      Heads ······························································ 0/3
      02-y/heads

        ✗ 02-y/heads.ts:3: Unexpected ";"

      Total ······························································ 2/8
      1 check could not be judged: this grade is not final.
      wasm (WebAssembly with SIMD); isolated by bubblewrap
      public cases
      "
    `);
  });

  const holding = { ...sampleReport.exercises[0].checks[2], message: HOLDS, at: undefined, holds: true as const };
  const attend = (checks: CheckReport[]) => ({
    ...sampleReport,
    exercises: [{ ...sampleReport.exercises[0], checks }],
  });

  it('marks what holds and waits for the values, and does not count it among the failures', () => {
    const [passed, failed] = sampleReport.exercises[0].checks;
    const shown = text('first', attend([passed, failed, holding]));
    expect(shown).toMatch(/○ Leaves no tensor behind ·+ 0\/1\n {4}○ holds; scores once a values check passes\n/);
    expect(shown).not.toContain('more check');
    expect(text('all', attend([passed, failed, holding])).match(/Leaves no tensor behind/g)).toHaveLength(1);
  });

  it('wraps a title that is longer than a line', () => {
    const title = Array.from({ length: 20 }, (_, i) => `word${i}`).join(' ');
    const shown = text('first', attend([sampleReport.exercises[0].checks[0], { ...holding, title }]));
    expect(shown.replace(/\s+/g, ' ')).toContain(title);
    expect(shown).toMatch(/word19 ·+ 0\/1\n/);
  });

  it('leaves out a picture that would push what is wrong out of sight', () => {
    const all = { explain: 'first', width: 72 } as const;
    expect(terminalReport(sampleReport, { ...all, rows: 100 })).toContain('|values|');
    const short = stripVTControlCharacters(terminalReport(sampleReport, { ...all, rows: 24 }));
    expect(short).not.toContain('|values|');
    expect(short).toContain('Likely mistake: The mask has no effect.');
  });

  it('has what is wrong first and its picture last for a screen whose top is seen', () => {
    const shown = exerciseText(sampleReport.exercises[0], { explain: 'first', width: 72, failureFirst: true });
    const places = ['expected 1, got 1.5', 'at 01-x', 'Likely mistake', '✓ Each', '2 more', '|values|'];
    const found = places.map((part) => shown.indexOf(part));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found[0]).toBeGreaterThan(0);
  });

  it('explains only the first failure to a learner, and says that there are more', () => {
    const short = text('first');
    expect(short).toContain('2 more checks fail; often for the same reason.');
    expect(short.match(/The mask has no effect/g)).toHaveLength(1);
    expect(short).not.toContain('your code is not the cause');
  });

  it('tells a mistake that explains several failures once', () => {
    expect(text('all').match(/Likely mistake:/g)).toHaveLength(1);
  });

  it('says that a grade with something unjudged is not final, and how to replay hidden cases', () => {
    expect(text('all')).toContain('1 check could not be judged: this grade is not final.');
    const hidden = text('all', { ...sampleReport, seed: 'ab12', isolation: 'permissions' });
    expect(hidden).toContain('hidden cases, --seed submission:ab12');
    expect(hidden).toContain("isolated by Node's permissions only");
  });

  it('shows the first lines of what was printed, and says how many more there are', () => {
    const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}`).join('\n');
    const printed = (count: number) => stripVTControlCharacters(printedText(lines(count), 72));
    expect(printed(8)).toMatch(/line 7\n$/);
    expect(printed(9)).toMatch(/line 7\n +and 1 more line\n$/);
    expect(printed(10)).toMatch(/line 7\n +and 2 more lines\n$/);
    // Nobody counted what was thrown away.
    const cut = stripVTControlCharacters(printedText(cutPrinted(lines(1000), 200), 72));
    expect(cut).toMatch(/line 7\n +and many more lines\n$/);
  });

  it('says which passes are a second opinion', () => {
    expect(text('all')).not.toContain('on wasm');
    const [exercise] = sampleReport.exercises;
    const checks = exercise.checks.map((check) =>
      check.status === 'pass' ? { ...check, message: 'right on wasm, where it was judged again' } : check,
    );
    const backend = { name: 'webgpu', device: 'Some card', accelerated: true };
    const said = text('all', { ...sampleReport, backend, exercises: [{ ...exercise, checks }] });
    expect(said.replace(/\s+/g, ' ')).toContain(
      '1 check passes on wasm only, where wrong values on webgpu are judged again',
    );
  });

  it('prints nothing of the submission’s that could move the cursor or forge a line', () => {
    expect(text('all')).not.toContain('\u001b');
    expect(terminalReport(sampleReport, { explain: 'all', width: 72 })).not.toContain('\u001b[2J');
    expect(text('all')).not.toMatch(/^\s*forged/m);
  });

  it('keeps to its width, down to narrow terminals', () => {
    for (const width of [50, 72, 100]) {
      for (const line of text('all', sampleReport, width).split('\n')) {
        // A line that is all one long word may stand out.
        if (line.trim().split(' ').length > 4) expect(line.length, line).toBeLessThanOrEqual(Math.max(width, 90));
      }
    }
  });
});

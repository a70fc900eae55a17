import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { sampleReport } from '../testing/sample-report.ts';
import { cut } from '../text/columns.ts';
import { screen, type WatchState } from './screen.ts';
import { parseFaults } from './type-check.ts';

const [report] = sampleReport.exercises;
const state: WatchState = {
  id: '01-x/attend',
  map: [
    { id: '01-x/attend', title: 'Attention', points: 5, score: 2, state: 'begun' },
    { id: '01-x/masks', title: 'Masks', points: 4, score: 4, state: 'done' },
    { id: '02-y/heads', title: 'Heads', points: 3, score: 0, state: 'untouched' },
  ],
  view: 'exercise',
  cursor: 0,
  scroll: 0,
  report: { ...report, printed: 'Tensor\n    [1, 2]' },
  judging: false,
  checks: 4,
  tookMs: 142.4,
  typeFaults: [{ file: 'exercises/01-x/attend.ts', line: 3, message: "Type 'string' is not assignable." }],
  hints: ['first of all', 'then'],
  hintsShown: 1,
  note: null,
  fault: null,
};
const text = (change: Partial<WatchState> = {}, columns = 72, rows = 50) =>
  screen({ ...state, ...change }, { columns, rows }).map((line) => stripVTControlCharacters(line).trimEnd());

describe('the screen', () => {
  it('has the place in the course, the checks, the first failure, what was printed, types and hints', () => {
    const shown = text().join('\n');
    expect(text()[0]).toMatch(/^01-x 1 of 2 +██░░░░ 1\/3 done$/);
    for (const part of [
      '✓ Each output is a weighted mean',
      '✗ A masked key gets no weight',
      'smallest failing case: B = 1, T = 2',
      'Likely mistake: The mask has no effect.',
      'Your code printed:\n    Tensor\n        [1, 2]',
      'Types do not fit:\n    exercises/01-x/attend.ts:3',
      'Hint 1 of 2: first of all',
      'judged in 142 ms',
    ])
      expect(shown).toContain(part);
    expect(shown).not.toContain('then\n');
  });

  it.each([
    [100, 40],
    [60, 20],
    [40, 10],
    [20, 5],
  ])('keeps within %i columns and %i rows, in every view', (columns, rows) => {
    for (const view of ['exercise', 'list', 'help'] as const) {
      const lines = text(
        { view, note: 'a note that is somewhat longer than a narrow terminal is wide' },
        columns,
        rows,
      );
      expect(lines.length).toBeLessThanOrEqual(rows);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
    }
  });

  it('says that there is more than fits, and shows it when scrolled', () => {
    expect(text({}, 72, 14).join('\n')).toContain('↓ more below');
    const end = text({ scroll: 1000 }, 72, 14).join('\n');
    expect(end).toContain('Hint 1 of 2');
    expect(end).toContain('↑ more above');
  });

  it('has the progress rather than the number within a lecture where there is no room for both', () => {
    const id = '01-attention-fundamentals/attend';
    const map = state.map.map((entry, i) => (i < 2 ? { ...entry, id: i === 0 ? id : `${id}-too` } : entry));
    expect(text({ id, map }, 50)[0]).toMatch(/^01-attention-fundamentals 1 of 2 .*1\/3 done$/);
    expect(text({ id, map }, 40)[0]).toMatch(/^01-attention-fundamentals +1\/3 done$/);
  });

  it('shows the line of a place, whatever else there is no room for', () => {
    const at = 'exercises/01-attention-fundamentals/scaled-dot-product.ts:48';
    const [check] = report.checks.slice(1);
    const title = `${check.title}, whichever query it is that asks for it`;
    const failed = { ...report, checks: [report.checks[0], { ...check, at, title }] };
    const typeFaults = [{ file: at.replace(':48', ''), line: 7, message: 'No.' }];
    for (const columns of [120, 80, 60, 40]) {
      const shown = text({ report: failed, typeFaults }, columns).join('\n');
      expect(shown).toMatch(/at \S*scaled-dot-product\.ts:48$/m);
      expect(shown).toMatch(/scaled-dot-product\.ts:7$/m);
      expect(shown.replace(/\s+/g, ' ')).toContain(title);
    }
  });

  it('names the next exercise that is not done once all passes, and the end when nothing is left', () => {
    const aside = { ...report.checks[0], status: 'not-judged' as const, setAside: 'not judged: timed in grading only' };
    const passed = { ...report, checks: [report.checks[0], aside] };
    expect(text({ report: passed }).join('\n')).toContain('All checks pass. Press n for the next: Heads');
    const map = state.map.map((entry) => ({ ...entry, state: 'done' as const }));
    expect(text({ report: passed, map }).join('\n')).toContain('so does the whole course');
  });

  it('has all that follows full marks on a terminal of 24 rows: ten checks, two costs, what is next', () => {
    const [check] = report.checks;
    const cost = { kernels: 74, flops: 4630392, peakBytes: 469632 };
    const checks = Array.from({ length: 10 }, (_, i) => ({
      ...check,
      ...(i < 2 && { cost: { ...cost, kernels: i }, solutionCost: cost }),
    }));
    const shown = text({ report: { ...report, checks }, hintsShown: 0, typeFaults: [] }, 80, 24);
    expect(shown).toHaveLength(24);
    for (const part of ['Press n for the next: Heads', 'npx kit show attend draws', 'What it costs', '469 632'])
      expect(shown.join('\n')).toContain(part);
    expect(shown.join('\n')).not.toContain('more below');
  });

  it('shows what there is of a judgement that takes long', () => {
    const shown = text({ judging: true, checks: 6 }).join('\n');
    expect(shown).toContain('… 2 more checks to come');
    expect(shown).toContain('judging …');
    expect(text({ judging: true, report: null, checks: 8 }).join('\n')).toContain('… 8 checks to come');
  });

  it('keeps the chosen entry of a long list in sight', () => {
    const map = Array.from({ length: 40 }, (_, i) => ({ ...state.map[0], id: `01-x/e${i}`, title: `Exercise ${i}` }));
    expect(text({ view: 'list', map, cursor: 39 }, 60, 12).join('\n')).toMatch(/› .*Exercise 39/);
  });
});

describe('a cut line', () => {
  it('counts no colours, and ends them', () => {
    expect(cut('\u001b[31mabcdef\u001b[39m', 3)).toBe('\u001b[31mabc\u001b[0m');
    expect(cut('abc', 3)).toBe('abc');
  });
});

describe("tsc's output", () => {
  it('is read by file and line, of the exercises alone', () => {
    const output = [
      "exercises/01-x/a.ts(12,3): error TS2322: Type 'number' is not assignable.",
      '  The details follow.',
      'kit/x.ts(1,1): error TS1: not theirs',
    ].join('\n');
    expect(parseFaults(output)).toEqual([
      { file: 'exercises/01-x/a.ts', line: 12, message: "Type 'number' is not assignable." },
    ]);
  });

  it('says what is wrong several times in a line once, and not where packages lie on this disk', () => {
    const property = (where: string) => `Property 'exq' does not exist on type 'typeof import("${where}")'.`;
    const line = `exercises/01-x/a.ts(12,3): error TS2551: ${property('/home/ada/n/node_modules/@tensorflow/tfjs/dist/index')}`;
    expect(parseFaults([line, line.replace('12,3', '12,9'), line.replace('12,3', '13,1')].join('\n'))).toEqual(
      [12, 13].map((line) => ({ file: 'exercises/01-x/a.ts', line, message: property('@tensorflow/tfjs') })),
    );
  });
});

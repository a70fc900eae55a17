/** A check that cannot be judged on this machine, in every format: never a pass, never a failure, never in the way of a grade. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { differences, gradebookOf } from '../class/diff.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { summarise } from './class-summary.ts';
import { annotations } from './formats/annotations.ts';
import { classroomResult } from './formats/classroom.ts';
import { classroom50Score } from './formats/classroom50.ts';
import { csv } from './formats/csv.ts';
import { gradescope } from './formats/gradescope.ts';
import { studentPage } from './formats/html.ts';
import { junit } from './formats/junit.ts';
import { markdown } from './formats/markdown.ts';
import type { CheckReport, Report } from './report.ts';
import { studentView } from './student-view.ts';
import { terminalReport } from './terminal.ts';

const [attend] = sampleReport.exercises;
const [passed] = attend.checks;
const TITLE = 'On a GPU, takes at most twice as long';
const REASON = 'not judged: no GPU';
const aside: CheckReport = {
  ...passed,
  id: 'time/t',
  kind: 'time',
  title: TITLE,
  status: 'not-judged',
  points: 0,
  maxPoints: 0,
  message: REASON,
  setAside: REASON,
};
const TIMING = {
  ratio: 5.123,
  low: 4.9,
  high: 5.3,
  pairs: 24,
  budget: 3,
  noise: 1.04,
  ms: 7.25,
  fractionOfRoofline: 0.315,
};
const slow: CheckReport = {
  ...aside,
  status: 'fail',
  message: 'it takes 5 times',
  setAside: undefined,
  timing: TIMING,
};

const reportWith = (...checks: CheckReport[]): Report => ({
  ...sampleReport,
  seed: 'ab'.repeat(32),
  score: 2,
  maxScore: 2,
  exercises: [{ ...attend, score: 2, maxScore: 2, checks: [passed, ...checks] }],
});
const report = reportWith(aside);
const terminal = (shown: Report) => stripVTControlCharacters(terminalReport(shown, { explain: 'all', width: 80 }));

describe('a check that is set aside', () => {
  it('is named with its reason where people read', () => {
    expect(terminal(report)).toMatch(new RegExp(`– ${TITLE} ·+ ${REASON}\n`));
    expect(terminal(report)).not.toContain('not final');
    expect(markdown(report)).toContain(`- ➖ ${TITLE}: not judged: no GPU\n`);
    expect(markdown(report)).toContain('## 2 of 2 points');
    const page = studentPage(report);
    expect(page).toContain('aria-label="not judged here"');
    expect(page).toContain(REASON);
    expect(page).not.toContain('not final');
  });

  it('has more said of it where there is more: a check without points that stayed undecided', () => {
    const undecided = {
      ...aside,
      message: 'it takes 3 times as long, too near',
      setAside: 'not judged, and worth no points',
    };
    expect(terminal(reportWith(undecided))).toContain('it takes 3 times as long, too near');
  });

  it('leaves the grade final, and is no test that could pass or fail, where machines read', () => {
    expect(studentView(report)).toMatchObject({ final: true, score: 2 });
    expect(annotations(report)).not.toContain(TITLE);
    expect(classroomResult(report)).toMatchObject({ status: 'pass', max_score: 2 });
    expect(JSON.stringify(classroomResult(report))).not.toContain(TITLE);
    expect(classroom50Score(studentView(report)).tests).toHaveLength(1);
    expect(junit(report)).toContain('tests="2" failures="0" errors="0" skipped="1"');
    expect(junit(report)).toContain(`<skipped message="${REASON}"/>`);
    const [, test] = JSON.parse(gradescope(report)).tests;
    expect(test).toMatchObject({ score: 0, max_score: 0, output: REASON });
    expect(test).not.toHaveProperty('status');
  });

  it('leaves its exercise judged in the tables of a class', () => {
    const book = gradebookOf(report);
    expect(csv(book).text.split('\n')[1]).toMatch(/,2,2,2,0,/);
    expect(summarise(book)).toMatchObject({ missed: [], exercises: [{ allPassed: 1, judged: 1 }] });
    expect(differences(book, book).changed).toEqual([]);
  });
});

describe('a time check that was judged', () => {
  it('shows its numbers to whoever may see them', () => {
    const line =
      '5.12 times the model solution’s time (4.9 to 5.3; 3 allowed; noise 1.04): 7.25 ms, 31.5% of what the device can do';
    const words = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll("'", '’').replaceAll('&#39;', '’');
    expect(words(terminal(reportWith(slow)))).toContain(line);
    expect(words(studentPage(reportWith(slow), { instructor: true }))).toContain(line);
    // How long it took may tell of hidden inputs.
    expect(words(studentPage(reportWith(slow)))).not.toContain('5.12');
  });

  it('fails without points, too, and not in silence', () => {
    expect(terminal(reportWith(slow))).toMatch(new RegExp(`✗ ${TITLE} ·+ 0/0\n`));
    expect(classroomResult(reportWith(slow)).status).toBe('fail');
    const [, test] = classroom50Score(studentView(reportWith(slow))).tests;
    expect(test).toEqual({ 'test-name': TITLE, passed: false, score: 0, 'max-score': 0 });
  });
});

describe('the device', () => {
  const roofline = { matMulGflops: 9123.4, matMulSize: 4096, copyGBs: 1502.2, copyBytes: 1e8 };
  const known: Report = {
    ...report,
    machine: { driver: '550.54.15', memoryBytes: 85e9, roofline },
    fallbacks: { FFT: 1 },
  };
  const line = 'driver 550.54.15, 79.2 GiB, 9120 GFLOP/s (4096² product), 1500 GB/s';
  const fallbacks = '1 kernel ran on the cpu, since the backend lacks it: FFT 1';

  it('has a line where something is known of it, and so has what ran on the cpu', () => {
    expect(terminal(known)).toContain(`${line}\n${fallbacks}\n`);
    const page = studentPage(known, { instructor: true });
    expect(page).toContain(line);
    expect(page).toContain(fallbacks);
    expect(terminal(report)).not.toMatch(/driver|GFLOP|cpu/);
    expect(terminal({ ...known, machine: { driver: null, memoryBytes: null, roofline } })).toMatch(/\n9120 GFLOP/);
  });

  it('tells students nothing of which kernels ran', () => {
    expect(studentPage(known)).not.toContain('FFT');
  });
});

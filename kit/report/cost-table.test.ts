import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launchBrowser, openPage } from '../testing/browser.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { columnsOf } from '../text/columns.ts';
import { costTable } from './cost-table.ts';
import { studentPage } from './formats/html.ts';
import { markdown } from './formats/markdown.ts';
import type { CheckReport, ExerciseReport, Report } from './report.ts';
import { terminalReport } from './terminal.ts';

const [attend] = sampleReport.exercises;
const [passed] = attend.checks;
const model = { kernels: 22, flops: 4630392, peakBytes: 116864, bytesRead: 9 };

function costCheck(title: string, cost: Record<string, number>, more: Partial<CheckReport> = {}): CheckReport {
  return { ...passed, id: `cost/${title}`, kind: 'cost', title, cost, solutionCost: model, ...more };
}

const exercise = (...checks: CheckReport[]): ExerciseReport => ({ ...attend, checks: [passed, ...checks] });
const reportOf = (one: ExerciseReport, change: Partial<Report> = {}): Report => ({
  ...sampleReport,
  exercises: [one],
  ...change,
});
const tableOf = (one: ExerciseReport, width = 79) => stripVTControlCharacters(costTable(one, width));

const step = costCheck('A step computes one token, whatever the length of the cache', { ...model, kernels: 1024 });
const prompt = costCheck('The prompt', { ...model, flops: 7, peakBytes: 1e9 });

describe('what it costs', () => {
  it('stands beside the model solution, case by case, with every digit', () => {
    expect(`\n${tableOf(exercise(step, prompt))}`).toMatchInlineSnapshot(`
      "
        What it costs         kernels                  flops               peak bytes
                         yours  model       yours      model           yours    model
        A step comput…   1 024     22   4 630 392  4 630 392         116 864  116 864
        The prompt          22     22           7  4 630 392   1 000 000 000  116 864"
    `);
  });

  it('is said once where two checks measured the same', () => {
    const same = { ...step, title: 'The same again' };
    expect(tableOf(exercise(step, same)).split('\n')).toHaveLength(3);
  });

  it.each<[string, ExerciseReport]>([
    ['a check fails', exercise(step, { ...passed, status: 'fail' })],
    ['nothing is counted', exercise()],
    ['the model solution was not counted', exercise({ ...step, solutionCost: undefined })],
    ['another version counted less', exercise({ ...step, solutionCost: { kernels: 1 } })],
  ])('is not told where %s', (_, one) => {
    expect(tableOf(one)).toBe('');
    expect(markdown(reportOf(one))).not.toContain('costs');
    expect(studentPage(reportOf(one))).not.toContain('costs');
  });

  it('keeps within any width: figures that have no room are left out, whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 120 }), (width) => {
        const lines = tableOf(exercise(step, prompt), width).split('\n');
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
        if (width >= 40) expect(lines[2]).toMatch(/ 1 024 +22( |$)/);
      }),
    );
  });

  it('is in reports for people on public cases, and in none for students on hidden ones', () => {
    const one = exercise(step);
    const open = reportOf(one);
    for (const text of [terminalReport(open, { explain: 'first', width: 80 }), markdown(open), studentPage(open)]) {
      expect(text).toContain('1 024');
      expect(text).toContain('4 630 392');
    }
    const hidden = reportOf(one, { seed: 'ab'.repeat(32) });
    for (const text of [markdown(hidden), studentPage(hidden)]) expect(text).not.toContain('4 630 392');
  });
});

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  const file = join(temporaryFolder({ 'page.html': studentPage(reportOf(exercise(step, prompt))) }), 'page.html');
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  it.each([375, 1000])('fits a page of %i points', async (width) => {
    const { page, trouble } = await openPage(browser, file, { width });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(trouble).toEqual([]);
    await page.close();
  });
});

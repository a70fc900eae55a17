import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classSummary } from '../commands/summary-lines.ts';
import { hasBrowser, launchBrowser, openPage } from '../testing/browser.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { classPage } from './class-page.ts';
import { summarise } from './class-summary.ts';
import { entryPage, studentPage } from './formats/html.ts';
import type { Gradebook, GradebookEntry } from './gradebook.ts';
import { pageNames } from './page-names.ts';
import type { Report } from './report.ts';

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '"><script>alert(2)</script>',
  "' onfocus=alert(3) autofocus '",
  '../../etc/passwd',
];
const hidden: Report = { ...sampleReport, seed: 'ab'.repeat(32) };

function entry(student: string, score: number | null, report: Report | null = hidden): GradebookEntry {
  const status = score === null ? 'not-judged' : 'graded';
  return { student, submission: student, submittedAt: null, status, score, maxScore: 8, problem: null, report };
}

function gradebook(size: number): Gradebook {
  const students = Array.from({ length: size }, (_, i) => HOSTILE[i] ?? `student-${i}`);
  const entries = students.map((student, i) => entry(student, i % 9));
  return { schema: 'attention-kit/gradebook/v1', assignment: 'week-1', title: '<b>Week</b>', maxScore: 8, entries };
}

describe('a class in numbers', () => {
  it('counts a misconception once a student, and leaves what has no grade out of the median', () => {
    const entries = [entry('a', 2), entry('b', 8), entry('c', 5), entry('d', null, null)];
    const summary = summarise({ ...gradebook(0), entries });
    expect(summary).toMatchObject({ graded: 3, median: 5, mean: 5, allPassed: 1 });
    expect(summary.misconceptions).toMatchObject([{ id: 'maskIgnored', students: ['a', 'b', 'c'] }]);
    expect(summary.problems.map(({ student }) => student)).toEqual(['d']);
    expect(summary.distribution.reduce((sum, { count }) => sum + count, 0)).toBe(3);
  });

  it('has what is unreadable as 0 everywhere: in the mean, on the class page and on its own page', () => {
    const unreadable: GradebookEntry = {
      ...entry('bob', 0, null),
      status: 'unreadable',
      problem: "EACCES: scandir '/srv/class/bob/exercises'",
    };
    const book = { ...gradebook(0), entries: [entry('ada', 8), unreadable] };
    expect(summarise(book)).toMatchObject({ graded: 2, mean: 4, median: 4 });
    expect(classSummary(book, { facts: '', file: 'g' })).toContain('mean 4.0, median 4, from 0 to 8');
    expect(classPage(book)).toContain('unreadable: 0 points');
    const page = entryPage(unreadable);
    expect(page).toContain('<strong>0</strong> of 8 points');
    expect(page).not.toContain('no grade yet');
    for (const text of [page, classPage(book)]) {
      expect(text).toContain('scandir &#39;exercises&#39;');
      expect(text).not.toContain('/srv/class');
    }
  });

  it('shows whoever has no grade yet none, and the reason to the instructor alone', () => {
    const unjudged = { ...entry('cem', null, null), problem: 'the host ended' };
    expect(entryPage(unjudged)).toContain('There is no grade yet');
    expect(entryPage(unjudged)).not.toMatch(/of 8 points|the host ended/);
    expect(entryPage(unjudged, { instructor: true })).toContain('the host ended');
  });

  it('names those whose code ended itself, or costs far more than the others', () => {
    const check = sampleReport.exercises[0].checks[0];
    const reportOf = (flops: number, fault?: 'timeout'): Report => ({
      ...hidden,
      exercises: [
        { ...hidden.exercises[0], checks: [{ ...check, kind: 'cost', cost: { flops }, ...(fault && { fault }) }] },
      ],
    });
    const entries = [10, 11, 10, 12, 90].map((flops, i) => entry(`s${i}`, 1, reportOf(flops)));
    entries.push(entry('slow', 1, reportOf(10, 'timeout')));
    const { unusual } = summarise({ ...gradebook(0), entries });
    expect(unusual.map(({ student }) => student)).toEqual(['slow', 's4']);
  });

  it('shows as many like pairs as one looks at, and says how many there are besides', () => {
    const pair = { exercise: 'e', similarity: 1, longest: 9, overlap: 9 };
    const pairs = Array.from({ length: 30_000 }, (_, i) => ({ ...pair, left: `l${i}`, right: `r${i}` }));
    const exercises = [{ id: 'e', submissions: 250, usual: 0.4 }];
    const similarity = { schema: 'attention-kit/similarity/v1' as const, submissions: 250, pairs, exercises };
    const text = classPage(gradebook(0), { similarity });
    expect(text.match(/<th scope="row">l\d+ and r\d+/g)).toHaveLength(200);
    expect(text).toContain('l0 and r0');
    expect(text).toContain('29800 pairs that stand out less are not shown');
  });

  it('names all of a group in a like pair', () => {
    const pairs = [{ exercise: 'e', similarity: 1, longest: 9, overlap: 9, left: 'ada', right: 'cem' }];
    const exercises = [{ id: 'e', submissions: 2, usual: 0.4 }];
    const schema = 'attention-kit/similarity/v1' as const;
    const similarity = { schema, submissions: 2, groups: [['ada', 'bob']], pairs, exercises };
    expect(classPage(gradebook(0), { similarity })).toContain('ada, bob and cem');
  });

  it('gives several that are wholly alike one row', () => {
    const like = { exercise: 'e', similarity: 1, longest: 9, overlap: 9 };
    const pairs = ['ab', 'ac', 'bc'].map(([left, right]) => ({ ...like, left, right }));
    const exercises = [{ id: 'e', submissions: 3, usual: 0.4 }];
    const similarity = { schema: 'attention-kit/similarity/v1' as const, submissions: 3, pairs, exercises };
    expect(classPage(gradebook(0), { similarity }).match(/<th scope="row">.*<br>/g)).toEqual([
      '<th scope="row">3 alike: a; b; c<br>',
    ]);
  });

  it('with nothing handed in is still a page', () => {
    expect(classPage(gradebook(0))).toContain('Nothing is graded yet');
  });
});

describe("file names of students' pages", () => {
  it('are plain and never the same twice, whatever the students are called', () => {
    const names = pageNames([...HOSTILE, 'Ada', 'ada', 'ADA!', 'ada-2', '', '…', 'con', 'José']);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
    expect(names).toContain('jose');
    expect(names).not.toContain('con');
  });
});

describe("a student's page", () => {
  it('shows of hidden checks neither inputs nor pictures nor the seed; the instructor sees them', () => {
    const shown = studentPage(hidden);
    for (const secret of [hidden.seed, 'expected 1, got 1.5', 'smallest failing case', 'class="map"']) {
      expect(shown).not.toContain(secret);
      expect(studentPage(hidden, { instructor: true })).toContain(secret);
    }
    expect(shown).toContain('The mask has no effect.');
  });

  it('names what changed the grade', () => {
    const adjusted = { ...hidden, adjustments: [{ reason: '2 days late: <10%> a day', points: -1 }] };
    expect(studentPage(adjusted)).toContain('2 days late: &lt;10%&gt; a day <strong class="points">-1</strong>');
  });
});

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  const folder = temporaryFolder({
    'five.html': classPage(gradebook(5)),
    'many.html': classPage(gradebook(500)),
    'student.html': studentPage(hidden, { instructor: true, title: HOSTILE[2] }),
  });
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  it.each(['five', 'many', 'student'])('%s: asks for nothing, says nothing, and fits a phone', async (name) => {
    for (const width of [375, 1000]) {
      const { page, trouble } = await openPage(browser, join(folder, `${name}.html`), { width });
      const wide = await page.evaluate('document.documentElement.scrollWidth');
      expect(wide).toBeLessThanOrEqual(width);
      const active = await page.evaluate('document.querySelectorAll("img, script:not(:last-child), [onfocus]").length');
      expect(active).toBe(0);
      expect(trouble).toEqual([]);
      await page.close();
    }
  });

  it('links only to the pages beside it, and shows names as they are', async () => {
    const { page } = await openPage(browser, join(folder, 'five.html'));
    const links = (await page.evaluate('[...document.links].map((a) => a.getAttribute("href"))')) as string[];
    for (const link of links) expect(link).toMatch(/^pages\/[a-z0-9_-]+\.html$/);
    expect(await page.textContent('tr[data-status] a')).toBe(HOSTILE[0]);
    await page.close();
  });

  it('sorts by a column at a click or Enter, and turns it round', async () => {
    const { page } = await openPage(browser, join(folder, 'many.html'));
    const heading = page.locator('table[data-sortable=filter] th', { hasText: 'score' });
    const first = () => page.textContent('table[data-sortable=filter] tbody td');
    await heading.locator('button').click();
    expect([await heading.getAttribute('aria-sort'), await first()]).toEqual(['descending', '8/8']);
    await heading.locator('button').press('Enter');
    expect([await heading.getAttribute('aria-sort'), await first()]).toEqual(['ascending', '0/8']);
    await page.close();
  });

  it('finds a student by name', async () => {
    const { page } = await openPage(browser, join(folder, 'many.html'));
    await page.fill('#filter input', 'student-49');
    expect(await page.locator('tr[data-status]:visible').count()).toBe(11);
    expect(await page.textContent('#filter output')).toBe('11 of 500');
    await page.close();
  });

  it('is dark where the reader wants it dark', async () => {
    const paper = async (dark: boolean) => {
      const { page } = await openPage(browser, join(folder, 'five.html'), { dark });
      const colour = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      await page.close();
      return colour;
    };
    expect([await paper(false), await paper(true)]).toEqual(['rgb(255, 255, 255)', 'rgb(18, 22, 27)']);
  });
});

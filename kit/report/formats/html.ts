/** One student's report as a page. */

import { COST_METRICS, type CostRow, inGroups } from '../cost-table.ts';
import type { GradebookEntry } from '../gradebook.ts';
import { fallbacksInWords, machineInWords, timingInWords } from '../numbers.ts';
import { shareBar } from '../page/charts.ts';
import { type Html, html } from '../page/html.ts';
import { matrixPictures, vectorPicture } from '../page/matrix.ts';
import { page } from '../page/page.ts';
import { LINKED_CELLS } from '../page/scripts.ts';
import { type Adjustment, HOLDS, type Report } from '../report.ts';
import { type StudentCheck, type StudentDetails, type StudentExercise, studentView } from '../student-view.ts';
import { gradeOf } from './grades.ts';

export interface StudentPageOptions {
  /** Everything, hidden inputs and the seed too: not for students' eyes. */
  instructor?: boolean;
  /** Default: the submission's name. */
  title?: string;
}

const MARKS: Record<StudentCheck['status'], [mark: string, word: string]> = {
  pass: ['✓', 'passed'],
  fail: ['✗', 'failed'],
  'not-judged': ['?', 'not judged'],
};
const ASIDE = ['–', 'not judged here'];
const WAITS = ['○', HOLDS];

export function studentPage(report: Report, { instructor = false, title }: StudentPageOptions = {}): string {
  const hidden = report.seed !== 'public';
  // What students see of public checks is what an instructor sees of all.
  const shown = studentView(instructor ? { ...report, seed: 'public' } : report);
  const { submission, score, maxScore, exercises, adjustments, final } = shown;
  return page({
    title: title ?? submission.id,
    kicker: instructor && hidden ? 'For the instructor: shows hidden cases' : undefined,
    lead: submission.commit && html`commit <code>${submission.commit.slice(0, 12)}</code>`,
    body: [
      total(score, maxScore),
      adjustmentNotes(adjustments),
      !final &&
        html`<p class="note">Some checks could not be judged; your code is not the cause. This grade is not final.</p>`,
      exercises.map((exercise, i) => exerciseSection(exercise, instructor ? report.exercises[i].printed : undefined)),
    ],
    footer: footer(report, instructor && hidden),
    scripts: instructor || !hidden ? [LINKED_CELLS] : [],
  });
}

/** The page of a student of a class, whether or not anything could be judged. */
export function entryPage(entry: GradebookEntry, { instructor = false }: StudentPageOptions = {}): string {
  const { student, report, status, score, maxScore, problem, corrected } = entry;
  if (report) return studentPage(report, { instructor, title: student });
  const isGrade = gradeOf(entry) !== null;
  return page({
    title: student,
    body: [
      isGrade && total(score ?? 0, maxScore),
      status === 'unreadable' &&
        html`<p class="note">Nothing in what was handed in could be graded${problem && html`: ${problem}`}</p>`,
      adjustmentNotes(corrected?.because ?? []),
      !isGrade &&
        html`<p class="note">There is no grade yet. This is not the submission's fault.${instructor && problem && html` ${problem}`}</p>`,
    ],
  });
}

const adjustmentNotes = (adjustments: Adjustment[]): Html[] =>
  adjustments.map(
    ({ reason, points }) =>
      html`<p class="note">${reason}${points !== 0 && html` <strong class="points">${points > 0 && '+'}${points}</strong>`}</p>`,
  );

const total = (
  score: number,
  maxScore: number,
) => html`<p class="total"><strong>${score}</strong> of ${maxScore} points</p>
${shareBar(maxScore > 0 ? score / maxScore : 0)}`;

function footer({ backend, isolation, seed, machine, fallbacks }: Report, replay: boolean): Html {
  const level = isolation === 'permissions' ? "Node's permissions" : isolation;
  return html`<p>${backend.name} (${backend.device}); isolation: ${level}; ${seed === 'public' ? 'public cases' : 'hidden cases'}</p>
${machine && html`<p>${machineInWords(machine)}</p>`}
${(replay || seed === 'public') && fallbacks && html`<p>${fallbacksInWords(fallbacks)}</p>`}
${replay && html`<p>To replay this grade: <code>--seed submission:${seed}</code></p>`}`;
}

function exerciseSection(exercise: StudentExercise, printed?: string): Html {
  const { id, title, score, maxScore, problem, checks, costs } = exercise;
  return html`<section>
<div class="headline"><h2>${title}<span class="id">${id}</span></h2><span class="points">${score}/${maxScore}</span></div>
${problem && html`<p class="fail">${problem}</p>`}
<ul class="checks">${checks.map((check) => checkItem(check, problem))}</ul>
${costs.length > 0 && costTable(costs)}
${printed && html`<details><summary>What it printed</summary><pre class="scroll"><code>${printed}</code></pre></details>`}
</section>`;
}

function costTable(costs: CostRow[]): Html {
  const figures = ({ yours, model }: CostRow) =>
    COST_METRICS.map(([name]) => [yours, model].map((cost) => html`<td class="number">${inGroups(cost[name])}</td>`));
  return html`<div class="scroll"><table><caption>What it costs, beside the model solution</caption>
<thead><tr><th></th>${COST_METRICS.map(([, words]) => html`<th class="number">${words}</th><th class="number">model</th>`)}</tr></thead>
<tbody>${costs.map((row) => html`<tr><th>${row.title}</th>${figures(row)}</tr>`)}</tbody></table></div>`;
}

function checkItem(check: StudentCheck, problem: string | null) {
  const { status, holds, title, points, maxPoints, feedback, setAside, timing, details } = check;
  const [mark, word] = setAside ? ASIDE : holds ? WAITS : MARKS[status];
  const why = [
    (setAside || holds) && html`<p class="soft">${setAside ?? HOLDS}</p>`,
    timing && html`<p class="soft">${timingInWords(timing)}</p>`,
    details && details.message !== problem && explanation(details),
    feedback && html`<p class="looks">Likely mistake: ${feedback}</p>`,
    details?.picture && pictureOf(details.picture),
  ].filter(Boolean);
  return html`<li><div class="row"><span class="status ${setAside || holds ? 'soft' : status}" role="img" aria-label="${word}">${mark}</span><span class="title">${title}</span><span class="points">${points}/${maxPoints}</span></div>
${why.length > 0 && html`<div class="why">${why}</div>`}</li>`;
}

function explanation({ message, at, smallest }: StudentDetails): Html {
  return html`<p>${message}</p>
${at && html`<p class="soft">at <code>${at}</code></p>`}
${smallest && html`<p class="soft">smallest failing case: ${smallest}</p>`}`;
}

function pictureOf({ caption, shape, origin, got, want, tolerance }: NonNullable<StudentDetails['picture']>): Html {
  const [rows, columns] = shape;
  const matrix = { rows, columns, got, want, tolerance, origin };
  return html`<p class="soft">${caption}</p>${rows === 1 && columns > 2 ? vectorPicture(matrix) : matrixPictures(matrix)}`;
}

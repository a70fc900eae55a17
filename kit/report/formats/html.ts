/** One student's report as a page. */

import { shareBar } from '../page/charts.ts';
import { type Html, html } from '../page/html.ts';
import { matrixPictures, vectorPicture } from '../page/matrix.ts';
import { page } from '../page/page.ts';
import { LINKED_CELLS } from '../page/scripts.ts';
import type { CheckReport, ExerciseReport, Report } from '../report.ts';
import { studentView } from '../student-view.ts';

export interface StudentPageOptions {
  /** Everything, hidden inputs and the seed too: not for students' eyes. */
  instructor?: boolean;
  /** Default: the submission's name. */
  title?: string;
}

const MARKS: Record<CheckReport['status'], [mark: string, word: string]> = {
  pass: ['✓', 'passed'],
  fail: ['✗', 'failed'],
  'not-judged': ['?', 'not judged'],
};

export function studentPage(report: Report, { instructor = false, title }: StudentPageOptions = {}): string {
  const shown = instructor ? report : studentView(report);
  const { submission, score, maxScore, exercises, adjustments = [], backend, isolation, seed } = shown;
  const hidden = seed !== 'public';
  const unjudged = exercises.flatMap(({ checks }) => checks).filter(({ status }) => status === 'not-judged').length;
  return page({
    title: title ?? submission.id,
    kicker: instructor && hidden ? 'For the instructor: shows hidden cases' : undefined,
    lead: submission.commit && html`commit <code>${submission.commit.slice(0, 12)}</code>`,
    body: [
      html`<dl class="figures"><div><dt>points</dt><dd>${score} of ${maxScore}</dd></div></dl>
<p>${shareBar(maxScore > 0 ? score / maxScore : 0)}</p>`,
      adjustments.map(
        ({ reason, points }) =>
          html`<p class="note">${reason}${points !== 0 && html` <strong class="points">${points > 0 && '+'}${points}</strong>`}</p>`,
      ),
      unjudged > 0 &&
        html`<p class="note">${unjudged === 1 ? 'One check' : `${unjudged} checks`} could not be judged, through no fault of the code. This grade is not final.</p>`,
      exercises.map(exerciseSection),
    ],
    footer: html`<p>${backend.name} (${backend.device}); isolated by ${isolation === 'permissions' ? "Node's permissions" : isolation}; ${hidden ? 'hidden cases' : 'public cases'}</p>
${instructor && hidden && html`<p>To replay this grade: <code>--seed submission:${seed}</code></p>`}`,
    scripts: instructor || !hidden ? [LINKED_CELLS] : [],
  });
}

function exerciseSection({ id, title, score, maxScore, problem, checks, printed }: ExerciseReport): Html {
  return html`<section>
<div class="headline"><h2>${title}<span class="id">${id}</span></h2><span class="points">${score}/${maxScore}</span></div>
${problem && html`<p class="fail">${problem}</p>`}
<ul class="checks">${checks.map((check) => checkItem(check, problem))}</ul>
${printed && html`<details><summary>What it printed</summary><pre class="scroll"><code>${printed}</code></pre></details>`}
</section>`;
}

function checkItem(check: CheckReport, problem: string | null): Html {
  const { status, title, points, maxPoints, message, at, smallest, misconception, picture } = check;
  const [mark, word] = MARKS[status];
  const why = [
    message !== null && message !== problem && html`<p>${message}</p>`,
    at && html`<p class="soft">at <code>${at}</code></p>`,
    smallest && html`<p class="soft">smallest failing case: ${smallest}</p>`,
    misconception && html`<p class="looks">It looks like this: ${misconception.feedback}</p>`,
    picture && pictureOf(picture),
  ].filter(Boolean);
  return html`<li><div class="row"><span class="status ${status}" role="img" aria-label="${word}">${mark}</span><span class="title">${title}</span><span class="points">${points}/${maxPoints}</span></div>
${why.length > 0 && html`<div class="why">${why}</div>`}</li>`;
}

function pictureOf({ caption, shape, origin, got, want, tolerance }: NonNullable<CheckReport['picture']>): Html {
  const [rows, columns] = shape;
  const matrix = { rows, columns, got, want, tolerance, origin };
  return html`<p class="soft">${caption}</p>${rows === 1 ? vectorPicture(matrix) : matrixPictures(matrix)}`;
}

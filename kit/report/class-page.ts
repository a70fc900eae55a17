/** The class at a glance: how it went, what to teach again, whom to look at. One self-contained page. */

import { plural } from '../text/number.ts';
import { type ClassSummary, summarise } from './class-summary.ts';
import type { Gradebook, GradebookEntry } from './gradebook.ts';
import { histogram, shareBar } from './page/charts.ts';
import { type Html, html } from './page/html.ts';
import { page } from './page/page.ts';
import { SORTABLE_TABLES } from './page/scripts.ts';
import { pageNames } from './page-names.ts';
import { alikeIn, membersOf, type SimilarityReport } from './similarity.ts';

export interface ClassPageOptions {
  similarity?: SimilarityReport;
}

/** So many of a list are shown at once; the rest unfold. */
const AT_ONCE = 6;
const PAIRS_AT_ONCE = 20;
/** More would not be looked at, and a class of 300 with short exercises has ten thousands. */
const MOST_PAIRS = 200;

/** `index.html`; it links to `pages/<name>.html`, by `pageNames`. */
export function classPage(gradebook: Gradebook, { similarity }: ClassPageOptions = {}): string {
  const { title, assignment, entries, maxScore } = gradebook;
  const summary = summarise(gradebook);
  const names = pageNames(entries.map(({ student }) => student));
  const linkOf = new Map(entries.map(({ student }, i) => [student, studentLink(student, names[i])]));
  return page({
    title,
    kicker: assignment && assignment !== title ? `Class · ${assignment}` : 'Class',
    body: [
      figures(summary, entries, maxScore),
      problems(summary, linkOf),
      missing(gradebook),
      corrections(entries, linkOf),
      html`<h2>Scores</h2>
${summary.graded > 0 ? histogram(summary.distribution, 'Submissions by share of the points') : html`<p class="soft">Nothing is graded yet.</p>`}`,
      misconceptions(summary, linkOf),
      exercises(summary),
      missed(summary),
      unusual(summary, linkOf),
      similarity && similarPairs(similarity, linkOf),
      students(entries, names),
    ],
    footer: html`<p>For the instructor: this page names students.</p>`,
    scripts: [SORTABLE_TABLES],
  });
}

type Links = Map<string, Html>;

const studentLink = (student: string, name: string) => html`<a href="pages/${name}.html">${student}</a>`;
const linked = (student: string, links: Links) => links.get(student) ?? html`${student}`;
const number = (value: number | null) => (value === null ? '–' : String(Math.round(value * 10) / 10));
const percent = (share: number) => `${Math.round(share * 100)}%`;

function figures(summary: ClassSummary, entries: GradebookEntry[], maxScore: number): Html {
  const { graded, median, mean, allPassed, problems } = summary;
  const unreadable = problems.filter(({ status }) => status === 'unreadable').length;
  const figure = (name: string, value: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="figures">
${figure('submissions', String(entries.length))}
${figure(`median of ${maxScore}`, number(median))}
${figure(`mean of ${maxScore}`, number(mean))}
${figure('with all points', graded ? percent(allPassed / graded) : '–')}
${problems.length > unreadable && figure('not judged', String(problems.length - unreadable))}
${unreadable > 0 && figure('unreadable', String(unreadable))}
</dl>`;
}

function problems({ problems }: ClassSummary, links: Links): Html | false {
  if (problems.length === 0) return false;
  const items = problems.map(
    ({ student, status, score, problem }) =>
      html`<li><p>${linked(student, links)} <span class="${status}">${WORDS[status]}${status === 'unreadable' && `: ${score ?? 0} points`}</span></p><p>${problem ?? (status === 'not-judged' ? 'An infrastructure error, not the submission: grade it again.' : 'Ask for it to be handed in again.')}</p></li>`,
  );
  return html`<h2>Could not be graded</h2>${unfolding(items)}`;
}

function missing({ missing = [] }: Gradebook): Html | false {
  if (missing.length === 0) return false;
  return html`<h2>Handed in nothing</h2>${unfolding(missing.map((name) => html`<li><p>${name}</p></li>`))}`;
}

function corrections(entries: GradebookEntry[], links: Links): Html | false {
  const items = entries.flatMap(({ student, corrected }) =>
    (corrected?.because ?? []).map(
      ({ reason, points }) =>
        html`<li><p>${linked(student, links)} <strong class="points">${points > 0 && '+'}${points}</strong></p><p class="soft">${reason}</p></li>`,
    ),
  );
  return items.length > 0 && html`<h2>Corrected by hand</h2>${unfolding(items)}`;
}

const WORDS: Record<GradebookEntry['status'], string> = {
  graded: 'graded',
  'not-judged': 'not judged',
  unreadable: 'unreadable',
};

function misconceptions({ misconceptions, graded }: ClassSummary, links: Links): Html {
  const items = misconceptions.map(
    ({ exercise, feedback, students }) => html`<li>
<p><strong>${feedback}</strong></p>
<details><summary>${plural(students.length, 'student', 'students')}${graded > 0 && students.length <= graded && ` of ${graded}`} · ${exercise}</summary><p>${joined(students.map((student) => linked(student, links)))}</p></details></li>`,
  );
  return html`<h2>What to teach again</h2>
${items.length ? unfolding(items) : html`<p class="soft">No known mistake was recognised.</p>`}`;
}

function joined(parts: Html[]): Html[] {
  return parts.map((part, i) => (i === 0 ? part : html`, ${part}`));
}

function exercises({ exercises }: ClassSummary): Html | false {
  if (exercises.length === 0) return false;
  const rows = exercises.map(
    ({ id, title, share, allPassed, judged }) => html`<tr>
<th scope="row">${title}<br><span class="id">${id}</span></th>
<td class="number" data-sort="${share}">${percent(share)}</td><td class="wide">${shareBar(share)}</td>
<td class="number" data-sort="${allPassed / judged}">${allPassed} of ${judged}</td></tr>`,
  );
  return html`<h2>Exercises, hardest first</h2>
<div class="scroll"><table data-sortable=""><thead><tr><th scope="col">exercise</th><th scope="col" class="number">mean</th><th scope="col" class="wide"><span class="soft">share of the points</span></th><th scope="col" class="number">all passed</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function missed({ missed }: ClassSummary): Html | false {
  if (missed.length === 0) return false;
  const items = missed.map(
    ({ exercise, title, missed, judged }) =>
      html`<tr><th scope="row">${title}<br><span class="id">${exercise}</span></th><td class="number">${missed} of ${judged}</td><td class="wide">${shareBar(missed / judged)}</td></tr>`,
  );
  const table = (rows: Html[]) =>
    html`<div class="scroll"><table><thead><tr><th scope="col">check</th><th scope="col" class="number">missed by</th><th scope="col" class="wide"></th></tr></thead><tbody>${rows}</tbody></table></div>`;
  const rest = items.slice(AT_ONCE);
  return html`<h2>Checks that most miss</h2>${table(items.slice(0, AT_ONCE))}
${rest.length > 0 && html`<details><summary>${rest.length} more</summary>${table(rest)}</details>`}`;
}

function unusual({ unusual }: ClassSummary, links: Links): Html | false {
  if (unusual.length === 0) return false;
  const items = unusual.map(
    ({ student, what }) => html`<li><p>${linked(student, links)}</p><p class="soft">${what}</p></li>`,
  );
  return html`<h2>Slow or unusual</h2>${unfolding(items)}`;
}

function similarPairs(report: SimilarityReport, links: Links): Html {
  const { exercises } = report;
  const alike = alikeIn(report.pairs);
  const who = (student: string) => joined(membersOf(report, student).map((member) => linked(member, links)));
  const usual = new Map(exercises.map(({ id, usual }) => [id, usual]));
  const rows = alike.slice(0, MOST_PAIRS).map(
    ({ pair: { exercise, similarity, longest }, members }) => html`<tr>
<th scope="row">${members.length > 2 && `${members.length} alike: `}${members.map(({ student }, i) => html`${i > 0 && (members.length > 2 ? '; ' : ' and ')}${who(student)}`)}<br><span class="id">${exercise}</span></th>
<td class="number" data-sort="${similarity}">${percent(similarity)}</td><td class="number" data-sort="${usual.get(exercise) ?? 0}">${percent(usual.get(exercise) ?? 0)}</td><td class="number wide" data-sort="${longest}">${longest}</td></tr>`,
  );
  const table = (rows: Html[]) =>
    html`<div class="scroll"><table data-sortable=""><thead><tr><th scope="col">pair</th><th scope="col" class="number">alike</th><th scope="col" class="number">usual</th><th scope="col" class="number wide">longest, in tokens</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  const rest = rows.slice(PAIRS_AT_ONCE);
  const left = alike.length - rows.length;
  return html`<h2>Alike</h2>
<p>A place to look, not a verdict: short right answers are alike by nature. “Usual” is the median of all pairs; those furthest above it come first.</p>
${rows.length === 0 ? html`<p class="soft">No pair stands out.</p>` : table(rows.slice(0, PAIRS_AT_ONCE))}
${rest.length > 0 && html`<details><summary>${rest.length} more</summary>${table(rest)}</details>`}
${left > 0 && html`<p class="soft">${left} pairs that stand out less are not shown; kit similarity with a higher --above leaves fewer.</p>`}`;
}

function students(entries: GradebookEntry[], names: string[]): Html {
  const rows = entries.map(({ student, status, score, maxScore, submittedAt, report }, i) => {
    const checks = report?.exercises.flatMap((exercise) => exercise.checks) ?? [];
    const passed = checks.filter((check) => check.status === 'pass').length;
    return html`<tr data-status="${status}"><th scope="row">${studentLink(student, names[i])}</th>
<td class="number" data-sort="${score ?? -1}">${score === null ? '–' : `${score}/${maxScore}`}</td><td class="wide">${shareBar(score === null ? 0 : score / (maxScore || 1))}</td>
<td class="number" data-sort="${passed}">${report ? `${passed} of ${checks.length}` : '–'}</td>
<td class="${status !== 'graded' && status}">${WORDS[status]}</td>
<td class="wide soft">${submittedAt?.replace('T', ' ').replace(/(:\d\d)?(\.\d+)?Z$/, ' UTC') ?? '–'}</td></tr>`;
  });
  return html`<h2 id="students">Students</h2>
<div class="controls" id="filter" hidden><label>Find <input type="search" autocomplete="off"></label>
<label>State <select><option value="">all</option><option value="graded">graded</option><option value="not-judged">not judged</option><option value="unreadable">unreadable</option></select></label><output aria-live="polite"></output></div>
<div class="scroll"><table data-sortable="filter"><thead><tr><th scope="col">student</th><th scope="col" class="number">score</th><th scope="col" class="wide"><span class="soft">share</span></th><th scope="col" class="number">checks passed</th><th scope="col">state</th><th scope="col" class="wide">handed in</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function unfolding(items: Html[]): Html {
  const rest = items.slice(AT_ONCE);
  return html`<ul class="cards">${items.slice(0, AT_ONCE)}</ul>
${rest.length > 0 && html`<details><summary>${rest.length} more</summary><ul class="cards">${rest}</ul></details>`}`;
}

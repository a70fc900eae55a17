/** A summary in GitHub's Markdown, for a job's page ($GITHUB_STEP_SUMMARY). */
import { plain } from '../../text/plain.ts';
import { COST_METRICS, type CostRow, inGroups } from '../cost-table.ts';
import { counted, HOLDS, type Report } from '../report.ts';
import { type StudentCheck, type StudentExercise, type StudentReport, studentView } from '../student-view.ts';

/** GitHub refuses a summary with more than 1 MiB, whole. */
const MAX_BYTES = 1024 * 1024;

const MARK = { pass: '✅', fail: '❌', 'not-judged': '❔' };

export function markdown(report: Report): string {
  const view = studentView(report);
  const head = heading(view);
  const details = view.exercises.map(exerciseText);
  const whole = [head, ...details].join('\n');
  if (Buffer.byteLength(whole) <= MAX_BYTES) return whole;
  return fitting(head, details);
}

/** As many exercises as there is room for, and how many are missing. */
function fitting(head: string, details: string[]): string {
  const note = (missing: number) => `\n_${missing} more exercises are too long to be shown here._\n`;
  let text = Buffer.byteLength(head) + 200 <= MAX_BYTES ? head : '## This report is too long for a summary\n';
  for (const [i, part] of details.entries()) {
    if (Buffer.byteLength(text) + Buffer.byteLength(part) + 200 > MAX_BYTES) return text + note(details.length - i);
    text += `\n${part}`;
  }
  return text;
}

function heading(view: StudentReport): string {
  const { exercises, submission, score, maxScore, final, adjustments, cases } = view;
  const rows = exercises.map((exercise) => {
    const unjudged = counted(exercise.checks).some(({ status }) => status === 'not-judged');
    const points = unjudged ? '?' : exercise.score;
    return `| ${prose(exercise.title)} | ${points} | ${exercise.maxScore} |\n`;
  });
  const changed = adjustments.map(
    ({ reason, points }) => `- ${prose(reason)}${points === 0 ? '' : `: ${points} points`}\n`,
  );
  return [
    `## ${final ? `${score} of ${maxScore} points` : 'Not graded yet'}\n\n`,
    `${code(submission.id)}, on ${cases} cases\n\n`,
    final ? '' : '> Some checks could not be judged; your code is not the cause. Run this again.\n\n',
    '| exercise | points | of |\n| --- | ---: | ---: |\n',
    ...rows,
    changed.length > 0 ? `\n${changed.join('')}` : '',
  ].join('');
}

function exerciseText({ title, id, problem, checks, costs }: StudentExercise): string {
  const said = new Set<string | null>();
  const lines = checks.map((check) => {
    const repeated = said.has(check.feedback);
    said.add(check.feedback);
    return checkText(repeated ? { ...check, feedback: null } : check, problem !== null);
  });
  const why = problem === null ? '' : `Nothing in it could be run: ${code(problem)}\n\n`;
  return `### ${prose(title)}\n\n${code(id)}\n\n${why}${lines.join('')}${costText(costs)}`;
}

function costText(costs: CostRow[]): string {
  const lines = costs.map(({ title, yours, model }) => {
    const figures = COST_METRICS.map(([name, words]) => `${inGroups(yours[name])} ${words} (${inGroups(model[name])})`);
    return `- ${prose(title)}: ${figures.join(', ')}\n`;
  });
  return lines.length > 0 ? `\nWhat it costs (the model solution in brackets):\n\n${lines.join('')}` : '';
}

function checkText(check: StudentCheck, quiet: boolean): string {
  const { title, status, holds, points, maxPoints, feedback, setAside, details } = check;
  if (setAside) return `- ➖ ${prose(title)}: ${prose(setAside)}\n`;
  if (holds) return `- ⚪ ${prose(title)}: ${points}/${maxPoints} (${HOLDS})\n`;
  if (status === 'not-judged') return `- ${MARK[status]} ${prose(title)}: could not be judged\n`;
  const lines = [`- ${MARK[status]} ${prose(title)}: ${points}/${maxPoints}\n`];
  if (status === 'fail' && !quiet) {
    if (details) lines.push(`  - ${code(details.message)}\n`);
    if (details?.at) lines.push(`  - at ${code(details.at)}\n`);
  }
  if (feedback) lines.push(`  - Likely mistake: ${prose(feedback)}\n`);
  return lines.join('');
}

/**
 * Text of a submission's making: as code, where nothing links, mentions or nests, in a fence longer than any within. A
 * vertical line is drawn by another character, since it would end the cell of a table even here.
 */
function code(text: string): string {
  const shown = plain(text).replaceAll('|', '∣').trim();
  if (shown === '') return '';
  const fence = '`'.repeat(Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length)) + 1);
  return `${fence} ${shown} ${fence}`;
}

/** Text of the course: marks that Markdown or HTML would read mean themselves; nobody is mentioned, nothing is linked. */
function prose(text: string): string {
  return plain(text)
    .replace(/[\\`*_{}[\]<>&|#~!$@]/g, '\\$&')
    .replace(/:(?=\S)|(?<=www)\./gi, '\\$&')
    .replaceAll('\\@', '\\@\u{2060}');
}

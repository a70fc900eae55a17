/**
 * JUnit XML as readers accept it: a suite an exercise, a case a check, points as properties. Common readers add up the
 * times and show the text of a failure without asking whether there is one, so each has one. The time is always 0: the
 * same grade gives the same bytes, and how long a hidden case takes could tell of it.
 */
import { plain } from '../../text/plain.ts';
import { counted, HOLDS, type Report } from '../report.ts';
import { type StudentCheck, type StudentExercise, type StudentReport, studentView } from '../student-view.ts';
import { remainder } from './rows.ts';

const TIME = 'time="0.000"';
/** For a check that says no more: it failed on a case that students do not see. */
const FAILED = 'failed';
const UNJUDGED = 'could not be judged; your code is not the cause';

export function junit(report: Report): string {
  const view = studentView(report);
  const suites = view.exercises.map((exercise) => suite(exercise, view));
  const checks = view.exercises.flatMap((exercise) => exercise.checks);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${xml(view.submission.id)}" ${counts(checks)} ${TIME}>
${[...suites, ...rules(view)].join('')}</testsuites>
`;
}

function suite({ id, title, problem, checks }: StudentExercise, view: StudentReport): string {
  const cases = checks.map((check) => testCase(check, id, problem, view));
  return `  <testsuite name="${xml(title)}" ${counts(checks)} ${TIME}>
${cases.join('')}  </testsuite>
`;
}

function testCase(check: StudentCheck, id: string, problem: string | null, { final }: StudentReport): string {
  const { title, points, maxPoints } = check;
  return `    <testcase name="${xml(title)}" classname="${xml(id)}" ${TIME}>
${properties('      ', { ...(final && { points }), maxPoints })}${outcome(check, problem)}    </testcase>
`;
}

/** A fault of the machine is an error, not a failure. */
function outcome({ status, holds, feedback, setAside, details }: StudentCheck, problem: string | null): string {
  if (status === 'pass') return '';
  if (setAside ?? holds) return `      <skipped message="${xml(setAside ?? HOLDS)}"/>\n`;
  if (status === 'not-judged') return `      <error type="not-judged" message="${UNJUDGED}">${UNJUDGED}</error>\n`;
  const said = [problem ?? details?.message, !problem && details?.at ? `at ${details.at}` : null, feedback];
  const lines = said.flatMap((text) => (text?.trim() ? [xml(text)] : []));
  if (lines.length === 0) lines.push(FAILED);
  return `      <failure type="failed" message="${lines[0]}">${lines.join('\n')}</failure>\n`;
}

/** What a policy changed: a suite without cases, so that points add up and no test is invented. */
function rules(view: StudentReport): string[] {
  const { points, maxPoints } = remainder(view);
  if (view.adjustments.length === 0 && points === 0 && maxPoints === 0) return [];
  const given = Object.fromEntries(
    view.adjustments.map((adjustment, i) => [`adjustment.${i + 1}`, `${adjustment.reason} (${adjustment.points})`]),
  );
  return [
    `  <testsuite name="The assignment&#39;s rules" ${counts([])} ${TIME}>
${properties('    ', { ...(view.final && { points }), maxPoints, ...given })}  </testsuite>
`,
  ];
}

function properties(indent: string, values: Record<string, string | number>): string {
  const lines = Object.entries(values).map(
    ([name, value]) => `${indent}  <property name="${name}" value="${xml(String(value))}"/>\n`,
  );
  return `${indent}<properties>\n${lines.join('')}${indent}</properties>\n`;
}

function counts(checks: StudentCheck[]): string {
  const here = counted(checks).filter(({ holds }) => !holds);
  const count = (wanted: StudentCheck['status']) => here.filter(({ status }) => status === wanted).length;
  const skipped = checks.length - here.length;
  return `tests="${checks.length}" failures="${count('fail')}" errors="${count('not-judged')}" skipped="${skipped}"`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text and attributes. Besides control characters, XML 1.0 has no U+FFFE and U+FFFF. */
function xml(text: string): string {
  return plain(text)
    .replace(/[\ufffe\uffff]/g, '\u{fffd}')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** Plain tables of a class: our own, and GitHub Classroom's. */
import { basename } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { type Person, personOf } from '../../roster/roster.ts';
import { cell } from '../../text/cell.ts';
import { withoutHostPaths } from '../../text/host-paths.ts';
import type { Gradebook } from '../gradebook.ts';
import { counted } from '../report.ts';
import type { FillOptions } from './fill-table.ts';
import { type Filled, gradeOf, ungraded } from './grades.ts';

/** One row a student, one column an exercise; without a grade the cells are blank. With a roster, who that is. */
export function csv(gradebook: Gradebook, _exported = '', { roster }: FillOptions = {}): Filled {
  const { entries } = gradebook;
  const who = roster ? (['login', 'name', 'email', 'sisId', 'section'] as const) : [];
  const names = { login: 'login', name: 'name', email: 'email', sisId: 'sis_id', section: 'section' };
  const exercises = [...new Set(entries.flatMap(({ report }) => report?.exercises.map(({ id }) => id) ?? []))].sort();
  const head = ['student', 'submission', 'submitted_at', 'status', 'score', 'max_score'];
  const rows = entries.map((entry) => {
    const { student, submission, submittedAt, status, maxScore, problem, report, corrected } = entry;
    const scores = exercises.map((id) => {
      const found = report?.exercises.find((exercise) => exercise.id === id);
      const judged = found && counted(found.checks).every((check) => check.status !== 'not-judged');
      return found && judged ? found.score : '';
    });
    const person = roster && personOf(roster, entry);
    const adjustment = (report ? (report.adjustments ?? []) : (corrected?.because ?? [])).reduce(
      (sum, { points }) => sum + points,
      0,
    );
    return [
      cell(student),
      cell(submission),
      cell(submittedAt ?? ''),
      status,
      gradeOf(entry) ?? '',
      maxScore,
      ...scores,
      adjustment,
      cell(withoutHostPaths(problem ?? '')),
      ...who.map((column) => cell(person?.[column] ?? '')),
    ];
  });
  return {
    text: table([
      [...head, ...exercises.map(cell), 'adjustments', 'problem', ...who.map((column) => names[column])],
      ...rows,
    ]),
    notes: ungraded(gradebook),
  };
}

/** The columns of the file that GitHub Classroom let teachers download; addresses, which only the service knew, are blank. */
export function classroomCsv(gradebook: Gradebook, _exported = '', { roster }: FillOptions = {}): Filled {
  const head = [
    'assignment_name',
    'assignment_url',
    'starter_code_url',
    'github_username',
    'roster_identifier',
    'student_repository_name',
    'student_repository_url',
    'submission_timestamp',
    'points_awarded',
    'points_available',
  ];
  const rows = gradebook.entries.map((entry) => [
    cell(gradebook.title),
    '',
    '',
    cell(entry.student),
    cell(identifierOf(roster && personOf(roster, entry))),
    cell(basename(entry.submission)),
    '',
    cell(entry.submittedAt ?? ''),
    gradeOf(entry) ?? '',
    entry.maxScore,
  ]);
  return { text: table([head, ...rows]), notes: ungraded(gradebook) };
}

/** What GitHub Classroom calls a student's identifier in its roster: whatever the teacher knows them by. */
function identifierOf(person: Person | null | undefined): string {
  return person ? person.login || person.email || person.sisId || person.name : '';
}

export function table(rows: (string | number)[][]): string {
  return stringify(rows, { record_delimiter: 'unix' });
}

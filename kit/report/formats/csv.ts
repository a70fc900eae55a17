/** Plain tables of a class: our own, and GitHub Classroom's. */
import { basename } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { withoutHostPaths } from '../../text/host-paths.ts';
import type { Gradebook } from '../gradebook.ts';
import { counted } from '../report.ts';
import { cell } from './cell.ts';
import { type Filled, gradeOf, ungraded } from './grades.ts';

/** One row a student, one column an exercise; without a grade the cells are blank. */
export function csv(gradebook: Gradebook): Filled {
  const { entries } = gradebook;
  const exercises = [...new Set(entries.flatMap(({ report }) => report?.exercises.map(({ id }) => id) ?? []))].sort();
  const head = ['student', 'submission', 'submitted_at', 'status', 'score', 'max_score'];
  const rows = entries.map((entry) => {
    const { student, submission, submittedAt, status, maxScore, problem, report } = entry;
    const scores = exercises.map((id) => {
      const found = report?.exercises.find((exercise) => exercise.id === id);
      const judged = found && counted(found.checks).every((check) => check.status !== 'not-judged');
      return found && judged ? found.score : '';
    });
    const adjustment = (report?.adjustments ?? []).reduce((sum, { points }) => sum + points, 0);
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
    ];
  });
  return {
    text: table([[...head, ...exercises.map(cell), 'adjustments', 'problem'], ...rows]),
    notes: ungraded(gradebook),
  };
}

/** The columns of the file that GitHub Classroom let teachers download; addresses, which only the service knew, are blank. */
export function classroomCsv(gradebook: Gradebook): Filled {
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
    '',
    cell(basename(entry.submission)),
    '',
    cell(entry.submittedAt ?? ''),
    gradeOf(entry) ?? '',
    entry.maxScore,
  ]);
  return { text: table([head, ...rows]), notes: ungraded(gradebook) };
}

export function table(rows: (string | number)[][]): string {
  return stringify(rows, { record_delimiter: 'unix' });
}

/** A table of grades that Moodle imports by user name. */
import type { Gradebook } from '../gradebook.ts';
import { cell } from './cell.ts';
import { table } from './csv.ts';
import { type Filled, gradeOf, ungraded } from './grades.ts';

/** What Moodle lets a user be called. */
const USERNAME = /^[a-z0-9_][a-z0-9_.@-]*$/;

/**
 * One unknown user stops Moodle's whole import, so whoever cannot be one is left out and named. A blank is not a grade.
 */
export function moodle(gradebook: Gradebook): Filled {
  const known = gradebook.entries.filter(({ student }) => USERNAME.test(student.toLowerCase()));
  const strangers = gradebook.entries.filter((entry) => !known.includes(entry)).map(({ student }) => student);
  const rows = known.map((entry) => [entry.student.toLowerCase(), gradeOf(entry) ?? '']);
  const notes = [
    ...ungraded(gradebook),
    ...(strangers.length > 0 ? [`left out, since Moodle has no such user names: ${strangers.join(', ')}`] : []),
  ];
  return { text: table([['username', cell(gradebook.title) || 'grade'], ...rows]), notes };
}

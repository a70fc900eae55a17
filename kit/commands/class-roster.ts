/** What a roster says of a class that is graded: until when each may hand in, and who did not. */
import type { Assignment } from '../course/assignments.ts';
import { InputError } from '../course/input-error.ts';
import { extensionOf, joinClass, labelOf } from '../roster/roster.ts';
import { plain } from '../text/plain.ts';
import { rosterIn } from './roster-file.ts';

export interface ClassRoster {
  /** By student: where it is not when all must. */
  dueOf: Map<string, string>;
  /** Those who handed in nothing; undefined without a roster. */
  missing?: string[];
  /** For the instructor, a line each. */
  notes: string[];
}

/** @throws InputError for a roster that cannot be read, or an extension that ends before the due date */
export function classRoster(
  file: string | undefined,
  submissions: { student: string; submission: string }[],
  assignment: Assignment | null,
): ClassRoster {
  if (file === undefined) return { dueOf: new Map(), notes: [] };
  const roster = rosterIn(file);
  const { people, missing, strangers, shared } = joinClass(roster, submissions);
  const dueOf = new Map<string, string>();
  for (const [student, person] of people) {
    const due = assignment?.due === undefined ? null : extensionOf(person, assignment.name);
    if (due === null || assignment?.due === undefined) continue;
    if (Date.parse(due) >= Date.parse(assignment.due)) dueOf.set(student, due);
    // One without an assignment may be of an earlier one.
    else if (person.extensions.some((extension) => extension.assignment === assignment.name))
      throw new InputError(
        `${file}: the extension of ${labelOf(person)} ends ${due}, before ${assignment.name} is due (${assignment.due})`,
      );
  }
  const notes = [
    ...named('Not in the roster', strangers),
    ...named(
      'One person of the roster with several submissions under several names',
      shared.map((students) => students.join(' and ')),
    ),
    ...named('Columns of the roster that are not read', roster.unread),
  ];
  return { dueOf, missing: missing.map(labelOf), notes };
}

function named(what: string, names: string[]): string[] {
  return names.length > 0 ? [`${what}: ${names.map(plain).join(', ')}`] : [];
}

/** What an instructor is told of a class beside its grades: who is nobody, who is missing, whose time is unknown. */
import type { JournalRecord } from '../class/journal.ts';
import type { Note, Submission } from '../class/layouts.ts';
import type { Assignment } from '../course/assignments.ts';
import { InputError } from '../course/input-error.ts';
import type { Gradebook, GradebookEntry } from '../report/gradebook.ts';
import { plain } from '../text/plain.ts';

/** So many names fit a line. */
const MOST_NAMES = 5;
const MOST_PASSED_OVER = 3;

export function noteLine({ says, names }: Note): string {
  return `${says}: ${shortly(names, MOST_NAMES)}`;
}

function shortly(names: string[], most: number): string {
  const rest = names.length > most ? `, … (${names.length} in all)` : '';
  return `${names.slice(0, most).map(plain).join(', ')}${rest}`;
}

/** Whoever was graded before and is not in the class's folder now: moved away, renamed, or forgotten. */
export function goneSince(before: Iterable<Pick<JournalRecord, 'student'>>, now: Submission[]): Note[] {
  const here = new Set(now.map(({ student }) => student));
  const gone = new Set([...before].map(({ student }) => student).filter((student) => !here.has(student)));
  const says = 'Graded before and no longer in the folder, so not in the gradebook (their old reports are kept)';
  return gone.size === 0 ? [] : [{ says, names: [...gone].sort() }];
}

/** A time that is not known counts as in time: that is for the instructor to know, and not only for the gradebook. */
export function unknownTimes({ entries }: Gradebook, assignment: Assignment | null): Note[] {
  if (assignment?.due === undefined) return [];
  const isUnknown = ({ submittedAt, status }: GradebookEntry) => submittedAt === null && status === 'graded';
  const names = entries.filter(isUnknown).map(({ student }) => student);
  const says =
    'It is not known when these handed in, so they count as in time; give the times with --submitted (student,time)';
  return names.length === 0 ? [] : [{ says, names }];
}

/** When an assignment's work must be there: the due date, and the grace after it. @throws InputError where it has none */
export function lastMoment(assignment: Assignment | null): string {
  if (assignment?.due === undefined) {
    const what =
      assignment === null ? 'an assignment: name one with --assignment' : `a due date; ${assignment.name} has none`;
    throw new InputError(`--last-in-time takes ${what}`);
  }
  return new Date(Date.parse(assignment.due) + (assignment.late?.graceMinutes ?? 0) * 60_000).toISOString();
}

export function passedOverLine({ passedOver = [] }: Pick<JournalRecord, 'passedOver'>): string {
  return passedOver.length === 0 ? '' : `  (passed over: ${shortly(passedOver, MOST_PASSED_OVER)})`;
}

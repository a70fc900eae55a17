/** What of a gradebook's entry is a grade: never what could not be judged. */
import type { Gradebook, GradebookEntry } from '../gradebook.ts';

/** The text of a gradebook format, and what the instructor should know of it, a line each. */
export interface Filled {
  text: string;
  notes: string[];
  /** Where students were looked for in the file of a platform: how many have a grade, and how many were found. */
  joined?: { wanted: number; found: number; place: string };
}

/** Null where there is no grade: not a zero. */
export function gradeOf({ status, score }: GradebookEntry): number | null {
  return status === 'not-judged' ? null : score;
}

/** Notes on those who have no grade. */
export function ungraded({ entries }: Gradebook): string[] {
  const names = entries.filter((entry) => gradeOf(entry) === null).map(({ student }) => student);
  return names.length === 0 ? [] : [`no grade, since not judged: ${names.join(', ')}`];
}

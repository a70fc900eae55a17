/** Fills the grades into Classroom 50's `scores.json` as a teacher's own, which its collection then leaves alone. */
import { InputError } from '../../course/input-error.ts';
import type { Gradebook } from '../gradebook.ts';
import { studentView } from '../student-view.ts';
import { classroom50Score } from './classroom50.ts';
import { type Filled, gradeOf, ungraded } from './grades.ts';

interface Scores {
  schema: 'classroom50/scores/v1';
  assignments: Record<string, { entries: Entry[] }>;
}

interface Entry {
  owner: string;
  override?: boolean;
  /** Newest first. */
  submissions: Record<string, unknown>[];
}

/**
 * A student's entry keeps what its collection knows of the submission (links, time, who pushed); score, points and tests
 * of the newest submission become ours.
 *
 * @throws InputError if the text is no scores.json, or has not this assignment
 */
export function classroom50Scores(gradebook: Gradebook, collected: string): Filled {
  const scores = readScores(collected);
  const { entries } = bucketOf(scores, gradebook);
  const unmatched: string[] = [];
  for (const entry of gradebook.entries) {
    const grade = gradeOf(entry);
    const found = entries.find(({ owner }) => owner.toLowerCase() === entry.student.toLowerCase());
    if (!found) unmatched.push(entry.student);
    else if (grade !== null) {
      const { tests } = entry.report ? classroom50Score(studentView(entry.report)) : { tests: [] };
      found.override = true;
      found.submissions[0] = { ...found.submissions[0], score: grade, 'max-score': entry.maxScore, tests };
    }
  }
  const notes = ungraded(gradebook);
  if (unmatched.length > 0) notes.push(`not found in scores.json, so not filled in: ${unmatched.join(', ')}`);
  return { text: `${JSON.stringify(scores, null, 2)}\n`, notes };
}

function readScores(text: string): Scores {
  let scores: Partial<Scores> | null = null;
  try {
    scores = JSON.parse(text) as Partial<Scores> | null;
  } catch {
    // Said below.
  }
  if (scores?.schema !== 'classroom50/scores/v1' || !Object.values(scores.assignments ?? {}).every(isBucket)) {
    throw new InputError('the file to fill in is not a scores.json of Classroom 50 (classroom50/scores/v1)');
  }
  return scores as Scores;
}

function isBucket(bucket: unknown): boolean {
  const { entries } = (bucket ?? {}) as { entries?: Partial<Entry>[] };
  return (
    Array.isArray(entries) &&
    entries.every((entry) => typeof entry?.owner === 'string' && Array.isArray(entry.submissions))
  );
}

/** The assignment's short name is the key there; a file with one assignment leaves no doubt. */
function bucketOf({ assignments }: Scores, { assignment, title }: Gradebook) {
  const names = Object.keys(assignments);
  const name = names.find((candidate) => candidate === assignment) ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    throw new InputError(
      `scores.json has no assignment "${assignment ?? title}"; it has ${names.join(', ') || 'none'}. Its name there must be the one in graders/assignments.yaml`,
    );
  }
  return assignments[name];
}

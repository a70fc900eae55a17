/** A grade as rows of points whose sums are the score and what it is out of. */
import { plain } from '../../text/plain.ts';
import { counted } from '../report.ts';
import type { StudentCheck, StudentExercise, StudentReport } from '../student-view.ts';

export interface Row {
  name: string;
  status: StudentCheck['status'];
  points: number;
  maxPoints: number;
}

const MAX_NAME = 120;

/** One row a check, whatever a policy made of the points; none for what was set aside. */
export function checkRows({ exercises }: StudentReport): Row[] {
  return exercises.flatMap((exercise) => rowsOf(exercise, exercises.length > 1));
}

/**
 * Rows that add up, finest first. Where a policy gave an exercise other points than its checks have, the exercise is
 * one row; where it changed the whole (a late day, a dropped exercise), so is the grade.
 */
export function exactRows(view: StudentReport): [finest: Row[], ...coarser: Row[][]] {
  const byExercise = view.exercises.map(exerciseRow);
  const byCheck = view.exercises.flatMap((exercise, i) =>
    addsUp(exercise.checks, exercise) ? rowsOf(exercise, view.exercises.length > 1) : [byExercise[i]],
  );
  const whole = [wholeRow(view)];
  if (!addsUp(byExercise, view)) return [whole];
  return [byCheck, byExercise, whole];
}

/** What a policy added to the sum of the checks; mostly less than 0. */
export function remainder(view: StudentReport): { points: number; maxPoints: number } {
  const rows = checkRows(view);
  return {
    points: view.score - sum(rows.map(({ points }) => points)),
    maxPoints: view.maxScore - sum(rows.map(({ maxPoints }) => maxPoints)),
  };
}

/** "2 days late: 10% a day (-2)", or nothing. */
export function reasons({ adjustments }: StudentReport): string {
  return adjustments
    .map(({ reason, points }) => (points === 0 ? plain(reason) : `${plain(reason)} (${points})`))
    .join('; ');
}

function rowsOf(exercise: StudentExercise, prefixed: boolean): Row[] {
  return counted(exercise.checks).map(({ title, status, points, maxPoints }) => ({
    name: named(prefixed ? `${exercise.title}: ${title}` : title),
    status,
    points,
    maxPoints,
  }));
}

function exerciseRow({ title, score, maxScore, checks }: StudentExercise): Row {
  return { name: named(title), status: statusOf(checks, score, maxScore), points: score, maxPoints: maxScore };
}

function wholeRow(view: StudentReport): Row {
  const { score, maxScore, exercises } = view;
  const why = reasons(view);
  return {
    name: named(why ? `All exercises; ${why}` : 'All exercises'),
    status: statusOf(
      exercises.flatMap(({ checks }) => checks),
      score,
      maxScore,
    ),
    points: score,
    maxPoints: maxScore,
  };
}

function statusOf(checks: StudentCheck[], points: number, maxPoints: number): Row['status'] {
  if (counted(checks).some(({ status }) => status === 'not-judged')) return 'not-judged';
  return points >= maxPoints ? 'pass' : 'fail';
}

function addsUp(rows: { points: number; maxPoints: number }[], whole: { score: number; maxScore: number }): boolean {
  return (
    sum(rows.map(({ points }) => points)) === whole.score &&
    sum(rows.map(({ maxPoints }) => maxPoints)) === whole.maxScore
  );
}

/** On one line, of a length that tables bear. */
function named(text: string): string {
  const characters = [...plain(text)];
  return (characters.length > MAX_NAME ? `${characters.slice(0, MAX_NAME - 1).join('')}…` : characters.join('')) || '?';
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

/**
 * What a student may see of a report. Of hidden checks: title, status, points and fixed feedback. No inputs, no expected
 * values, no costs, nothing that the submission printed or threw: it could have carried the hidden inputs out. Of public
 * checks, whose cases the student has: what is wrong and where, too.
 */

import type { CheckKind } from '../course/exercise.ts';
import type { Timing } from '../judge/timing.ts';
import type { Picture } from '../subject/failure.ts';
import { withoutHostPaths } from '../text/host-paths.ts';
import { type CostRow, costRows } from './cost-table.ts';
import { type Adjustment, type CheckReport, counted, type ExerciseReport, type Report } from './report.ts';

export interface StudentReport {
  submission: { id: string; commit: string | null };
  /** Which cases it was judged on. */
  cases: 'public' | 'hidden';
  score: number;
  maxScore: number;
  /** False where something could not be judged: the score is not the grade yet. */
  final: boolean;
  exercises: StudentExercise[];
  /** What the assignment's policy changed. */
  adjustments: Adjustment[];
}

export interface StudentExercise {
  id: string;
  title: string;
  score: number;
  maxScore: number;
  /** Why nothing in it could be run: the student's own file, line and mistake. */
  problem: string | null;
  checks: StudentCheck[];
  /** Beside the model solution's, with full marks. None of hidden cases. */
  costs: CostRow[];
}

export interface StudentCheck {
  id: string;
  kind: CheckKind;
  title: string;
  status: 'pass' | 'fail' | 'not-judged';
  /** It fails only for want of right values. */
  holds: boolean;
  points: number;
  maxPoints: number;
  /** Fixed text on the mistake that this looks like. */
  feedback: string | null;
  /** Why it counts for nothing here, if it does; the score is final without it. */
  setAside: string | null;
  /** Null for hidden checks: how long something takes can tell of what it was given. */
  timing: Timing | null;
  /** Null for hidden checks, and where there is nothing to say. */
  details: StudentDetails | null;
}

export interface StudentDetails {
  message: string;
  at: string | null;
  smallest: string | null;
  picture: Picture | null;
}

/** Only what is named here is passed on, so that a field that reports gain stays hidden until someone thinks of it. */
export function studentView(report: Report): StudentReport {
  const { submission, seed, score, maxScore, exercises, adjustments = [] } = report;
  const cases = seed === 'public' ? 'public' : 'hidden';
  return {
    submission: { id: submission.id, commit: submission.commit },
    cases,
    score,
    maxScore,
    final: exercises.every(({ checks }) => counted(checks).every(({ status }) => status !== 'not-judged')),
    exercises: exercises.map((exercise) => studentExercise(exercise, cases)),
    adjustments: adjustments.map(({ reason, points }) => ({ reason, points })),
  };
}

function studentExercise(exercise: ExerciseReport, cases: StudentReport['cases']): StudentExercise {
  const { id, title, score, maxScore, problem, checks } = exercise;
  return {
    id,
    title,
    score,
    maxScore,
    problem: problem !== null && (cases === 'public' || nothingRan(exercise)) ? withoutHostPaths(problem) : null,
    checks: checks.map((check) => studentCheck(check, cases)),
    costs: cases === 'public' ? costRows(exercise) : [],
  };
}

/** Then its problem was found before any hidden input was drawn, and can tell nothing of one. */
function nothingRan({ checks }: ExerciseReport): boolean {
  return counted(checks).every(
    ({ status, cost, picture }) => status === 'fail' && cost === null && picture === undefined,
  );
}

function studentCheck(check: CheckReport, cases: StudentReport['cases']): StudentCheck {
  const { id, kind, title, status, holds = false, points, maxPoints, misconception, setAside, timing } = check;
  return {
    id,
    kind,
    title,
    status,
    holds,
    points,
    maxPoints,
    feedback: misconception?.feedback ?? null,
    setAside: setAside ?? null,
    timing: cases === 'public' && timing ? timing : null,
    details: cases === 'public' && check.message !== setAside && !holds ? details(check) : null,
  };
}

function details({ message, at, smallest, picture }: CheckReport): StudentDetails | null {
  if (message === null) return null;
  return { message: withoutHostPaths(message), at: at ?? null, smallest: smallest ?? null, picture: picture ?? null };
}

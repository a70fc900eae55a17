/** The report: plain data, and the only thing that a grade is made of. Every format is a function of it. */

import type { CheckKind } from '../course/exercise.ts';
import type { Timing } from '../judge/timing.ts';
import type { Picture } from '../subject/failure.ts';
import type { Machine } from '../subject/machine.ts';

export interface Report {
  schema: 'attention-kit/report/v1';
  submission: { id: string; commit: string | null };
  /** `public` for the fixture's cases, else the seed that replays this grade: `kit grade --seed submission:<this>`. */
  seed: string;
  backend: { name: string; device: string; accelerated: boolean };
  /** More of the device, where anything is known of it; only of grades on hidden cases. */
  machine?: Machine;
  /** Kernels of the submission that the backend lacks and that ran on the cpu in its place, with how often, if any did. */
  fallbacks?: Record<string, number>;
  isolation: 'bubblewrap' | 'permissions' | 'none';
  /** The exercises' scores and the adjustments, never below 0. */
  score: number;
  maxScore: number;
  exercises: ExerciseReport[];
  /** What the assignment's policy changed: lateness, dropped exercises. */
  adjustments?: Adjustment[];
}

export interface Adjustment {
  /** For the student: "2 days late: 10% a day". */
  reason: string;
  /** Added to the score; 0 where only the reason is of interest. */
  points: number;
}

export interface ExerciseReport {
  id: string;
  title: string;
  score: number;
  maxScore: number;
  /** Why nothing in it could be run: no file, a syntax error. */
  problem: string | null;
  checks: CheckReport[];
  /** What the submission printed, if anything was kept. */
  printed?: string;
}

export interface CheckReport {
  id: string;
  kind: CheckKind;
  title: string;
  status: 'pass' | 'fail' | 'not-judged';
  points: number;
  maxPoints: number;
  /** What is wrong and where, why it was not judged, or why it passes though the device's values are off. May show hidden inputs: not for students' eyes. */
  message: string | null;
  /** The submission's own file and line. */
  at?: string;
  /** How it ended the check, where it neither returned nor threw. */
  fault?: 'timeout' | 'limit' | 'exited' | 'protocol';
  /** The known mistake that this looks like, with what its author is told. That is fixed text, fit for students. */
  misconception: { id: string; feedback: string } | null;
  /** The smallest case that still fails. */
  smallest?: string;
  picture?: Picture;
  cost: Record<string, number> | null;
  /** Of a time check that measured anything. */
  timing?: Timing;
  /** Why it counts for nothing here, though it was not judged: the grade is final without it. Fixed text, fit for students. */
  setAside?: string;
}

export type GradeStatus = 'all-passed' | 'not-all-passed' | 'not-judged';

/** Without those that were set aside. */
export function counted<T extends { setAside?: string | null }>(checks: T[]): T[] {
  return checks.filter(({ setAside }) => !setAside);
}

/** A check that could not be judged is neither: the grade is not final. */
export function verdictOf(report: Report): GradeStatus {
  const checks = counted(report.exercises.flatMap(({ checks }) => checks));
  if (checks.some(({ status }) => status === 'not-judged')) return 'not-judged';
  return checks.every(({ status }) => status === 'pass') ? 'all-passed' : 'not-all-passed';
}

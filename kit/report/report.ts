/** The report: plain data, and the only thing that a grade is made of. Every format is a function of it. */

import type { Static } from 'typebox';
import type * as schema from './report.schema.ts';

export type Report = Static<typeof schema.Report>;
export type Adjustment = Static<typeof schema.Adjustment>;
export type ExerciseReport = Static<typeof schema.ExerciseReport>;
export type CheckReport = Static<typeof schema.CheckReport>;

/** What it was judged on. */
export type ReportedHost = Pick<Report, 'backend' | 'isolation'>;

export type GradeStatus = 'all-passed' | 'not-all-passed' | 'not-judged';

/** Of a check that holds for any function, right or wrong, while no value is right. */
export const HOLDS = 'holds; scores once a values check passes';

/** Without those that were set aside. */
export function counted<T extends { setAside?: string | null }>(checks: T[]): T[] {
  return checks.filter(({ setAside }) => !setAside);
}

export const isPassed = ({ checks }: Pick<ExerciseReport, 'checks'>): boolean =>
  counted(checks).every(({ status }) => status === 'pass');

/** A check that could not be judged is neither: the grade is not final. */
export function verdictOf(report: Report): GradeStatus {
  const checks = counted(report.exercises.flatMap(({ checks }) => checks));
  if (checks.some(({ status }) => status === 'not-judged')) return 'not-judged';
  return checks.every(({ status }) => status === 'pass') ? 'all-passed' : 'not-all-passed';
}

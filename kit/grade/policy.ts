/** An assignment's rules, applied to a report: what exercises are worth, which do not count, what lateness costs. Pure. */

import { type Assignment, worthOf } from '../course/assignments.ts';
import type { Course } from '../course/course.ts';
import type { Adjustment, CheckReport, ExerciseReport, Report } from '../report/report.ts';
import { daysLate } from './days-late.ts';

/** @param submittedAt ISO 8601; null where it is not known, and then nobody is late */
export function applyPolicy(report: Report, assignment: Assignment, submittedAt: string | null): Report {
  const worth = report.exercises.map((exercise) => scaled(exercise, assignment.points?.[exercise.id]));
  const dropped = lowest(worth, assignment.dropLowest ?? 0);
  const exercises = worth.map((exercise) => (dropped.has(exercise) ? scaled(exercise, 0) : exercise));
  const score = sum(exercises.map((exercise) => exercise.score));
  const drops = worth.filter((exercise) => dropped.has(exercise)).map((exercise) => dropOf(exercise, worth.length));
  const adjustments = [...drops, ...latenessOf(assignment, submittedAt, score)];
  const { adjustments: _, ...rest } = report;
  return {
    ...rest,
    exercises,
    score: Math.max(0, score + sum(adjustments.map(({ points }) => points))),
    maxScore: sum(exercises.map((exercise) => exercise.maxScore)),
    ...(adjustments.length > 0 && { adjustments }),
  };
}

/** What a submission can earn: the same for all, since exercises of which some are dropped are worth the same. */
export function maxScoreOf(course: Course, assignment: Assignment): number {
  const worth = assignment.exercises.map((id) => worthOf(course, assignment, id));
  return sum(worth) - (assignment.dropLowest ?? 0) * worth[0];
}

/** The points shared out anew in proportion, in whole numbers that add up, by the largest remainders. */
function scaled(exercise: ExerciseReport, total: number | undefined): ExerciseReport {
  if (total === undefined || total === exercise.maxScore) return exercise;
  const shares = apportion(
    exercise.checks.map((check) => check.maxPoints),
    total,
  );
  const checks = exercise.checks.map(
    (check, i): CheckReport => ({ ...check, maxPoints: shares[i], points: check.status === 'pass' ? shares[i] : 0 }),
  );
  return { ...exercise, checks, score: sum(checks.map(({ points }) => points)), maxScore: total };
}

/** Whole numbers in these proportions that add up to `total`; of equal remainders the first gets more. */
export function apportion(weights: number[], total: number): number[] {
  const whole = sum(weights);
  if (whole === 0) return weights.map((_, i) => (i === 0 ? total : 0));
  const shares = weights.map((weight) => Math.floor((weight * total) / whole));
  const byRemainder = weights
    .map((weight, i) => ({ i, remainder: (weight * total) % whole }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder.slice(0, total - sum(shares))) shares[i]++;
  return shares;
}

/** The worst by the part of their points that was earned; of equals the later. */
function lowest(exercises: ExerciseReport[], count: number): Set<ExerciseReport> {
  const ordered = exercises
    .map((exercise, i) => ({ exercise, i }))
    .sort((a, b) => a.exercise.score * b.exercise.maxScore - b.exercise.score * a.exercise.maxScore || b.i - a.i);
  return new Set(ordered.slice(0, count).map(({ exercise }) => exercise));
}

function dropOf({ title, score, maxScore }: ExerciseReport, of: number): Adjustment {
  return {
    reason: `${title} does not count: the lowest of ${of} results, ${score}/${maxScore}, is dropped`,
    points: 0,
  };
}

function latenessOf({ due, late, timeZone }: Assignment, submittedAt: string | null, score: number): Adjustment[] {
  if (due === undefined) return [];
  if (submittedAt === null) return [{ reason: 'when it was handed in is not known; counted as in time', points: 0 }];
  const lateMs = Date.parse(submittedAt) - Date.parse(due);
  const graceMs = (late?.graceMinutes ?? 0) * 60_000;
  if (lateMs <= graceMs) return [];
  const days = daysLate(due, submittedAt, timeZone);
  const began = `${days} day${days === 1 ? '' : 's'} late`;
  if (!late) return [{ reason: `${began}: nothing is taken off`, points: 0 }];
  if (late.atMostDays !== undefined && days > late.atMostDays) {
    return [{ reason: `${began}: after ${late.atMostDays} days nothing is earned`, points: 0 - score }];
  }
  // What is taken off is rounded down, so the student is rounded up.
  const taken = Math.floor((score * Math.min(100, late.percentPerDay * days)) / 100);
  return [{ reason: `${began}: ${late.percentPerDay}% of the points for each day begun`, points: 0 - taken }];
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

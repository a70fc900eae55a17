/** The report of a submission that cannot be judged and has itself to blame: no points, and the reason in each exercise. */
import type { Course } from '../course/course.ts';
import { specOf } from '../course/course.ts';
import { NO_GPU } from '../judge/time-trial.ts';
import type { Report, ReportedHost } from '../report/report.ts';
import { unrunnable } from './exercise-report.ts';
import type { SubmissionSeed } from './grade-submission.ts';

export interface FailedSubmission {
  course: Course;
  exercises: string[];
  id: string;
  seed: SubmissionSeed;
  host: ReportedHost;
  problem: string;
}

export function failedReport({ course, exercises, id, seed, host, problem }: FailedSubmission): Report {
  const obstacle = host.backend.accelerated ? null : NO_GPU;
  const failed = exercises.map((exercise) => unrunnable(exercise, specOf(course, exercise), problem, obstacle));
  return {
    schema: 'attention-kit/report/v1',
    submission: { id, commit: null },
    seed,
    ...host,
    score: 0,
    maxScore: failed.reduce((sum, { maxScore }) => sum + maxScore, 0),
    exercises: failed,
  };
}

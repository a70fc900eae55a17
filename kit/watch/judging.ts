/** Judges the learner's file, one judgement at a time: a newer one takes the place of an older, whatever that is doing. */

import type { Course } from '../course/course.ts';
import { gradeSubmission } from '../grade/grade-submission.ts';
import type { MaterialsCache } from '../judge/materials.ts';
import type { ExerciseReport } from '../report/report.ts';
import type { HostPool } from '../subject/host-pool.ts';
import { Aborted } from '../subject/sandbox.ts';

export interface JudgingOptions {
  course: Course;
  cache: MaterialsCache;
  hosts: HostPool;
  timeout: number;
}

export interface JudgingEvents {
  /** After each check, as far as it has come. */
  partial: (report: ExerciseReport) => void;
  verdict: (report: ExerciseReport) => void;
  /** The kit or the machine failed. */
  fault: (message: string) => void;
}

export class Judging {
  #current: AbortController | undefined;

  constructor(readonly options: JudgingOptions) {}

  /** Nothing is told of a judgement that was superseded. */
  start(id: string, events: JudgingEvents): void {
    this.stop();
    const controller = new AbortController();
    this.#current = controller;
    const { signal } = controller;
    const unlessOld =
      <T>(tell: (value: T) => void) =>
      (value: T) => {
        if (!signal.aborted) tell(value);
      };
    const { course, cache, hosts, timeout } = this.options;
    gradeSubmission({
      folder: course.root,
      id: 'own',
      course,
      cache,
      exercises: [id],
      hosts,
      timeout,
      signal,
      onCheck: unlessOld(events.partial),
      onExercise: unlessOld(events.verdict),
    }).catch((error: Error) => {
      if (!(error instanceof Aborted)) unlessOld(events.fault)(error.message);
    });
  }

  stop(): void {
    this.#current?.abort();
    this.#current = undefined;
  }
}

/** Judges the learner's file, one judgement at a time: a newer one takes the place of an older, whatever that is doing. */

import type { Course } from '../course/course.ts';
import { gradeSubmission } from '../grade/grade-submission.ts';
import type { MaterialsShelf } from '../judge/materials.ts';
import type { ExerciseReport } from '../report/report.ts';
import type { HostPool } from '../subject/host-pool.ts';
import { Superseded } from '../subject/sandbox.ts';

export interface JudgingOptions {
  course: Course;
  shelf: MaterialsShelf;
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
    const { course, shelf, hosts, timeout } = this.options;
    gradeSubmission({
      folder: course.root,
      id: 'own',
      course,
      shelf,
      exercises: [id],
      hosts,
      timeout,
      signal,
      onCheck: unlessOld(events.partial),
      onExercise: unlessOld(events.verdict),
    }).catch((error: Error) => {
      if (!(error instanceof Superseded)) unlessOld(events.fault)(error.message);
    });
  }

  stop(): void {
    this.#current?.abort();
    this.#current = undefined;
  }
}

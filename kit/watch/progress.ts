/** What a learner has reached, in a small file. It is a convenience: lost or broken, it begins anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Course } from '../course/course.ts';
import { writeWhole } from '../files/write-whole.ts';
import { counted, type ExerciseReport } from '../report/report.ts';

export type State = 'untouched' | 'begun' | 'done';

export interface ExerciseProgress {
  score: number;
  maxScore: number;
  /** Every check passed. */
  done: boolean;
}

interface Contents {
  exercises: Record<string, ExerciseProgress>;
  /** Hints that were asked for. */
  hints: Record<string, number>;
}

export const PROGRESS_FILE = join('.kit', 'progress.json');

export class CourseProgress {
  readonly #file: string;

  constructor(readonly course: Pick<Course, 'root' | 'exercises'>) {
    this.#file = join(course.root, PROGRESS_FILE);
  }

  of(id: string): ExerciseProgress | undefined {
    return this.all()[id];
  }

  /** By id; what was not begun is not there. */
  all(): Record<string, ExerciseProgress> {
    return this.#read().exercises;
  }

  state(id: string): State {
    return stateOf(this.of(id));
  }

  /** The first that is not done, the whole course round from `after`; undefined once all are. */
  firstUnfinished(after?: string): string | undefined {
    const { exercises } = this.course;
    const start = after === undefined ? 0 : exercises.indexOf(after) + 1;
    const reached = this.all();
    return [...exercises.slice(start), ...exercises.slice(0, start)].find((id) => stateOf(reached[id]) !== 'done');
  }

  record({ id, score, maxScore, checks }: ExerciseReport): void {
    // Of what could not be judged, nothing is known.
    const judged = counted(checks);
    if (judged.some(({ status }) => status === 'not-judged')) return;
    const done = judged.every(({ status }) => status === 'pass');
    this.#change(({ exercises }) => {
      exercises[id] = { score, maxScore, done };
    });
  }

  forget(id: string): void {
    this.#change(({ exercises, hints }) => {
      delete exercises[id];
      delete hints[id];
    });
  }

  hints(id: string): number {
    return this.#read().hints[id] ?? 0;
  }

  setHints(id: string, count: number): void {
    this.#change(({ hints }) => {
      hints[id] = count;
    });
  }

  /** Read each time: several commands may be at work in one course. */
  #read(): Contents {
    try {
      const { exercises, hints } = JSON.parse(readFileSync(this.#file, 'utf8')) as Partial<Contents>;
      return { exercises: entries(exercises, isExerciseProgress), hints: entries(hints, isCount) };
    } catch {
      return { exercises: {}, hints: {} };
    }
  }

  #change(change: (contents: Contents) => void): void {
    const contents = this.#read();
    change(contents);
    try {
      writeWhole(this.#file, `${JSON.stringify(contents, null, 2)}\n`);
    } catch {
      // A course that cannot be written to can still be worked on.
    }
  }
}

export function stateOf(progress: ExerciseProgress | undefined): State {
  return progress === undefined ? 'untouched' : progress.done ? 'done' : 'begun';
}

function entries<T>(value: unknown, is: (entry: unknown) => entry is T): Record<string, T> {
  const found = Object.entries((value ?? {}) as object).filter((entry): entry is [string, T] => is(entry[1]));
  return Object.fromEntries(found);
}

function isExerciseProgress(value: unknown): value is ExerciseProgress {
  const { score, maxScore, done } = (value ?? {}) as Partial<ExerciseProgress>;
  return Number.isFinite(score) && Number.isFinite(maxScore) && typeof done === 'boolean';
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

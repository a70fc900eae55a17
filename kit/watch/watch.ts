/** The learner's loop: a save or a key in, a state out. What it looks like is the screen's affair. */

import { lectureOf, specOf } from '../course/course.ts';
import { maxPoints } from '../course/points.ts';
import { type ExerciseReport, isPassed } from '../report/report.ts';
import { openHandout } from './handout.ts';
import { Judging, type JudgingOptions } from './judging.ts';
import { OwnFile } from './own-file.ts';
import { type CourseProgress, stateOf } from './progress.ts';
import type { Save } from './saves.ts';
import type { MapEntry, WatchState } from './screen.ts';
import { TypeChecker } from './type-check.ts';

export interface WatchOptions extends JudgingOptions {
  progress: CourseProgress;
  first: string;
  /** The learner named the first. Otherwise it is passed over if it passes as it is: the progress file may be lost. */
  named: boolean;
  /** The state has changed. */
  changed: () => void;
  /** A judgement has come to its end. */
  verdict?: (report: ExerciseReport) => void;
  quit: () => void;
}

/** A judgement that takes longer than this is shown as far as it has come; before, the verdict before it stays. */
const SHOW_PARTIAL_MS = 300;

export class Watch {
  readonly state: WatchState;
  readonly #judging: Judging;
  readonly #types: TypeChecker;
  #partial: NodeJS.Timeout | undefined;
  #askedReset = false;

  constructor(readonly options: WatchOptions) {
    this.#judging = new Judging(options);
    this.#types = new TypeChecker(options.course);
    this.state = {
      id: options.first,
      map: mapOf(options),
      view: 'exercise',
      cursor: 0,
      scroll: 0,
      report: null,
      judging: false,
      checks: 0,
      tookMs: null,
      typeFaults: [],
      hints: [],
      hintsShown: 0,
      note: null,
      fault: null,
    };
  }

  start(): void {
    this.#go(this.options.first, { passOver: !this.options.named });
  }

  saved({ written, at }: Save): void {
    this.state.note = null;
    this.#askedReset = false;
    // Another exercise that was saved, alone, is where the learner is now.
    if (written.length === 1 && written[0] !== this.state.id) this.#go(written[0], { at });
    else this.#judge({ at });
  }

  key(key: string): void {
    const { state } = this;
    if (key === 'ctrl-c' || key === 'ctrl-d') this.options.quit();
    else if (this.#askedReset) this.#answerReset(key);
    else if (state.view === 'help') state.view = 'exercise';
    else if (state.view === 'list') this.#listKey(key);
    else this.#exerciseKey(key);
    this.options.changed();
  }

  stop(): void {
    clearTimeout(this.#partial);
    this.#judging.stop();
    this.#types.stop();
  }

  #exerciseKey(key: string): void {
    this.state.note = null;
    const actions: Record<string, () => void> = {
      q: () => this.options.quit(),
      h: () => this.#hint(),
      n: () => this.#step(1),
      p: () => this.#step(-1),
      l: () => this.#showList(),
      r: () => this.#askReset(),
      o: () => this.#openHandout(),
      '?': () => this.#showHelp(),
      down: () => this.#scroll(1),
      up: () => this.#scroll(-1),
      pagedown: () => this.#scroll(10),
      pageup: () => this.#scroll(-10),
    };
    if (Object.hasOwn(actions, key)) actions[key]();
  }

  #showList(): void {
    this.state.view = 'list';
    this.state.cursor = this.options.course.exercises.indexOf(this.state.id);
  }

  #showHelp(): void {
    this.state.view = 'help';
  }

  #askReset(): void {
    this.#askedReset = true;
    this.state.note = `Reset ${this.#file.name} to the stub? A copy is kept. (y/n)`;
  }

  #openHandout(): void {
    this.state.note = openHandout(this.options.course, this.state.id);
  }

  #scroll(lines: number): void {
    this.state.scroll = Math.max(0, this.state.scroll + lines);
  }

  #listKey(key: string): void {
    const { state } = this;
    const last = state.map.length - 1;
    const steps: Record<string, number> = { down: 1, j: 1, up: -1, k: -1, pagedown: 10, pageup: -10 };
    if (key in steps) state.cursor = Math.min(last, Math.max(0, state.cursor + steps[key]));
    else if (key === 'return' || key === 'enter') this.#go(state.map[state.cursor].id);
    else if (key === 'l' || key === 'escape') state.view = 'exercise';
    else if (key === 'q') this.options.quit();
  }

  get #file(): OwnFile {
    return new OwnFile(this.options.course, this.state.id);
  }

  #hint(): void {
    const { state } = this;
    if (state.hintsShown === state.hints.length) state.note = 'There are no more hints. The handout says more (o).';
    else state.hintsShown++;
    this.options.progress.setHints(state.id, state.hintsShown);
    // Hints stand last, so that is where to look.
    state.scroll = Number.MAX_SAFE_INTEGER;
  }

  /** On to the next; from one that passes, to the next that is not done. */
  #step(by: 1 | -1): void {
    const { course, progress } = this.options;
    const { id } = this.state;
    const unfinished = by === 1 && progress.state(id) === 'done' ? progress.firstUnfinished(id) : undefined;
    const next = unfinished ?? course.exercises[course.exercises.indexOf(id) + by];
    if (next) this.#go(next);
    else this.state.note = by === 1 ? 'This is the last exercise.' : 'This is the first exercise.';
  }

  #answerReset(key: string): void {
    this.#askedReset = false;
    if (key !== 'y' && key !== 'Y') {
      this.state.note = 'Nothing was changed.';
      return;
    }
    try {
      const copy = this.#file.reset();
      this.options.progress.forget(this.state.id);
      this.state.hintsShown = 0;
      this.#refresh();
      this.state.note = `The stub is back${copy ? `; your file is kept in ${copy}` : ''}`;
      const { note } = this.state;
      this.#judge({});
      this.state.note = note;
    } catch (error) {
      this.state.note = (error as Error).message;
    }
  }

  #go(id: string, judging: { at?: number; passOver?: boolean } = {}): void {
    Object.assign(this.state, { id, view: 'exercise', scroll: 0, report: null, tookMs: null, note: null });
    this.state.typeFaults = [];
    this.#refresh();
    this.#judge(judging);
  }

  #judge({ at = performance.now(), passOver = false }: { at?: number; passOver?: boolean }): void {
    const { state } = this;
    const { id } = state;
    this.#types.stop();
    clearTimeout(this.#partial);
    Object.assign(state, { judging: true, fault: null });
    let latest: ExerciseReport | null = null;
    this.#partial = setTimeout(() => {
      state.report = latest;
      this.options.changed();
    }, SHOW_PARTIAL_MS);
    const finish = () => {
      clearTimeout(this.#partial);
      Object.assign(state, { judging: false, tookMs: performance.now() - at });
    };
    this.#judging.start(id, {
      partial: (report) => {
        latest = report;
        if (performance.now() - at < SHOW_PARTIAL_MS) return;
        state.report = report;
        this.options.changed();
      },
      verdict: (report) => {
        finish();
        state.report = report;
        if (this.#file.read() === undefined) state.note = 'Press r to reset to the stub.';
        if (isPassed(report) || !this.#file.isUntouched) this.options.progress.record(report);
        this.#refresh();
        this.options.changed();
        const next = passOver && isPassed(report) ? this.options.progress.firstUnfinished(id) : undefined;
        if (next && next !== id) return this.#go(next, { passOver });
        this.options.verdict?.(report);
        this.#types.check(id, (faults) => {
          state.typeFaults = faults;
          this.options.changed();
        });
      },
      fault: (message) => {
        finish();
        state.fault = message;
        this.options.changed();
      },
    });
    this.options.changed();
  }

  #refresh(): void {
    const { state } = this;
    const { course, progress } = this.options;
    state.map = mapOf(this.options);
    const spec = specOf(course, state.id);
    state.checks = spec.checks.length;
    state.hints = spec.hints;
    state.hintsShown = Math.min(progress.hints(state.id), spec.hints.length);
  }
}

function mapOf({ course, progress }: WatchOptions): MapEntry[] {
  const reached = progress.all();
  return course.exercises.map((id) => {
    const spec = specOf(course, id);
    const [score, state] = [reached[id]?.score ?? 0, stateOf(reached[id])];
    return { id, title: spec.title, points: maxPoints(spec), score, state };
  });
}

/** One line for where there is no terminal to paint on. */
export function plainHeading({ id, map }: WatchState): string {
  const done = map.filter(({ state }) => state === 'done').length;
  return `${lectureOf(id)}, ${done} of ${map.length} exercises done`;
}

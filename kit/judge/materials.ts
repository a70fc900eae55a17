/** What judging an exercise takes, loaded once. */
import { existsSync } from 'node:fs';
import type { Grader, Oracle } from '../author/grader.ts';
import { type Course, pathsOf, specOf } from '../course/course.ts';
import type { ExerciseSpec } from '../course/exercise.ts';
import { InputError } from '../course/input-error.ts';
import { loadGrader, loadOracle } from '../course/modules.ts';
import { type Bundle, bundle, isBundleError } from '../subject/bundle.ts';
import { type Fixture, readFixture } from './fixture.ts';

export interface Materials {
  id: string;
  spec: ExerciseSpec;
  grader: Grader;
  fixture: Fixture;
}

export class MaterialsCache {
  readonly #materials = new Map<string, Promise<Materials>>();
  readonly #oracles = new Map<string, Promise<Oracle>>();
  readonly #solutions = new Map<string, Promise<Bundle | null>>();

  constructor(readonly course: Course) {}

  materials(id: string): Promise<Materials> {
    return remembered(this.#materials, id, async () => {
      const [spec, fixture] = [specOf(this.course, id), readFixture(pathsOf(this.course, id).fixture)];
      return { id, spec, fixture, grader: await loadGrader(this.course, id) };
    });
  }

  /** The float64 reference; only grading with hidden cases needs it. */
  oracle(id: string): Promise<Oracle> {
    return remembered(this.#oracles, id, () => loadOracle(this.course, id));
  }

  /** The model solution, which only time checks run; null where there is none. */
  solution(id: string): Promise<Bundle | null> {
    return remembered(this.#solutions, id, async () => {
      const { root } = this.course;
      const { solution } = pathsOf(this.course, id);
      if (!existsSync(solution)) return null;
      const bundled = await bundle({ entry: solution, root, within: root });
      if (isBundleError(bundled)) throw new InputError(`${bundled.file}:${bundled.line ?? 1}: ${bundled.message}`);
      return bundled;
    });
  }
}

function remembered<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

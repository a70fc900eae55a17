/** An exercise's known mistakes and alternates, as its `.mistakes.ts` has them. */
import { existsSync } from 'node:fs';
import type { Alternate, Mistake } from '../author/mistakes.ts';
import { type Course, pathsOf } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { loadModule } from '../course/modules.ts';

export interface KnownMistakes {
  mistakes: Record<string, Mistake>;
  /** Right answers that are written differently, by name. */
  alternates: Record<string, Alternate>;
}

interface Exports {
  default?: KnownMistakes['mistakes'];
  alternates?: KnownMistakes['alternates'];
}

/** Read by running the module here, with a tfjs that does nothing: it is the course's own code, and defines functions only. */
export async function knownMistakes(course: Course, id: string): Promise<KnownMistakes> {
  const file = pathsOf(course, id).mistakes;
  if (!existsSync(file)) throw new InputError(`${file} is not there; it exports the known mistakes and the alternates`);
  const inert: unknown = new Proxy(() => inert, { get: () => inert });
  const { default: mistakes, alternates } = (await loadModule(course, file, () => inert)) as Exports;
  if (!mistakes || !alternates) {
    throw new InputError(`${file} must have a default export made by defineMistakes, and export \`alternates\``);
  }
  return { mistakes, alternates };
}

/** An exercise's known mistakes and alternates, as its `.mistakes.ts` has them. */
import { existsSync } from 'node:fs';
import { build } from 'esbuild';
import type { Mistake } from '../author/mistakes.ts';
import { type Course, pathsOf } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';

export interface KnownMistakes {
  mistakes: Record<string, Mistake>;
  /** Names of right answers that are written differently. */
  alternates: string[];
}

/** Read by running the module here, with a tfjs that does nothing: it is the course's own code, and defines functions only. */
export async function knownMistakes(course: Course, id: string): Promise<KnownMistakes> {
  const file = pathsOf(course, id).mistakes;
  if (!existsSync(file)) throw new InputError(`${file} is not there; it exports the known mistakes and the alternates`);
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    external: ['@tensorflow/*'],
    logLevel: 'silent',
    absWorkingDir: course.root,
  }).catch((error: Error) => {
    throw new InputError(`${file} cannot be loaded: ${error.message.split('\n').slice(1, 3).join(' ')}`);
  });
  const module = { exports: {} as { default?: KnownMistakes['mistakes']; alternates?: object } };
  const inert: unknown = new Proxy(() => inert, { get: () => inert });
  new Function('module', 'exports', 'require', outputFiles[0].text)(module, module.exports, () => inert);
  const { default: mistakes, alternates } = module.exports;
  if (!mistakes || !alternates) {
    throw new InputError(`${file} must have a default export made by defineMistakes, and export \`alternates\``);
  }
  return { mistakes, alternates: Object.keys(alternates) };
}

/** Loads the course's own TypeScript (graders, oracles): bundled in memory, so that it costs no start of a compiler. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Grader, Oracle } from '../author/grader.ts';
import { type Course, pathsOf } from './course.ts';
import { InputError } from './input-error.ts';

export async function loadGrader(course: Pick<Course, 'root'>, id: string): Promise<Grader> {
  const { grader: source } = pathsOf(course, id);
  // A student's repository carries it bundled, since its imports lead into the kit's sources.
  const file = existsSync(source) ? source : source.replace(/\.ts$/, '.js');
  const { default: grader } = (await loadModule(course, file)) as { default?: Grader };
  if (!grader?.inputs) throw new InputError(`${file} has no default export made by defineGrader`);
  return grader;
}

export async function loadOracle(course: Pick<Course, 'root'>, id: string): Promise<Oracle> {
  return (await loadModule(course, pathsOf(course, id).reference)) as Oracle;
}

/** What one of the course's own modules exports. @throws InputError where it cannot be loaded */
export async function loadModule(course: Pick<Course, 'root'>, file: string): Promise<unknown> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'silent',
    absWorkingDir: course.root,
  }).catch((error: Error) => {
    throw new InputError(`${file} cannot be loaded: ${error.message.split('\n').slice(1, 3).join(' ')}`);
  });
  const module = { exports: {} };
  const run = new Function('module', 'exports', 'require', `${outputFiles[0].text}\n//# sourceURL=${file}`);
  run(module, module.exports, createRequire(join(course.root, 'package.json')));
  return module.exports;
}

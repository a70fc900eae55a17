/** Loads the course's own TypeScript (graders, oracles): bundled in memory, so that it costs no start of a compiler. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
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

/**
 * What one of the course's own modules exports.
 *
 * @param require what it gets of packages; default: what is installed
 * @throws InputError where it cannot be loaded
 */
export async function loadModule(
  { root }: Pick<Course, 'root'>,
  file: string,
  require: (name: string) => unknown = createRequire(join(root, 'package.json')),
): Promise<unknown> {
  const text = await moduleText(root, file);
  const module = { exports: {} };
  const run = new Function('module', 'exports', 'require', `${text}\n//# sourceURL=${file}`);
  run(module, module.exports, require);
  return module.exports;
}

/** A module and what it imports as one CommonJS script, besides packages. @throws InputError where it cannot be bundled */
export async function moduleText(root: string, file: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'silent',
    absWorkingDir: root,
    ...options,
    write: false,
  }).catch((error: Error) => {
    throw new InputError(`${file} cannot be loaded: ${error.message.split('\n').slice(1, 3).join(' ')}`, {
      cause: error,
    });
  });
  return outputFiles[0].text;
}

/**
 * An exercise's stub as the course handed it out, whatever the learner has made of it since.
 *
 * A student's repository carries a copy of each at `.kit/stubs/<lecture>/<name>.ts`. Elsewhere git knows: in the
 * course's own repository `exercises/` holds stubs, so the last commit has it; in anyone else's the first one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Course, pathsOf } from './course.ts';

export const STUBS = join('.kit', 'stubs');

/** Undefined where neither a copy nor git has it. */
export function pristineStub(course: Pick<Course, 'root'>, id: string): string | undefined {
  const copy = join(course.root, STUBS, `${id}.ts`);
  if (existsSync(copy)) return readFileSync(copy, 'utf8');
  // git takes `./path` as relative to the folder that it runs in, which need not be the repository's root.
  const path = `./exercises/${id}.ts`;
  const isCoursesOwn = existsSync(pathsOf(course, id).solution);
  const commit = isCoursesOwn ? 'HEAD' : firstCommitOf(course, path);
  return commit ? git(course, ['cat-file', 'blob', `${commit}:${path}`]) : undefined;
}

function firstCommitOf(course: Pick<Course, 'root'>, path: string): string | undefined {
  // Its oldest commit is only where it was cut off: the learner may have been at work before.
  if (git(course, ['rev-parse', '--is-shallow-repository'])?.trim() !== 'false') return undefined;
  return git(course, ['rev-list', '--topo-order', 'HEAD', '--', path])?.trim().split('\n').at(-1);
}

/**
 * Only for commands that look objects up: `log` and its like run programs that a repository's configuration names, to
 * check signatures for one. Any command may fetch what a partial clone lacks, by a program again, save where it is forbidden.
 */
function git({ root }: Pick<Course, 'root'>, args: string[]): string | undefined {
  const env = { ...process.env, GIT_ALLOW_PROTOCOL: 'none' };
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', env, maxBuffer: 16 * 1024 * 1024 });
  return status === 0 ? stdout : undefined;
}

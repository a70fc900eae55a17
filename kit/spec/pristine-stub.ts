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
export function pristineStub(course: Course, id: string): string | undefined {
  const copy = join(course.root, STUBS, `${id}.ts`);
  if (existsSync(copy)) return readFileSync(copy, 'utf8');
  const isCoursesOwn = existsSync(pathsOf(course, id).solution);
  // git takes `./path` as relative to the folder that it runs in, which need not be the repository's root.
  const path = `./exercises/${id}.ts`;
  const commit = isCoursesOwn ? 'HEAD' : git(course, ['log', '--diff-filter=A', '--format=%H', '--', path]);
  const first = commit?.trim().split('\n').at(-1);
  return first ? git(course, ['show', `${first}:${path}`]) : undefined;
}

function git({ root }: Course, args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  return status === 0 ? stdout : undefined;
}

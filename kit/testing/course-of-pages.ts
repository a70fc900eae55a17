/**
 * Tests only: a course of one exercise that asks for all that an exercise may: lists, booleans, strings and data as results,
 * files that are given, costs from a mark on, and cases that must be settled.
 */
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Course, findCourse, PACKAGE_ROOT } from '../course/course.ts';
import { GRADER, SPEC } from './pages/grader.ts';
import { MODS, REFERENCE, SOLUTION, STUB } from './pages/learner.ts';
import { MISTAKES } from './pages/mistakes.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const PAGES = '01-x/pages';

export const PAGES_SOLUTION = SOLUTION.replaceAll('../../exercises/', '../').replace('../01-x/mods', './mods');

/** It has no fixture yet. @param files what differs */
export function courseOfPages(files: Record<string, string> = {}): Promise<Course> {
  const root = temporaryFolder({
    [`exercises/${PAGES}.ts`]: STUB,
    'exercises/01-x/mods.ts': MODS,
    [`solutions/${PAGES}.ts`]: SOLUTION,
    [`reference/${PAGES}.ts`]: REFERENCE,
    [`graders/${PAGES}.yaml`]: SPEC,
    [`graders/${PAGES}.ts`]: GRADER,
    [`graders/${PAGES}.mistakes.ts`]: MISTAKES,
    ...files,
  });
  const given = ['exercises/arguments.ts', 'exercises/tape.ts'].filter((path) => !(path in files));
  for (const path of [...given, 'kit/author', 'package.json']) {
    cpSync(join(PACKAGE_ROOT, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(root, 'node_modules'));
  return findCourse(root);
}

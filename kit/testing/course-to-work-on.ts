/** Tests only: the course, with exercises of one's own to work on. */
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findCourse, PACKAGE_ROOT } from '../course/course.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const KIT = join(PACKAGE_ROOT, 'bin/kit.js');
export const [FIRST, SECOND] = (await findCourse(PACKAGE_ROOT)).exercises;

export function courseToWorkOn(): string {
  const root = temporaryFolder();
  for (const name of ['graders', 'fixtures', 'reference', 'kit', 'node_modules', 'package.json', 'tsconfig.json'])
    symlinkSync(join(PACKAGE_ROOT, name), join(root, name));
  cpSync(join(PACKAGE_ROOT, 'exercises'), join(root, 'exercises'), { recursive: true });
  for (const id of [FIRST, SECOND]) {
    mkdirSync(join(root, '.kit/stubs', dirname(id)), { recursive: true });
    cpSync(join(PACKAGE_ROOT, 'exercises', `${id}.ts`), join(root, '.kit/stubs', `${id}.ts`));
  }
  return root;
}

export const solution = (id: string) =>
  readFileSync(join(PACKAGE_ROOT, 'solutions', `${id}.ts`), 'utf8').replace('../../exercises/', '../');

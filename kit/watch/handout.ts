/** Opens a lecture's handout where there is a desktop to open it on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Course, lectureOf } from '../course/course.ts';
import { hasDesktop, openFile } from '../files/open-file.ts';

/** @returns what to tell the learner: always where it is, since it may not have opened */
export function openHandout(course: Course, id: string): string {
  const name = join('exercises', lectureOf(id), 'README.md');
  const file = join(course.root, name);
  if (!existsSync(file)) return `There is no handout ${name}.`;
  const isInEditor = process.env.TERM_PROGRAM === 'vscode';
  if (isInEditor || hasDesktop()) void openFile(file, isInEditor ? { app: { name: 'code' } } : {});
  return `The handout is ${name}`;
}

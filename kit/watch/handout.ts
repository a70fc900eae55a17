/** Opens a lecture's handout where there is a desktop to open it on. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Course, lectureOf } from '../course/course.ts';

const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' };

/** @returns what to tell the learner: always where it is, for it may not have opened */
export function openHandout(course: Course, id: string): string {
  const name = join('exercises', lectureOf(id), 'README.md');
  const file = join(course.root, name);
  if (!existsSync(file)) return `There is no handout ${name} here.`;
  const { DISPLAY, WAYLAND_DISPLAY, TERM_PROGRAM } = process.env;
  const opener = TERM_PROGRAM === 'vscode' ? 'code' : OPENERS[process.platform];
  const desktop = TERM_PROGRAM === 'vscode' || process.platform === 'darwin' || DISPLAY || WAYLAND_DISPLAY;
  if (opener && desktop) {
    const child = spawn(opener, [file], { stdio: 'ignore', detached: true });
    child.on('error', () => {});
    child.unref();
  }
  return `The handout is ${name}`;
}

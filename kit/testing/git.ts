/** Tests only: git as a student's machine runs it, and at what time. */
import { execFileSync } from 'node:child_process';
import { dateOf } from '../class/submitted-at.ts';
import { commitOf } from '../grade/submission-id.ts';

const NOBODY = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', HOME: '/nonexistent' };
const PEOPLE = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'a@b',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'a@b',
};

export function git(folder: string, args: string[], date = ''): string {
  const dates = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  const env = { PATH: process.env.PATH, ...NOBODY, ...PEOPLE, ...dates };
  return execFileSync('git', ['-C', folder, ...args], { env, encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** Of all that lies in the folder. */
export function commitAll(folder: string, date: string): void {
  git(folder, ['init', '-q']);
  git(folder, ['add', '-A']);
  git(folder, ['commit', '-q', '-m', 'x', '--allow-empty'], date);
}

/** Of the commit that is checked out. */
export function commitDateOf(folder: string): string | null {
  const hash = commitOf(folder);
  return hash === null ? null : dateOf(folder, hash);
}

/** Tests only: the command line as a person runs it, and small classes to grade. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../course/course.ts';
import type { Gradebook } from '../report/gradebook.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const SUBMISSIONS = join(PACKAGE_ROOT, 'fixtures/submissions');
export const CLASS = ['correct', 'exits', 'half-done', 'missing-scale', 'syntax-error', 'untouched'];
export const PATIENCE = { timeout: 240_000 };

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function start(
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [join(PACKAGE_ROOT, 'bin/kit.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (chunk) => (said[name] += chunk));
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said }))) };
}

export const kit = (...args: string[]) => start(args).ended;

/** A class of six, and the folder for its grades. */
export function classOf(names = CLASS): { folder: string; out: string } {
  const root = temporaryFolder({ 'class/.keep': '' });
  for (const name of names) cpSync(join(SUBMISSIONS, name), join(root, 'class', name), { recursive: true });
  return { folder: join(root, 'class'), out: join(root, 'grades') };
}

export const gradeAll = (folder: string, out: string, ...more: string[]) => [
  'grade-all',
  folder,
  '--out',
  out,
  '--exercise',
  'softmax',
  '--seed',
  'tests',
  ...more,
];

export const bytesOf = (out: string) => readFileSync(join(out, 'gradebook.json'), 'utf8');
export const gradebookIn = (out: string) => JSON.parse(bytesOf(out)) as Gradebook;
export const scoresIn = (out: string) =>
  Object.fromEntries(gradebookIn(out).entries.map(({ student, score }) => [student, score]));

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

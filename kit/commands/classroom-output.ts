/** `kit run --classroom`: a step of a GitHub Actions workflow, whose output `result` a classroom's reporter adds up. */
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { InputError } from '../course/input-error.ts';
import { classroom } from '../report/formats/classroom.ts';
import type { Report } from '../report/report.ts';
import { terminalReport } from '../report/terminal.ts';

/** @throws InputError outside a workflow */
export function stepOutput(env: NodeJS.ProcessEnv = process.env): string {
  if (env.GITHUB_OUTPUT) return env.GITHUB_OUTPUT;
  throw new InputError(
    '--classroom is for a step of a GitHub Actions workflow, which sets GITHUB_OUTPUT; use --json here',
  );
}

/** Appends the result to the step's outputs. @returns what to print: the report, in which the runner obeys nothing */
export function classroomOutput(report: Report, file: string): string {
  appendFileSync(file, `result=${classroom(report).trim()}\n`);
  // The report has what the submission printed in it; nobody knows the word that ends this.
  const word = randomUUID();
  return `::stop-commands::${word}\n${terminalReport(report, { explain: 'all' })}\n::${word}::\n`;
}

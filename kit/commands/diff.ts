import { existsSync, readFileSync, statSync } from 'node:fs';
import pc from 'picocolors';
import { type Difference, differences, gradebookOf } from '../class/diff.ts';
import { runPaths } from '../class/run-folder.ts';
import { InputError } from '../course/input-error.ts';
import type { Gradebook } from '../report/gradebook.ts';
import type { Report } from '../report/report.ts';
import { plain } from '../text/plain.ts';

interface Options {
  json?: boolean;
}

export async function run(before: string, after: string, options: Options): Promise<number> {
  const [old, now] = [before, after].map(readGrades);
  const found = differences(old, now);
  process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : text(found, now.entries.length));
  return 0;
}

/** A gradebook, a report, or the folder that `grade-all` wrote. */
function readGrades(path: string): Gradebook {
  const file = existsSync(path) && statSync(path).isDirectory() ? runPaths(path).gradebook : path;
  if (!existsSync(file))
    throw new InputError(`there is no "${file}"; name a gradebook.json, a report or an --out folder`);
  let parsed: Gradebook | Report;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8')) as Gradebook | Report;
  } catch (error) {
    throw new InputError(`${file} is not valid JSON: ${(error as Error).message}`);
  }
  if (parsed?.schema === 'attention-kit/gradebook/v1') return parsed;
  if (parsed?.schema === 'attention-kit/report/v1') return gradebookOf(parsed);
  throw new InputError(`${file} is not a gradebook or a report of this kit`);
}

function text(found: Difference[], students: number): string {
  if (found.length === 0) return `Nothing changed (${students} students).\n`;
  const lines = found.flatMap(({ student, before, after, changes }) => [
    `${pc.bold(plain(student))}  ${grade(before)} → ${grade(after)}${by(before, after)}`,
    ...changes.map((change) => `  ${plain(change.what)}: ${plain(change.before)} → ${plain(change.after)}`),
  ]);
  const graded = found.filter(({ before, after }) => before !== after).length;
  return `${lines.join('\n')}\n\n${graded} of ${students} grades changed${
    graded < found.length ? `; ${found.length - graded} more with other checks but the same grade` : ''
  }\n`;
}

const grade = (score: number | null) => (score === null ? 'no grade' : String(score));

function by(before: number | null, after: number | null): string {
  if (before === null || after === null || before === after) return '';
  return after > before ? pc.green(` (+${after - before})`) : pc.red(` (${after - before})`);
}

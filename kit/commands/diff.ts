import { existsSync, readFileSync, statSync } from 'node:fs';
import pc from 'picocolors';
import { type Alone, type Differences, differences, gradebookOf } from '../class/diff.ts';
import { runPaths } from '../class/run-folder.ts';
import { InputError } from '../course/input-error.ts';
import type { Gradebook } from '../report/gradebook.ts';
import type { Report } from '../report/report.ts';
import { plural } from '../text/number.ts';
import { plain } from '../text/plain.ts';

interface Options {
  json?: boolean;
}

export async function run(before: string, after: string, options: Options): Promise<number> {
  const [old, now] = [before, after].map(readGrades);
  const found = differences(old, now);
  process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : text(found));
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

function text({ changed, both, onlyBefore, onlyAfter }: Differences): string {
  const lines = changed.flatMap(({ student, before, after, changes }) => [
    `${pc.bold(plain(student))}  ${grade(before)} → ${grade(after)}${by(before, after)}`,
    ...changes.map((change) => `  ${plain(change.what)}: ${plain(change.before)} → ${plain(change.after)}`),
  ]);
  const alone = [...listed('before', onlyBefore), ...listed('after', onlyAfter)];
  if (alone.length > 0) lines.push(...(lines.length > 0 ? [''] : []), ...alone);
  const graded = changed.filter(({ before, after }) => before !== after).length;
  const others = changed.length - graded;
  const count = onlyBefore.length + onlyAfter.length;
  const facts = [
    changed.length === 0
      ? `Nothing changed (${plural(both, 'student')}${count > 0 ? ' in both' : ''})`
      : `${graded} of ${plural(both, 'grade')} changed`,
    others > 0 && changed.length > 0 && `${others} more with other checks but the same grade`,
    count > 0 && `${plural(count, 'student is', 'students are')} in one of the two only`,
  ];
  return `${lines.join('\n')}${lines.length > 0 ? '\n\n' : ''}${facts.filter(Boolean).join('; ')}.\n`;
}

/** In one line, however many: with no other grading to compare with, there is nothing to say of a check. */
function listed(which: string, students: Alone[]): string[] {
  if (students.length === 0) return [];
  const named = students.map(({ student, score }) => `${plain(student)} (${grade(score)})`);
  return [`Only ${which}: ${named.join(', ')}`];
}

const grade = (score: number | null) => (score === null ? 'no grade' : String(score));

function by(before: number | null, after: number | null): string {
  if (before === null || after === null || before === after) return '';
  return after > before ? pc.green(` (+${after - before})`) : pc.red(` (${after - before})`);
}

import { join } from 'node:path';
import pc from 'picocolors';
import { findCourse } from '../course/course.ts';
import { checkGoldens, type GoldenResult } from '../goldens/check-goldens.ts';

export async function run(folder: string | undefined, options: { json?: boolean }): Promise<number> {
  const course = await findCourse();
  const results = await checkGoldens(course, folder ?? join(course.root, 'fixtures/goldens'));
  const mismatched = results.filter(({ status }) => status === 'mismatched');
  if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else process.stdout.write(describe(results, mismatched));
  return mismatched.length === 0 ? 0 : 1;
}

function describe(results: GoldenResult[], mismatched: GoldenResult[]): string {
  const mechanisms = [...new Set(results.map(({ mechanism }) => mechanism))].sort();
  const width = Math.max(10, ...mechanisms.map((name) => name.length));
  const lines = [pc.dim(`${'mechanism'.padEnd(width)}  matched  mismatched  no adapter  largest error  oracle`)];
  for (const mechanism of mechanisms) {
    const of = results.filter((result) => result.mechanism === mechanism);
    const count = (status: GoldenResult['status']) => of.filter((result) => result.status === status).length;
    const matched = of.filter(({ status }) => status === 'matched');
    const error = matched.length ? Math.max(...matched.map((result) => result.error ?? 0)).toExponential(1) : '';
    const oracles = [...new Set(of.flatMap(({ exercise }) => exercise ?? []))].join(', ');
    const numbers = [count('matched'), count('mismatched'), count('no-adapter')].map((n, i) =>
      String(n || '·').padStart([7, 10, 10][i]),
    );
    lines.push(`${mechanism.padEnd(width)}  ${numbers.join('  ')}  ${error.padStart(13)}  ${oracles}`.trimEnd());
  }
  for (const { file, message, error } of mismatched) {
    lines.push(`${pc.red('✗')} ${file}: ${message} (error ${error?.toExponential(1)})`);
  }
  for (const { file, status, message } of results)
    if (status === 'no-adapter' && message) lines.push(`${pc.yellow('?')} ${file}: ${message}`);
  const matched = results.filter(({ status }) => status === 'matched').length;
  lines.push(
    '',
    `${results.length} files: ${matched} matched, ${mismatched.length} mismatched, ${results.length - matched - mismatched.length} without an adapter`,
  );
  return `${lines.join('\n')}\n`;
}

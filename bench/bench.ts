/** Timings, each as a ratio to a baseline taken in the same run, interleaved, since machines are noisy. `npm run bench`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../kit/course/course.ts';
import { gradeAllRate, mebibytes, naiveRate } from './grade-all.ts';
import { inProcess } from './in-process.ts';
import { manyExercises } from './many-exercises.ts';
import { roundTrip } from './round-trip.ts';
import { writeSolved } from './solutions.ts';
import { watchLatency } from './watch-latency.ts';

const EXERCISE = '01-attention-fundamentals/scaled-dot-product';
const RUNS = 7;
const CLASS = 20;
const VITEST = join(PACKAGE_ROOT, 'node_modules/vitest/vitest.mjs');

/** A course folder in which the exercise is solved. */
function solvedCourse(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kit-bench-'));
  for (const tree of ['graders', 'fixtures', 'reference', 'kit', 'node_modules', 'package.json']) {
    symlinkSync(join(PACKAGE_ROOT, tree), join(folder, tree));
  }
  writeSolved(folder, [EXERCISE]);
  return folder;
}

function seconds(command: string, args: string[], cwd: string): number {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${status}:\n${stdout}${stderr}`);
  return (performance.now() - started) / 1000;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

function row(what: string, measured: number, baseline: number, unit: string): void {
  const ratio = (measured / baseline).toFixed(2);
  console.log(
    `${what.padEnd(44)} ${measured.toFixed(3)} ${unit}  against ${baseline.toFixed(3)} ${unit}  ratio ${ratio}`,
  );
}

const course = solvedCourse();
try {
  const kit: number[] = [];
  const vitest: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    kit.push(seconds('node', [join(PACKAGE_ROOT, 'bin/kit.js'), 'run', EXERCISE], course));
    vitest.push(seconds('node', [VITEST, 'run', '--config', 'bench/vitest.config.ts'], PACKAGE_ROOT));
  }
  row('cold kit run, against vitest on one file', median(kit), median(vitest), 's');
  const { remote, local } = await roundTrip();
  row('a kernel through the sandbox, against direct', remote, local, 'ms');
  const checks = await inProcess(EXERCISE);
  row('checks sandboxed, against in one process', checks.sandboxed, checks.local, 's');
  row('the oracle of one case, against all the checks', checks.oraclePerCase, checks.sandboxed, 's');
  row('over the pipe, against the tensors’ bytes', checks.pipeMB, checks.tensorMB, 'MB');
  const naive = await naiveRate(2, [EXERCISE]);
  const whole = await gradeAllRate(CLASS, [EXERCISE]);
  const more = await naiveRate(2, [EXERCISE]);
  row('grade-all, against a vitest run for each', whole.perMinute, (naive.perMinute + more.perMinute) / 2, 'a minute');
  console.log(`grade-all of ${CLASS}: peak ${mebibytes(whole.peakBytes)} in all its processes`);
  const { sorted, idleStarts } = await watchLatency(course, EXERCISE);
  const [half, most] = [0.5, 0.95].map((part) => sorted[Math.ceil(part * sorted.length) - 1]);
  row('kit watch, save to verdict, median; node -e 0', half, median(idleStarts), 'ms');
  row('kit watch, save to verdict, 95%; node -e 0', most, median(idleStarts), 'ms');
  const over = await manyExercises();
  for (const what of over) console.log(what);
  if (over.length > 0) process.exitCode = 1;
} finally {
  rmSync(course, { recursive: true, force: true });
}

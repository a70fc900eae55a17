/**
 * A class of right submissions, graded by `kit grade-all` and, as a baseline, each in a vitest run of its own, so many at
 * once. Run by itself with class sizes, it measures throughput and peak memory: `npx tsx bench/grade-all.ts 50 300`,
 * with `--exercise 01` for less than the whole course.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { findCourse, PACKAGE_ROOT, selectExercises } from '../kit/course/course.ts';
import { memoryOfTree } from './process-tree.ts';
import { writeSolved } from './solutions.ts';

const JOBS = cpus().length;
const VITEST = join(PACKAGE_ROOT, 'node_modules/vitest/vitest.mjs');
const SAMPLE_MS = 200;

export interface Rate {
  perMinute: number;
  /** Of all its processes together; null where the system does not tell. */
  peakBytes: number | null;
}

/** @throws if anybody has less than full marks: then something else was measured than was meant */
export async function gradeAllRate(students: number, exercises: string[]): Promise<Rate> {
  const folder = mkdtempSync(join(tmpdir(), 'kit-bench-'));
  try {
    for (let i = 1; i <= students; i++) writeSolved(join(folder, 'class', `student-${i}`), exercises);
    const args = ['grade-all', join(folder, 'class'), '--out', join(folder, 'grades'), '--seed', 'bench'];
    const { seconds, peakBytes } = await run([join(PACKAGE_ROOT, 'bin/kit.js'), ...args, '--exercise', ...exercises]);
    const { entries } = JSON.parse(readFileSync(join(folder, 'grades/gradebook.json'), 'utf8'));
    const full = entries.filter((entry: { score: number; maxScore: number }) => entry.score === entry.maxScore).length;
    if (full !== students) throw new Error(`${full} of ${students} have full marks`);
    return { perMinute: (students / seconds) * 60, peakBytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A fresh vitest run for each, with a test file an exercise, as many at once as `grade-all` has jobs. */
export async function naiveRate(students: number, exercises: string[]): Promise<Rate> {
  const folder = mkdtempSync(join(tmpdir(), 'kit-bench-'));
  try {
    writeSolved(folder, exercises);
    writeNaiveTests(folder, exercises);
    const env = { ...process.env, KIT_BENCH_SUBMISSION: folder };
    const started = performance.now();
    const peaks: (number | null)[] = [];
    let waiting = students;
    const worker = async () => {
      while (waiting-- > 0) {
        const { peakBytes } = await run([VITEST, 'run', '--config', 'bench/naive.vitest.config.ts'], env);
        peaks.push(peakBytes);
      }
    };
    await Promise.all(Array.from({ length: JOBS }, worker));
    const seconds = (performance.now() - started) / 1000;
    const peakBytes = peaks.includes(null) ? null : Math.max(...(peaks as number[]));
    return { perMinute: (students / seconds) * 60, peakBytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeNaiveTests(folder: string, exercises: string[]): void {
  symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const exercise of exercises) {
    const file = join(folder, 'tests', `${exercise}.test.ts`);
    mkdirSync(dirname(file), { recursive: true });
    const imports = [
      `import { judgeNaively } from '${join(PACKAGE_ROOT, 'bench/naive.ts')}';`,
      `import * as functions from '${join(folder, 'exercises', exercise)}';`,
    ];
    writeFileSync(file, [...imports, `await judgeNaively('${exercise}', functions);`].join('\n'));
  }
}

async function run(args: string[], env = process.env): Promise<{ seconds: number; peakBytes: number | null }> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd: PACKAGE_ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said = (said + chunk).slice(-4000);
    });
  }
  let peakBytes: number | null = 0;
  const sampling = setInterval(() => {
    const now = memoryOfTree(child.pid as number);
    peakBytes = now === null || peakBytes === null ? null : Math.max(peakBytes, now);
  }, SAMPLE_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(sampling);
  if (code !== 0) throw new Error(`${args.slice(0, 2).join(' ')} exited with ${code}:\n${said}`);
  return { seconds: (performance.now() - started) / 1000, peakBytes };
}

export const mebibytes = (bytes: number | null): string =>
  bytes === null ? 'unknown' : `${(bytes / 2 ** 20).toFixed(0)} MiB`;

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { exercise: { type: 'string', multiple: true }, naive: { type: 'string', default: '4' } },
  });
  const exercises = selectExercises(await findCourse(), values.exercise ?? []);
  console.log(`${exercises.length} exercises, ${JOBS} at once`);
  const naive = await naiveRate(Number(values.naive), exercises);
  console.log(`vitest a submission  ${naive.perMinute.toFixed(1)} a minute, peak ${mebibytes(naive.peakBytes)} each`);
  for (const students of positionals.length > 0 ? positionals.map(Number) : [50]) {
    const { perMinute, peakBytes } = await gradeAllRate(students, exercises);
    const ratio = (perMinute / naive.perMinute).toFixed(1);
    console.log(
      `grade-all, ${students} students  ${perMinute.toFixed(1)} a minute, ratio ${ratio}, peak ${mebibytes(peakBytes)}`,
    );
  }
}

/**
 * Grades the sample class again and again, each time from another seed and with the other cores busy:
 * `npx tsx scripts/no-flake.ts [runs, default 200]`. Exits with 1 if an exercise that passed whole ever does not, or the
 * other way round. In a wrong exercise a single check may come out otherwise, where the cases drawn happen not to meet the
 * mistake (a causal mask that is ignored, and every query's key in its past); such checks are counted, and shown.
 */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { gradeSubmission, submissionSeed } from '../kit/grade/grade-submission.ts';
import { HostPool } from '../kit/grade/host-pool.ts';
import { MaterialsShelf } from '../kit/grade/materials.ts';
import type { Report } from '../kit/report/report.ts';
import { findCourse, lectureOf } from '../kit/spec/course.ts';

const runs = Number(process.argv[2] ?? 200);
if (!(Number.isInteger(runs) && runs > 0)) throw new Error('runs is a positive whole number');

const course = findCourse(import.meta.dirname);
const classFolder = join(course.root, 'fixtures/submissions');
const submissions = readdirSync(classFolder).sort();
// The samples hand in the first lecture.
const exercises = course.exercises.filter((id) => lectureOf(id) === lectureOf(course.exercises[0]));

const busy = Array.from(
  { length: Math.max(1, availableParallelism() - 1) },
  () => new Worker('for (let x = 1; ; x = Math.sqrt(x + 1));', { eval: true }),
);
const hosts = new HostPool({ backend: 'wasm' });
const shelf = new MaterialsShelf(course);

interface Verdicts {
  passed: Record<string, boolean>;
  checks: Record<string, string>;
}

function verdicts(report: Report): Verdicts {
  const checks = report.exercises.flatMap(({ id, checks }) =>
    checks.map(({ id: check, status }) => [`${id} ${check}`, status] as const),
  );
  return {
    passed: Object.fromEntries(report.exercises.map(({ id, score, maxScore }) => [id, score === maxScore])),
    checks: Object.fromEntries(checks),
  };
}

const first = new Map<string, Verdicts>();
let judged = 0;
let different = 0;
let byLuck = 0;
const started = performance.now();
try {
  for (let run = 1; run <= runs; run++) {
    for (const id of submissions) {
      const seed = submissionSeed(`no-flake-${run}`, id);
      const folder = join(classFolder, id);
      const now = verdicts(await gradeSubmission({ folder, id, course, shelf, exercises, hosts, seed, timeout: 3 }));
      const due = first.get(id) ?? now;
      first.set(id, due);
      for (const [exercise, passed] of Object.entries(now.passed)) {
        judged++;
        if (passed === due.passed[exercise]) continue;
        different++;
        console.log(`run ${run}: ${id} ${exercise} ${passed ? 'passes' : 'fails'}, the first time it did not`);
      }
      for (const [check, status] of Object.entries(now.checks)) {
        if (status === due.checks[check]) continue;
        byLuck++;
        console.log(`run ${run}: ${id} ${check}: ${status}, the first time ${due.checks[check]}`);
      }
    }
    const left = Math.round((((performance.now() - started) / run) * (runs - run)) / 1000);
    if (run % 10 === 0 || run === runs)
      console.log(
        `${run}/${runs} runs, ${judged} exercises judged, ${different} otherwise than the first time, ${byLuck} single checks, ${left} s left`,
      );
  }
} finally {
  await hosts.stop();
  for (const worker of busy) await worker.terminate();
}
process.exitCode = different === 0 ? 0 : 1;

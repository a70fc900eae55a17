/**
 * Grades the sample class again and again, each time from another seed and with the other cores busy:
 * `npx tsx scripts/no-flake.ts [runs, default 200]`. Exits with 1 if the verdict of any check, of a right submission or a
 * wrong one, is ever another than the first time.
 */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { findCourse, lectureOf } from '../kit/course/course.ts';
import { gradeSubmission, submissionSeed } from '../kit/grade/grade-submission.ts';
import { MaterialsCache } from '../kit/judge/materials.ts';
import type { Report } from '../kit/report/report.ts';
import { HostPool } from '../kit/subject/host-pool.ts';

const runs = Number(process.argv[2] ?? 200);
if (!(Number.isInteger(runs) && runs > 0)) throw new Error('runs is a positive whole number');

const course = await findCourse(import.meta.dirname);
const classFolder = join(course.root, 'fixtures/submissions');
const submissions = readdirSync(classFolder).sort();
// The samples hand in the first lecture.
const exercises = course.exercises.filter((id) => lectureOf(id) === lectureOf(course.exercises[0]));

const busy = Array.from(
  { length: Math.max(1, availableParallelism() - 1) },
  () => new Worker('for (let x = 1; ; x = Math.sqrt(x + 1));', { eval: true }),
);
const hosts = new HostPool({ backend: 'wasm' });
const cache = new MaterialsCache(course);

/** The status of each check, by exercise and check. */
function verdicts({ exercises }: Report): Record<string, string> {
  const checks = exercises.flatMap(({ id, checks }) =>
    checks.map(({ id: check, status }) => [`${id} ${check}`, status]),
  );
  return Object.fromEntries(checks);
}

const first = new Map<string, Record<string, string>>();
let judged = 0;
let different = 0;
const started = performance.now();
try {
  for (let run = 1; run <= runs; run++) {
    for (const id of submissions) {
      const seed = submissionSeed(`no-flake-${run}`, id);
      const folder = join(classFolder, id);
      const now = verdicts(await gradeSubmission({ folder, id, course, cache, exercises, hosts, seed, timeout: 1 }));
      const due = first.get(id) ?? now;
      first.set(id, due);
      for (const [check, status] of Object.entries(now)) {
        judged++;
        if (status === due[check]) continue;
        different++;
        console.log(`run ${run}: ${id} ${check}: ${status}, the first time ${due[check]}`);
      }
    }
    const left = Math.round((((performance.now() - started) / run) * (runs - run)) / 1000);
    if (run % 10 === 0 || run === runs)
      console.log(
        `${run}/${runs} runs, ${judged} checks judged, ${different} otherwise than the first time, ${left} s left`,
      );
  }
} finally {
  await hosts.stop();
  for (const worker of busy) await worker.terminate();
}
process.exitCode = different === 0 ? 0 : 1;

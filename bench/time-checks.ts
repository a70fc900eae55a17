/**
 * What the right and the wrong answers of an exercise take in its time checks, in times the model solution, to choose a
 * budget by: `npx tsx bench/time-checks.ts sliding-window [backend [answer…]]`. It asks for no GPU, which is for an author
 * to weigh.
 */

import { findCourse, selectExercises } from '../kit/course/course.ts';
import { HiddenCases } from '../kit/judge/hidden-cases.ts';
import { judge } from '../kit/judge/judge.ts';
import { MaterialsCache } from '../kit/judge/materials.ts';
import type { HostOptions } from '../kit/subject/host-pool.ts';
import { Sandbox } from '../kit/subject/sandbox.ts';
import { Subject } from '../kit/subject/subject.ts';
import { AnyDevice } from '../kit/testing/any-device.ts';
import { candidatesOf } from '../kit/verify/candidates.ts';

const [exercise, backend = 'wasm', ...names] = process.argv.slice(2);
const course = await findCourse();
const [id] = selectExercises(course, [exercise]);
const cache = new MaterialsCache(course);
const materials = await cache.materials(id);
const checks = materials.spec.checks.filter(({ kind }) => kind === 'time');
const cases = new HiddenCases('bench', materials, await cache.oracle(id), await cache.solution(id));
const hosts = new AnyDevice({ backend: backend as HostOptions['backend'] });
try {
  for (const { kind, name, bundle, path } of (await candidatesOf(course, id)).candidates) {
    if (kind === 'stub' || (names.length > 0 && !names.includes(name))) continue;
    const sandbox = new Sandbox(hosts);
    const subject = new Subject(sandbox, { exports: materials.spec.exports, bundle, path });
    const started = performance.now();
    for (const { check, status, reason, failure, outcome } of await judge(subject, materials, cases, checks)) {
      const { ratio, low, high, pairs, noise, ms } = outcome?.timing ?? {};
      const numbers = outcome?.timing
        ? `${ratio?.toFixed(2)} (${low?.toFixed(2)} to ${high?.toFixed(2)}), ${pairs} pairs, noise ${noise?.toFixed(2)}, ${ms?.toFixed(2)} ms`
        : (failure?.message ?? reason);
      const took = ((performance.now() - started) / 1000).toFixed(1);
      console.log(
        `${check.id}  ${kind.padEnd(9)} ${name.padEnd(24)} ${status.padEnd(10)} ${numbers}; judged in ${took} s`,
      );
    }
    await sandbox.close();
  }
} finally {
  await hosts.stop();
}

/** Seconds for one exercise's checks on hidden cases: sandboxed, in this process, and the oracle's part of it. */
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { findCourse, pathsOf } from '../kit/course/course.ts';
import { HiddenCases } from '../kit/judge/hidden-cases.ts';
import { judge } from '../kit/judge/judge.ts';
import { MaterialsCache } from '../kit/judge/materials.ts';
import { bundle, isBundleError } from '../kit/subject/bundle.ts';
import { HostPool } from '../kit/subject/host-pool.ts';
import { Sandbox } from '../kit/subject/sandbox.ts';
import { Subject } from '../kit/subject/subject.ts';
import type { UsageTotals } from '../kit/wire/sandbox-state.ts';
import { comparable, localSubject } from './local-subject.ts';

export interface InProcess {
  sandboxed: number;
  local: number;
  /** Drawing and the oracle, for one case. */
  oraclePerCase: number;
  /** Over the sandbox's pipe, both ways, for all the checks of one run, and of the tensors that these are about. */
  pipeMB: number;
  tensorMB: number;
}

const RUNS = 5;

export async function inProcess(id: string): Promise<InProcess> {
  const course = await findCourse();
  const cache = new MaterialsCache(course);
  const [materials, oracle] = await Promise.all([cache.materials(id), cache.oracle(id)]);
  const { spec } = materials;
  const { solution } = pathsOf(course, id);
  const bundled = await bundle({ entry: solution, root: course.root, within: course.root });
  if (isBundleError(bundled)) throw new Error(bundled.message);
  const functions = await import(pathToFileURL(solution).href);
  await tf.setBackend('wasm');

  const checks = comparable(spec);
  const hosts = new HostPool({ backend: 'wasm' });
  const measured = { sandboxed: [] as number[], local: [] as number[], oracle: [] as number[] };
  let count = 0;
  let usageTotals: UsageTotals | undefined;
  try {
    for (let run = 0; run <= RUNS; run++) {
      const cases = new HiddenCases(`bench-${run}`, materials, oracle);
      const drawing = await seconds(async () => {
        count = (await Promise.all(checks.map((check) => cases.of(check)))).flat().length;
      });
      const judged = async (subject: Subject) => {
        const judgements = await judge(subject, materials, cases, checks);
        const wrong = judgements.find(({ status }) => status !== 'pass');
        if (wrong) throw new Error(`${wrong.check.id}: ${wrong.failure?.message ?? wrong.reason}`);
      };
      // Each with a start of its own, as each submission has.
      const sandboxed = await seconds(async () => {
        const sandbox = new Sandbox(hosts);
        await judged(new Subject(sandbox, { exports: spec.exports, bundle: bundled }));
        usageTotals = await sandbox.usageTotals();
        await sandbox.close();
      });
      const local = await seconds(() => judged(localSubject(functions, spec.exports)));
      // The first warms up: the host starts in it.
      if (run === 0) continue;
      measured.sandboxed.push(sandboxed);
      measured.local.push(local);
      measured.oracle.push(drawing);
    }
  } finally {
    await hosts.stop();
  }
  const { bytesIn = 0, bytesOut = 0, tensorBytes = 0 } = usageTotals ?? {};
  return {
    pipeMB: (bytesIn + bytesOut) / 1e6,
    tensorMB: tensorBytes / 1e6,
    sandboxed: median(measured.sandboxed),
    local: median(measured.local),
    oraclePerCase: median(measured.oracle) / count,
  };
}

async function seconds(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

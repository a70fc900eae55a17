/** What a time check needs besides the submission: the model solution beside it on the same host, and fresh cases. */

import { deriveSeed } from '../author/draw.ts';
import type { CheckSpec } from '../course/exercise.ts';
import type { HostPool } from '../subject/host-pool.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import type { Roofline } from '../wire/roofline.ts';
import { drawCase, type PreparedCase, redrawCase } from './cases.ts';
import type { Cases, HiddenCases } from './hidden-cases.ts';
import { TIME_PLAN, type TimePlan } from './timing.ts';

export interface TimeTrial {
  solution: Subject;
  /** The same in another sandbox, to be held against itself. */
  again: Subject;
  /** A case that nobody has seen, for each run another. */
  draw: (run: number) => PreparedCase;
  roofline: Roofline;
  plan: Omit<TimePlan, 'budget'>;
  end: () => Promise<void>;
}

export const NO_GPU = 'not judged: no GPU';

/** Why times cannot be taken here; null where they can. Fixed words, fit for students. */
export async function obstacleToTiming(cases: Cases, hosts: HostPool): Promise<string | null> {
  if (cases.kind === 'public') return 'not judged: timed in grading only';
  if (!cases.solution) return 'not judged: no model solution here';
  const { backend } = await hosts.get();
  return backend.accelerated ? null : NO_GPU;
}

/** @throws Error where `obstacleToTiming` names one */
export async function startTrial(
  subject: Subject,
  check: CheckSpec,
  { materials: { spec, grader }, oracle, solution: bundle }: HiddenCases,
  seed: string,
): Promise<TimeTrial> {
  if (!bundle) throw new Error('there is no model solution to be timed against');
  const { hosts } = subject.sandbox;
  const { roofline } = await (await hosts.get()).machine();
  const sandboxes = [new Sandbox(hosts), new Sandbox(hosts)];
  const { exports } = spec;
  const [solution, again] = sandboxes.map(
    (sandbox) => new Subject(sandbox, { exports, bundle, timeout: subject.options.timeout }),
  );
  const named = (run: number) => `timed run ${run}`;
  const first = drawCase(spec, grader, oracle, check, { ...check.case, name: named(0) }, seed);
  return {
    solution,
    again,
    draw: (run) => redrawCase(grader, oracle, { ...first, name: named(run) }, deriveSeed(seed, named(run))),
    roofline,
    plan: TIME_PLAN,
    async end() {
      for (const sandbox of sandboxes) await sandbox.close();
    },
  };
}

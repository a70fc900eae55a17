/** A submission's folder in, a report out. */

import { deriveSeed } from '../author/draw.ts';
import type { Course } from '../course/course.ts';
import { type Diagnosis, diagnose } from '../judge/diagnose.ts';
import type { Cases } from '../judge/hidden-cases.ts';
import { type Judgement, judge, observationOf } from '../judge/judge.ts';
import type { Materials, MaterialsCache } from '../judge/materials.ts';
import { secondOpinions } from '../judge/second-opinion.ts';
import { obstacleToTiming } from '../judge/time-trial.ts';
import type { ExerciseReport, Report } from '../report/report.ts';
import { isBundleError } from '../subject/bundle.ts';
import type { Host } from '../subject/host.ts';
import type { HostPool } from '../subject/host-pool.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import { earned } from './earned.ts';
import { exerciseReport, printedIn, unrunnable, withSolutionCosts } from './exercise-report.ts';
import { type Prepared, prepared } from './prepare.ts';
import { commitOf, submissionId } from './submission-id.ts';

export interface GradeRequest {
  /** The folder that holds `exercises/`. */
  folder: string;
  id?: string;
  /** Null where there is none; left out, it is looked for in the folder. */
  commit?: string | null;
  /** Of files that were handed in and are not in the folder, by path: why. */
  missing?: ReadonlyMap<string, string>;
  course: Course;
  cache: MaterialsCache;
  exercises: string[];
  hosts: HostPool;
  /** Undefined for the public cases. */
  seed?: SubmissionSeed;
  /** Seconds for one call. */
  timeout?: number;
  onExercise?: (report: ExerciseReport) => void;
  /** The exercise so far, after each check; mistakes are not recognised yet. */
  onCheck?: (report: ExerciseReport) => void;
  /** Calls the judgement off, even within an endless loop: it ends with `Aborted`. */
  signal?: AbortSignal;
}

/** What the hidden cases of one submission are drawn from. */
export type SubmissionSeed = string;

/**
 * The seed of a submission: from the course's secret, so that nobody else's cases are its own;
 * or `submission:<seed>` as a report gives it, to replay that grade.
 */
export function submissionSeed(secret: string, id: string): SubmissionSeed {
  const [, replayed] = secret.match(/^submission:([0-9a-f]{64})$/) ?? [];
  return replayed ?? deriveSeed(secret, id);
}

export async function gradeSubmission(request: GradeRequest): Promise<Report> {
  const { folder, id = submissionId(folder), commit = commitOf(folder), hosts, seed } = request;
  // Each is opened when it is first needed. Beside the submission's own: one for the model solution, where its cost is counted.
  const sandboxes = { first: new Sandbox(hosts), onWasm: new Sandbox(hosts.onWasm()), besides: new Sandbox(hosts) };
  const abandon = () => void Object.values(sandboxes).map((sandbox) => sandbox.abandon());
  request.signal?.addEventListener('abort', abandon);
  if (request.signal?.aborted) abandon();
  const exercises: ExerciseReport[] = [];
  let host: Host;
  let more: Pick<Report, 'machine' | 'fallbacks'>;
  try {
    for await (const exercise of prepared({ ...request, besides: sandboxes.besides }, request.exercises)) {
      const report = await gradeExercise(request, exercise, sandboxes);
      exercises.push(report);
      request.onExercise?.(report);
    }
    sandboxes.first.throwIfAbandoned();
    // Before the sandbox is closed: whoever stops the hosts meanwhile would be given a new one.
    host = await hosts.get();
    more = await moreOfTheDevice(host, sandboxes.first, seed !== undefined);
  } finally {
    request.signal?.removeEventListener('abort', abandon);
    await Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.close()));
  }
  return {
    schema: 'attention-kit/report/v1',
    submission: { id, commit },
    seed: seed ?? 'public',
    backend: host.backend,
    ...more,
    isolation: host.isolation,
    score: sum(exercises.map(({ score }) => score)),
    maxScore: sum(exercises.map(({ maxScore }) => maxScore)),
    exercises,
  };
}

/** The card is measured for grades alone: it takes a second, and a learner has no use for it. */
async function moreOfTheDevice(
  host: Host,
  sandbox: Sandbox,
  hidden: boolean,
): Promise<Pick<Report, 'machine' | 'fallbacks'>> {
  const { fallbacks } = await sandbox.usageTotals();
  // The grade stands, whatever becomes of the host now.
  const machine = hidden && host.backend.accelerated ? await host.machine().catch(() => null) : null;
  return {
    ...(machine && { machine }),
    ...(Object.keys(fallbacks).length > 0 && { fallbacks }),
  };
}

async function gradeExercise(
  request: GradeRequest,
  { materials, cases, bundled, source }: Prepared,
  sandboxes: { first: Sandbox; onWasm: Sandbox },
): Promise<ExerciseReport> {
  const { id, spec } = materials;
  if (isBundleError(bundled)) {
    const isTimed = spec.checks.some(({ kind }) => kind === 'time');
    const { file, line, message } = bundled;
    const problem = `${file}${line === null ? '' : `:${line}`}: ${message}`;
    return unrunnable(id, spec, problem, isTimed ? await obstacleToTiming(cases, request.hosts) : null);
  }

  const { timeout } = request;
  const subject = new Subject(sandboxes.first, { exports: spec.exports, bundle: bundled, source, timeout });
  const { onCheck } = request;
  const soFar = (judgements: Judgement[]) => onCheck?.(exerciseReport(id, materials, earned(judgements), {}));
  const atFirst = await judge(subject, materials, cases, undefined, onCheck && soFar);
  const judgements = await secondOpinions(atFirst, request.hosts, (checks) =>
    judge(new Subject(sandboxes.onWasm, subject.options), materials, cases, checks),
  );
  const diagnosis = await recognise(subject, materials, cases, judgements);
  const report = exerciseReport(id, materials, earned(judgements), diagnosis);
  // Hidden inputs may be among what is printed, so it is kept where there are none.
  return cases.kind === 'public'
    ? { ...withSolutionCosts(report, materials.fixture), ...printedIn(judgements) }
    : report;
}

/** Failures that say all there is to say: no mistake in the mathematics needs to be looked for. */
const OBVIOUS = /^(todo|timeout|exited|limit|protocol|no-export|not-available|not-tried|promise|slow)$/;

/** Mistakes are known by their public outputs, so what failed on hidden cases is run on the public ones too. */
async function recognise(
  subject: Subject,
  materials: Materials,
  cases: Cases,
  judgements: Judgement[],
): Promise<Diagnosis> {
  const failed = judgements.filter(({ failure }) => failure);
  if (failed.length === 0 || failed.every(({ failure }) => OBVIOUS.test(failure?.code ?? ''))) return {};
  if (failed.some(({ failure }) => failure?.code === 'timeout')) return {};
  const seen = cases.kind === 'public' ? judgements : await judge(subject, materials, { kind: 'public' });
  return diagnose(observationOf(seen), materials.fixture);
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

/** Judges one subject on one exercise, check by check. */

import { AXIS_WORDS } from '../author/axes.ts';
import { deriveSeed } from '../author/draw.ts';
import type { CheckKind, CheckSpec, ResultShape } from '../course/exercise.ts';
import { type Failure, isKilled, SubmissionFault } from '../subject/failure.ts';
import { HostFailed } from '../subject/host.ts';
import { Aborted } from '../subject/sandbox.ts';
import type { Subject } from '../subject/subject.ts';
import type { Cost } from '../wire/cost.ts';
import type { PreparedCase } from './cases.ts';
import type { Check, CheckContext, CheckOutcome } from './checks/context.ts';
import { checkCost } from './checks/cost.ts';
import { checkGradient } from './checks/gradient.ts';
import { checkHygiene } from './checks/hygiene.ts';
import { checkProperty } from './checks/property.ts';
import { checkTime } from './checks/time.ts';
import { checkValues } from './checks/values.ts';
import type { Cases } from './hidden-cases.ts';
import type { Look } from './known-mistake.ts';
import type { Materials } from './materials.ts';
import { optionPairs } from './option-pairs.ts';
import { obstacleToTiming, startTrial } from './time-trial.ts';

export interface Judgement {
  check: CheckSpec;
  status: 'pass' | 'fail' | 'not-judged';
  failure: Failure | null;
  /** Why it could not be judged, or passes though the device's values are off. */
  reason?: string;
  /** That is not a fault: it cannot be judged here at all, and is worth nothing. */
  setAside?: true;
  outcome?: CheckOutcome;
  /** What the submission printed meanwhile. */
  printed?: string;
}

const CHECKS: Record<CheckKind, Check> = {
  values: checkValues,
  stability: checkValues,
  property: checkProperty,
  gradient: checkGradient,
  cost: checkCost,
  time: checkTime,
  hygiene: checkHygiene,
};

/** After so many checks that ended the sandbox, the others are not tried: they would only do the same. */
const MAX_DEATHS = 2;
const DEATHS = ['timeout', 'limit', 'exited', 'protocol'] as const;

/** So often in one check is the sandbox ended from outside before that is held against the submission … */
const MOST_KILLS = 2;
/** … and so often does the host fail before the check is left unjudged. */
const MOST_HOST_FAILURES = 2;

/** Whether the sandbox ended with it. */
export function isDeath(code: string | undefined): code is (typeof DEATHS)[number] {
  return DEATHS.some((death) => death === code);
}

export async function judge(
  subject: Subject,
  materials: Materials,
  cases: Cases,
  checks: CheckSpec[] = materials.spec.checks,
  onJudgement?: (judgements: Judgement[]) => void,
): Promise<Judgement[]> {
  const judgements: Judgement[] = [];
  let deaths = 0;
  for (const check of checks) {
    const obstacle = check.kind === 'time' ? await obstacleToTiming(cases, subject.sandbox.hosts) : null;
    const judgement = obstacle
      ? setAside(check, obstacle)
      : deaths < MAX_DEATHS
        ? await judgeCheck(check, subject, materials, cases, judgements.some(areWrongValues))
        : failed(check, {
            code: 'not-tried',
            message: 'not tried, since the code hung or ended itself in the checks before',
          });
    if (isDeath(judgement.failure?.code)) deaths++;
    const printed = subject.takePrinted();
    judgements.push(printed ? { ...judgement, printed } : judgement);
    onJudgement?.(judgements);
  }
  await confirmTimeout(judgements, subject, materials, cases);
  return judgements;
}

/**
 * The clock of a call goes on where the machine has no time for it, or sleeps, and a grade must not hang on that: what
 * took too long in one check alone is tried again. What does so in two is believed.
 */
async function confirmTimeout(
  judgements: Judgement[],
  subject: Subject,
  materials: Materials,
  cases: Cases,
): Promise<void> {
  const slow = judgements.flatMap(({ failure }, i) => (failure?.code === 'timeout' ? [i] : []));
  if (slow.length !== 1 || cases.kind !== 'hidden') return;
  judgements[slow[0]] = await judgeCheck(judgements[slow[0]].check, subject, materials, cases);
}

const areWrongValues = ({ check, failure }: Judgement) => failure !== null && /^(values|stability)$/.test(check.kind);

async function judgeCheck(
  check: CheckSpec,
  subject: Subject,
  materials: Materials,
  cases: Cases,
  valuesFailed = false,
): Promise<Judgement> {
  const { grader } = materials;
  const seed = deriveSeed(cases.kind === 'hidden' ? cases.seed : 'public', `${materials.id}/${check.id}`);
  let prepared: PreparedCase[];
  try {
    prepared = cases.kind === 'hidden' ? await cases.of(check) : (materials.fixture.cases[check.id] ?? []);
  } catch (error) {
    // An oracle or a grader that fails is not a fault of the submission.
    return notJudged(check, `its cases cannot be drawn: ${(error as Error).message}`);
  }
  const publicCost = materials.fixture.costs[check.id] as Cost | undefined;
  const solutionCost = async () => (cases.kind === 'hidden' ? cases.solutionCost(check) : publicCost);
  const context: CheckContext = {
    check,
    grader,
    subject,
    axisWords: { ...AXIS_WORDS, ...materials.spec.axes },
    seed,
    cases: prepared,
    ...(check.kind === 'hygiene' && { optionPairs: optionPairs(materials.spec), valuesFailed }),
    ...(check.kind === 'cost' && { solutionCost, publicCost }),
    ...(cases.kind === 'hidden' && { startTrial: () => startTrial(subject, check, cases, seed) }),
  };
  let [kills, hostFailures] = [0, 0];
  for (;;) {
    try {
      const outcome = await CHECKS[check.kind](context).catch((error) => outcomeOfFault(error, subject));
      if (outcome.failure && isKilled(outcome.failure)) {
        // Once may be anybody's doing, and costs nothing; what happens again with a fresh sandbox is its own.
        if (++kills < MOST_KILLS) continue;
        const message = `${outcome.failure.message}, ${MOST_KILLS} times in this check`;
        return failed(check, { code: 'exited', message });
      }
      if (outcome.undecided) return { ...notJudged(check, outcome.undecided), outcome };
      if (!outcome.failure) return { check, status: 'pass', failure: null, outcome };
      const fault = await subject.takeFault();
      if (fault) return notJudged(check, fault);
      return { ...failed(check, outcome.failure), outcome };
    } catch (error) {
      if (error instanceof Aborted) throw error;
      const { message } = error as Error;
      if (error instanceof HostFailed) {
        if (++hostFailures < MOST_HOST_FAILURES) continue;
        // A fault of the machine is nobody's zero. What ends a fresh host by what it computes, again, has itself to blame.
        return error.crashed
          ? failed(check, { code: 'exited', message: `what it computes ends the process that does it: ${message}` })
          : notJudged(check, message);
      }
      // Where the structure of results is not declared, a grader's own code may meet anything, and be thrown off by it.
      if (!Object.values(materials.spec.exports).some(isOpen)) return notJudged(check, message);
      const found = `the check can make nothing of what it returned: ${message}`;
      return failed(check, { code: 'wrong-kind', message: found.slice(0, MOST_CHARACTERS) });
    }
  }
}

const MOST_CHARACTERS = 1000;

/** Whether a result may be of any structure, or a list of any length, that was not looked at as it came. */
function isOpen(declared: ResultShape): boolean {
  if (Array.isArray(declared)) return true;
  return typeof declared === 'object' ? Object.values(declared).some(isOpen) : declared === 'data';
}

/** A submission's fault that ended the check is how the check came out. */
async function outcomeOfFault(error: unknown, subject: Subject): Promise<CheckOutcome> {
  if (!(error instanceof SubmissionFault)) throw error;
  if (!error.fatal) await subject.forget();
  return { failure: error.failure };
}

/** What `diagnose` needs, from the judgements on the public cases. */
export function observationOf(judgements: Judgement[]): Look {
  const observation: Look = { codes: {}, signs: {} };
  for (const { check, failure, outcome } of judgements) {
    if (!failure) continue;
    observation.codes[check.id] = failure.code;
    observation.signs[check.id] = outcome?.signs ?? {};
  }
  return observation;
}

function failed(check: CheckSpec, failure: Failure): Judgement {
  return { check, status: 'fail', failure };
}

function notJudged(check: CheckSpec, reason: string): Judgement {
  return { check, status: 'not-judged', failure: null, reason };
}

export function setAside(check: CheckSpec, reason: string): Judgement {
  return { ...notJudged(check, reason), setAside: true };
}

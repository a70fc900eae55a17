/** Time: the submission's wall time against the model solution's, both measured by the host on inputs that neither has seen. */

import { type Failure, SubmissionFault } from '../../subject/failure.ts';
import type { Subject } from '../../subject/subject.ts';
import { format, formatApart } from '../../text/number.ts';
import type { Cost } from '../../wire/cost.ts';
import type { Roofline } from '../../wire/roofline.ts';
import type { PreparedCase } from '../cases.ts';
import { measure } from '../measure-cost.ts';
import { compareTimes, type TimeComparison, type Timing } from '../timing.ts';
import type { Check, CheckContext } from './context.ts';
import { largestOf, type Ratio } from './judge-output.ts';
import { runCase } from './values.ts';

/** Runs before the clock counts: shaders are compiled, and both sandboxes' code is hot. */
const WARM_UP = 3;

export const checkTime: Check = async ({ check, grader, subject, seed, startTrial }) => {
  if (typeof check.budget !== 'number' || !startTrial) throw new Error(`${check.id}: there is nothing to time it by`);
  const trial = await startTrial();
  try {
    const { solution, again, roofline } = trial;
    const plan = { ...trial.plan, budget: check.budget };
    let runs = 0;
    const ratios: Ratio[] = [];
    const times: number[] = [];
    const draw = () => trial.draw(++runs);
    const time = async (prepared: PreparedCase) => {
      const { ms, ratio } = await timeOf(subject, grader, prepared);
      times.push(ms);
      ratios.push(ratio);
      return ms;
    };

    const cost = await measure(subject, grader, check.case ?? {}, seed);
    for (let i = 0; i < WARM_UP; i++) {
      const prepared = draw();
      await time(prepared);
      for (const each of [solution, again]) await timeOfSolution(each, grader, prepared);
    }

    // The solution has seen these inputs, but remembers nothing of them.
    const known = draw();
    const noise = await compareTimes(
      inTurns(
        () => timeOfSolution(again, grader, known),
        () => timeOfSolution(solution, grader, known),
      ),
      plan,
    );
    if (noise.verdict !== 'within')
      return { failure: null, ratio: largestOf(ratios), cost, undecided: tooNoisy(noise, plan.budget) };

    times.length = 0;
    let prepared = known;
    const turns = inTurns(
      () => time(prepared),
      () => timeOfSolution(solution, grader, prepared),
    );
    const comparison = await compareTimes((aFirst) => {
      prepared = draw();
      return turns(aFirst);
    }, plan);
    const { verdict, ratio, low, high, pairs } = comparison;
    const ms = median(times);
    const timing: Timing = {
      ratio,
      low,
      high,
      pairs,
      budget: plan.budget,
      noise: Math.max(1, noise.high, 1 / noise.low),
      ms,
      fractionOfRoofline: fractionOf(roofline, cost, ms),
    };
    const outcome = { ratio: largestOf(ratios), cost, timing };
    if (verdict === 'inconclusive') return { ...outcome, failure: null, undecided: tooClose(comparison, plan.budget) };
    return { ...outcome, failure: verdict === 'over' ? tooSlow(timing) : null };
  } finally {
    await trial.end();
  }
};

/** Milliseconds of one case, which must be right. @throws SubmissionFault where it is not */
async function timeOf(subject: Subject, grader: CheckContext['grader'], prepared: PreparedCase) {
  const { result, ms } = await subject.timed(() => runCase({ subject, grader, counter: subject.counter }, prepared));
  if (result.failure) throw new SubmissionFault(result.failure);
  return { ms, ratio: result.ratio };
}

/** A solution that fails is nothing to be held against. */
async function timeOfSolution(solution: Subject, grader: CheckContext['grader'], prepared: PreparedCase) {
  try {
    return (await timeOf(solution, grader, prepared)).ms;
  } catch (error) {
    if (!(error instanceof SubmissionFault)) throw error;
    throw new Error(`the model solution fails when it is timed: ${error.failure.message}`);
  }
}

function inTurns(a: () => Promise<number>, b: () => Promise<number>) {
  return async (aFirst: boolean) => {
    if (aFirst) return { a: await a(), b: await b() };
    const second = await b();
    return { a: await a(), b: second };
  };
}

/** The least time in which the device could have done this work, as a part of the time that it took. */
function fractionOf({ matMulGflops, copyGBs }: Roofline, cost: Cost, ms: number): number {
  const leastMs = Math.max(cost.flops / matMulGflops, (cost.bytesRead + cost.bytesWritten) / copyGBs) / 1e6;
  return leastMs / ms;
}

function tooSlow({ noise, budget, ...comparison }: Timing): Failure {
  const itself = `the solution against itself seems up to ${format(noise)} times as slow`;
  const message = `it takes ${inWords(comparison, budget)}, where ${budget} times are allowed; ${itself}`;
  return { code: 'slow', message };
}

function inWords({ ratio, low, high, pairs }: Omit<TimeComparison, 'verdict'>, budget: number): string {
  const [times, from, to] = [ratio, low, high].map((value) => formatApart(value, budget)[0]);
  return `${times} times as long as the model solution (between ${from} and ${to}, in ${pairs} pairs of runs)`;
}

const tooClose = (comparison: TimeComparison, budget: number) =>
  `it takes ${inWords(comparison, budget)}, too near the ${budget} times that are allowed to be told from them; ${WAY_OUT}`;

const tooNoisy = ({ low, high, pairs }: TimeComparison, budget: number) =>
  `the model solution takes between ${format(low)} and ${format(high)} times as long as itself (in ${pairs} pairs of runs), too unsteady to judge ${budget} times by; ${WAY_OUT}`;

const WAY_OUT = 'grade again when the machine has nothing else to do';

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Cost: counts of what really ran, against budgets, and how they grow; of results that are right. */

import { Draw } from '../../author/draw.ts';
import type { CaseParams } from '../../author/grader.ts';
import type { TensorTree } from '../../author/ndarray.ts';
import type { Bound, CheckSpec } from '../../course/exercise.ts';
import { METRICS, type Metric } from '../../course/metrics.ts';
import type { Failure } from '../../subject/failure.ts';
import { functionOf } from '../../subject/kernel-names.ts';
import { formatApart } from '../../text/number.ts';
import type { Cost } from '../../wire/cost.ts';
import type { Usage } from '../../wire/sandbox-state.ts';
import type { PreparedCase } from '../cases.ts';
import { costCaseName, costCases } from '../cost-sizes.ts';
import type { Check, CheckContext } from './context.ts';
import { largestOf, type Ratio } from './judge-output.ts';
import { judgeOutputs } from './values.ts';

const WORDS: Record<Metric, string> = {
  kernels: 'kernels',
  flops: 'floating-point operations',
  bytesRead: 'bytes read',
  bytesWritten: 'bytes written',
  peakBytes: 'bytes alive at once',
  largestTensorBytes: 'bytes in one tensor',
  uploads: 'uploads of JavaScript values',
  downloads: 'downloads into JavaScript (dataSync, array, print …)',
};

/** Tensors made of JavaScript values that any solution may need, and as many more for each kernel that it runs. */
const UPLOADS = 100;
const UPLOADS_PER_KERNEL = 4;

/** A case as it is run: with what is expected of it, where that is known. */
interface Run {
  params: CaseParams;
  inputs: TensorTree;
  prepared?: PreparedCase;
}

interface Measured {
  params: CaseParams;
  usage: Usage;
  /** What is wrong in its result. */
  wrong: Failure | null;
  ratio: Ratio;
}

export const checkCost: Check = async (context) => {
  const { check, grader, seed } = context;
  const runs: Run[] =
    context.cases.length > 0
      ? context.cases.map((prepared) => ({ ...prepared, prepared }))
      : costCases(check).map((params) => ({ params, inputs: grader.inputs(new Draw(seed), params) }));
  const measured = [await measureRun(context, runs[0])];
  const [first] = measured;
  const end = (failure: Failure) => ({ failure, cost: first.usage.cost });
  const forbidden = check.forbid?.find((name) => first.usage.ran.includes(name));
  if (forbidden) {
    return end({
      code: `forbidden:${forbidden}`,
      message: `it uses ${functionOf(forbidden)}, which is what is to be built here`,
    });
  }
  const over = await overBudgets(context, first);
  if (over) return end(over);
  for (const run of runs.slice(1)) measured.push(await measureRun(context, run));
  const grown = check.growth ? overGrowth(check.growth, measured.slice(1)) : null;
  const transferring = measured.map((each) => overTransfers(context, each)).find((failure) => failure !== null);
  // What a wrong result costs says nothing.
  const wrong = measured.map((each) => each.wrong).find((failure) => failure !== null);
  const dear = grown ?? transferring;
  if (dear) return end(dear);
  return { failure: wrong ?? null, cost: first.usage.cost, ratio: largestOf(measured.map(({ ratio }) => ratio)) };
};

async function measureRun(
  { subject, grader, axisWords }: CheckContext,
  { params, inputs, prepared }: Run,
): Promise<Measured> {
  const returned = await grader.run(subject.submission, inputs, params, subject.counter);
  const usage = await subject.usage();
  const judged = prepared && (await judgeOutputs(subject, returned, prepared, axisWords));
  await subject.forget();
  return { params, usage, wrong: judged?.failure ?? null, ratio: judged?.ratio ?? (() => 0) };
}

async function overBudgets(context: CheckContext, { params, usage: { cost } }: Measured): Promise<Failure | null> {
  const { budget } = context.check;
  if (typeof budget !== 'object') return null;
  for (const metric of METRICS) {
    const bound = budget[metric];
    if (bound === undefined) continue;
    const allowed = await allowedBy(bound, metric, params, context);
    if (cost[metric] > allowed) return overBudget(metric, cost, allowed, bound);
  }
  return null;
}

async function allowedBy(
  bound: Bound,
  metric: Metric,
  params: CaseParams,
  { grader, solutionCost }: CheckContext,
): Promise<number> {
  if (typeof bound === 'number') return bound;
  if ('limit' in bound) {
    const limit = grader.limits?.[bound.limit];
    if (!limit) throw new Error(`the grader has no limit ${bound.limit}`);
    return limit(params);
  }
  const solution = await solutionCost?.();
  if (!solution) throw new Error('the solution was not measured; run `kit verify --update`');
  return Math.floor(solution[metric] * bound.timesSolution);
}

/**
 * What is computed in JavaScript costs no kernels. It must read tensors, and make tensors of what it computed: no more are read
 * than the model solution reads, whatever the size, and no more made than its kernels can use.
 */
function overTransfers({ publicCost }: CheckContext, { params, usage: { cost } }: Measured): Failure | null {
  if (!publicCost) return null;
  const most = {
    downloads: publicCost.downloads,
    uploads: UPLOADS + UPLOADS_PER_KERNEL * Math.max(cost.kernels, publicCost.kernels),
  };
  for (const metric of ['downloads', 'uploads'] as const) {
    if (cost[metric] <= most[metric]) continue;
    const failure = overBudget(metric, cost, most[metric], most[metric]);
    return { ...failure, message: `with ${costCaseName(params)}: ${failure.message}` };
  }
  return null;
}

function overGrowth(growth: NonNullable<CheckSpec['growth']>, points: Measured[]): Failure | null {
  const { vary, ...exponents } = growth;
  const [axis] = Object.keys(vary);
  const sizes = points.map(({ params }) => Number(params[axis]));
  for (const [metric, most] of Object.entries(exponents) as [Metric, number][]) {
    const values = points.map(({ usage }) => usage.cost[metric]);
    const exponent = slope(sizes, values);
    if (exponent > most) return overExponent(metric, axis, sizes, values, exponent, most);
  }
  return null;
}

/**
 * The code tells by which order of magnitude, and of too many kernels or flops how many matrix products there are: one
 * loop over the heads is like another, and other loops are not.
 */
function overBudget(metric: Metric, cost: Cost, allowed: number, bound: Bound): Failure {
  const used = cost[metric];
  const products = metric === 'kernels' || metric === 'flops' ? `:products ${productsIn(cost)}` : '';
  const than =
    typeof bound === 'object' && 'timesSolution' in bound ? `, ${bound.timesSolution} times a plain solution's` : '';
  const [usedText, allowedText] = counts(used, allowed);
  const words = used === 1 ? WORDS[metric].replace(/^(\w+)s\b/, '$1') : WORDS[metric];
  return {
    code: `budget:${metric}:e${Math.round(Math.log10(used / Math.max(allowed, 1)))}${products}`,
    message: `${usedText} ${words}, where the budget is ${allowedText}${than}`,
  };
}

const PRODUCTS = ['BatchMatMul', '_FusedMatMul', 'Einsum'];
const productsIn = ({ byName }: Cost) => PRODUCTS.reduce((sum, name) => sum + (byName[name] ?? 0), 0);

function overExponent(
  metric: Metric,
  axis: string,
  sizes: number[],
  values: number[],
  exponent: number,
  most: number,
): Failure {
  const measured = values.map((value, i) => `${counts(value, value)[0]} at ${sizes[i]}`).join(', ');
  const [grown, allowed] = formatApart(exponent, most, 3);
  const message = `${WORDS[metric]} grow as ${axis}^${grown} (${measured}), where ${axis}^${allowed} is allowed`;
  return { code: `growth:${metric}`, message };
}

/** Least-squares slope of log value over log size: the exponent of a power law. */
export function slope(sizes: number[], values: number[]): number {
  const x = sizes.map(Math.log);
  const y = values.map((value) => Math.log(Math.max(value, 1)));
  const mean = (list: number[]) => list.reduce((a, b) => a + b) / list.length;
  const [mx, my] = [mean(x), mean(y)];
  return x.reduce((sum, xi, i) => sum + (xi - mx) * (y[i] - my), 0) / x.reduce((sum, xi) => sum + (xi - mx) ** 2, 0);
}

/** Counts below a million as they are; larger ones so that they differ. */
function counts(a: number, b: number): [string, string] {
  const isPlain = [a, b].every((value) => Number.isInteger(value) && value < 1e6);
  return isPlain ? [String(a), String(b)] : formatApart(a, b);
}

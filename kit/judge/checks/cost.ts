/** Cost: counts of what really ran, against budgets, and how they grow. */

import { Draw } from '../../author/draw.ts';
import type { CaseParams, Grader } from '../../author/grader.ts';
import type { Bound } from '../../course/exercise.ts';
import { METRICS, type Metric } from '../../course/metrics.ts';
import type { Failure } from '../../subject/failure.ts';
import { functionOf } from '../../subject/kernel-names.ts';
import type { Subject } from '../../subject/subject.ts';
import { formatApart } from '../../text/number.ts';
import type { Cost } from '../../wire/cost.ts';
import type { Check } from './context.ts';

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

export const checkCost: Check = async ({ check, grader, subject, seed, solutionCost }) => {
  const params = check.case ?? {};
  const cost = await measure(subject, grader, params, seed);
  const forbidden = check.forbid?.find((name) => cost.byName[name]);
  if (forbidden) {
    return {
      failure: {
        code: `forbidden:${forbidden}`,
        message: `it uses ${functionOf(forbidden)}, which is what is to be built here`,
      },
      cost,
    };
  }
  const budget = typeof check.budget === 'object' ? check.budget : {};
  for (const metric of METRICS) {
    const bound = budget[metric];
    if (bound === undefined) continue;
    const allowed = allowedBy(bound, metric, params, grader, solutionCost);
    if (cost[metric] > allowed) return { failure: overBudget(metric, cost, allowed, bound), cost };
  }
  return { failure: check.growth ? await overGrowth(check.growth) : null, cost };

  async function overGrowth(growth: NonNullable<typeof check.growth>): Promise<Failure | null> {
    const { vary, ...exponents } = growth;
    const axes = Object.keys(vary);
    const sizes = vary[axes[0]];
    const costs: Cost[] = [];
    for (const i of sizes.keys()) {
      const larger = Object.fromEntries(axes.map((axis) => [axis, vary[axis][i]]));
      costs.push(await measure(subject, grader, { ...params, ...larger }, seed));
    }
    for (const [metric, most] of Object.entries(exponents) as [Metric, number][]) {
      const values = costs.map((measured) => measured[metric]);
      const exponent = slope(sizes, values);
      if (exponent > most) return overExponent(metric, axes[0], sizes, values, exponent, most);
    }
    return null;
  }
};

/** What one run of a case costs, from the grader's last mark on. */
export async function measure(subject: Subject, grader: Grader, params: CaseParams, seed: string): Promise<Cost> {
  await grader.run(subject.submission, grader.inputs(new Draw(seed), params), params, subject.counter);
  const { cost } = await subject.usage();
  await subject.forget();
  return cost;
}

function allowedBy(
  bound: Bound,
  metric: Metric,
  params: CaseParams,
  grader: Grader,
  solution: Cost | undefined,
): number {
  if (typeof bound === 'number') return bound;
  if ('limit' in bound) {
    const limit = grader.limits?.[bound.limit];
    if (!limit) throw new Error(`the grader has no limit ${bound.limit}`);
    return limit(params);
  }
  if (!solution) throw new Error('the solution was not measured; run `kit verify --update`');
  return Math.floor(solution[metric] * bound.timesSolution);
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

/**
 * Is A more than so many times slower than B, on a machine that is noisy and drifts?
 *
 * Runs come in pairs, A B then B A, so that a drift over the pair favours neither. The estimate is the median of the
 * pairs' ratios, and its confidence interval that of the sign test, which supposes nothing of the noise. Looking again
 * after each batch of pairs gives chance more chances, so the allowed error is spent over the looks.
 */
import type { Static } from 'typebox';
import type { Timing as schema } from './timing.schema.ts';

export type TimeVerdict = 'within' | 'over' | 'inconclusive';

export interface TimeComparison {
  verdict: TimeVerdict;
  /** Median of the pairs' ratios, and the interval that holds the true one. */
  ratio: number;
  low: number;
  high: number;
  pairs: number;
}

/** What a report tells of a comparison of the submission with the model solution. */
export type Timing = Static<typeof schema>;

export interface TimePlan {
  /** The most that A may take, in times B. */
  budget: number;
  /** Pairs before the first look, and how many may be taken in all. */
  batch: number;
  mostPairs: number;
  /** The chance, over all looks, that the interval does not hold the true ratio. */
  error: number;
}

/** So unlikely to be wrong that a class of thousands of checks sees none. */
export const TIME_PLAN: Omit<TimePlan, 'budget'> = { batch: 24, mostPairs: 120, error: 1e-5 };

/** Measures pairs until the ratio is clear of the budget, or there are enough. @param pair the times of A and B, run next to each other */
export async function compareTimes(
  pair: (aFirst: boolean) => Promise<{ a: number; b: number }>,
  plan: TimePlan,
): Promise<TimeComparison> {
  const ratios: number[] = [];
  const looks = Math.ceil(plan.mostPairs / plan.batch);
  let comparison: TimeComparison | undefined;
  while (ratios.length < plan.mostPairs && (comparison?.verdict ?? 'inconclusive') === 'inconclusive') {
    for (let i = 0; i < plan.batch && ratios.length < plan.mostPairs; i++) {
      const { a, b } = await pair(ratios.length % 2 === 0);
      if (!(a > 0 && b > 0)) throw new Error(`a run cannot have taken ${a > 0 ? b : a} ms`);
      ratios.push(a / b);
    }
    comparison = judgeRatios(ratios, plan.budget, plan.error / looks);
  }
  if (!comparison) throw new Error('a comparison of times needs at least one pair');
  return comparison;
}

/** @param error the chance that the interval does not hold the median */
export function judgeRatios(ratios: readonly number[], budget: number, error: number): TimeComparison {
  const sorted = [...ratios].sort((x, y) => x - y);
  const n = sorted.length;
  const outside = outsideOfEachEnd(n, error / 2);
  const low = outside < 0 ? 0 : sorted[outside];
  const high = outside < 0 ? Infinity : sorted[n - 1 - outside];
  const ratio = n % 2 ? sorted[(n - 1) / 2] : Math.sqrt(sorted[n / 2 - 1] * sorted[n / 2]);
  const verdict = high <= budget ? 'within' : low > budget ? 'over' : 'inconclusive';
  return { verdict, ratio, low, high, pairs: n };
}

/**
 * How many values may be left out at each end of n sorted ones: the largest k for which fewer than k + 1 of n fair coins
 * come up heads with a chance of at most `error`; -1 if even the extremes are not sure enough.
 */
function outsideOfEachEnd(n: number, error: number): number {
  let logTerm = -n * Math.LN2;
  let chance = Math.exp(logTerm);
  let k = -1;
  while (chance <= error && k + 1 < n / 2) {
    k++;
    logTerm += Math.log((n - k) / (k + 1));
    chance += Math.exp(logTerm);
  }
  return k;
}

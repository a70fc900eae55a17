import { describe, expect, it } from 'vitest';
import { compareTimes, judgeRatios, TIME_PLAN, type TimeComparison } from './timing.ts';

/** Uniform in [0, 1), the same at each run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Runs on a machine with 20% jitter, a hiccup now and then, and a speed that drifts by half over a trial. */
function noisyMachine(seed: number, trueRatio: number): (aFirst: boolean) => Promise<{ a: number; b: number }> {
  const random = randomFrom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const [phase, direction] = [random() * 6, random() < 0.5 ? 1 : -1];
  let clock = 0;
  const time = (work: number) => {
    clock++;
    const drift = 1 + direction * 0.25 * Math.min(1, clock / 200) + 0.2 * Math.sin(phase + clock / 15);
    const hiccup = random() < 0.02 ? 5 : 1;
    return work * drift * Math.exp(0.2 * normal()) * hiccup;
  };
  return async (aFirst) => {
    if (aFirst) {
      const a = time(trueRatio);
      return { a, b: time(1) };
    }
    const b = time(1);
    return { a: time(trueRatio), b };
  };
}

async function trials(count: number, trueRatio: number, budget: number): Promise<TimeComparison[]> {
  const comparisons: TimeComparison[] = [];
  for (let seed = 1; seed <= count; seed++)
    comparisons.push(await compareTimes(noisyMachine(seed, trueRatio), { ...TIME_PLAN, budget }));
  return comparisons;
}

const share = (comparisons: TimeComparison[], verdict: string) =>
  comparisons.filter((comparison) => comparison.verdict === verdict).length / comparisons.length;

describe('with 20% jitter, drift and hiccups, in 1,000 trials', () => {
  it('a submission that takes just what it may never fails', async () => {
    expect(share(await trials(1000, 3, 3), 'over')).toBe(0);
  });

  it('one as fast as the solution never fails, and is nearly always seen to be', async () => {
    const fast = await trials(1000, 1, 3);
    expect(share(fast, 'over')).toBe(0);
    expect(share(fast, 'within')).toBeGreaterThan(0.99);
  });

  it('one that takes twice the budget never passes, and nearly always fails', async () => {
    const slow = await trials(1000, 6, 3);
    expect(share(slow, 'within')).toBe(0);
    expect(share(slow, 'over')).toBeGreaterThan(0.99);
  });

  it('the interval holds the true ratio', async () => {
    const inside = (await trials(1000, 2, 2)).filter(({ low, high }) => low <= 2 && 2 <= high);
    expect(inside).toHaveLength(1000);
  });
});

describe('a comparison', () => {
  it('stops as soon as it is clear of the budget, and at the cap where it is not', async () => {
    const steady = (a: number) => async () => ({ a, b: 1 });
    expect(await compareTimes(steady(1), { ...TIME_PLAN, budget: 3 })).toMatchObject({ verdict: 'within', pairs: 24 });
    expect(await compareTimes(steady(4), { ...TIME_PLAN, budget: 3 })).toMatchObject({ verdict: 'over', pairs: 24 });
    let run = 0;
    const unsteady = async () => ({ a: run++ % 2 ? 1 : 9, b: 1 });
    expect(await compareTimes(unsteady, { ...TIME_PLAN, budget: 3 })).toMatchObject({
      verdict: 'inconclusive',
      pairs: 120,
    });
  });

  it('runs either one first in turns', async () => {
    const order: boolean[] = [];
    await compareTimes(
      async (aFirst) => {
        order.push(aFirst);
        return { a: 1, b: 1 };
      },
      { budget: 2, batch: 4, mostPairs: 4, error: 0.5 },
    );
    expect(order).toEqual([true, false, true, false]);
  });

  it('of too few pairs is inconclusive, whatever they are', () => {
    expect(judgeRatios([9, 9, 9], 3, 1e-5)).toEqual({
      verdict: 'inconclusive',
      ratio: 9,
      low: 0,
      high: Infinity,
      pairs: 3,
    });
  });

  it('leaves out at each end what the sign test allows', () => {
    // Of 10 fair coins at most one comes up heads with a chance of 11/1024, at most two with 56/1024.
    const ratios = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    expect(judgeRatios(ratios, 3, 2 * (11 / 1024) + 1e-9)).toMatchObject({ low: 2, high: 9 });
    expect(judgeRatios(ratios, 3, 2 * (56 / 1024) + 1e-9)).toMatchObject({ low: 3, high: 8 });
  });

  it('refuses times that cannot be', async () => {
    await expect(compareTimes(async () => ({ a: 1, b: 0 }), { ...TIME_PLAN, budget: 2 })).rejects.toThrow('0 ms');
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { longestCommonRun } from './longest-run.ts';

/** By trying all pairs of places. */
function bySearch(left: number[], right: number[]): number {
  let best = 0;
  for (let i = 0; i < left.length; i++) {
    for (let j = 0; j < right.length; j++) {
      let length = 0;
      while (i + length < left.length && left[i + length] === right[j + length]) length++;
      best = Math.max(best, length);
    }
  }
  return best;
}

const sequence = fc.array(fc.nat(3), { maxLength: 40 });

it('is as long as a search of all places finds, and lies where it says', () => {
  fc.assert(
    fc.property(sequence, sequence, (left, right) => {
      const run = longestCommonRun(left, right);
      expect(run?.length ?? 0).toBe(bySearch(left, right));
      if (!run) return;
      const part = (all: number[], from: number) => all.slice(from, from + run.length);
      expect(part(left, run.left)).toEqual(part(right, run.right));
    }),
  );
});

it('takes steps in proportion to what it is given, however often one line is there', () => {
  const count = (times: number) => {
    const line = [1, 2, 3, 4, 5, 6];
    let reads = 0;
    const right = Array.from({ length: times }, () => line).flat();
    const counted = new Proxy(right, {
      get(target, key, receiver) {
        if (typeof key === 'string' && key !== 'length') reads++;
        return Reflect.get(target, key, receiver);
      },
    });
    let sizes = 0;
    longestCommonRun([...right, 7], counted, ({ length }) => {
      sizes++;
      return length;
    });
    return reads + sizes;
  };
  expect(count(2000)).toBeLessThanOrEqual(2 * count(1000) + 100);
});

it('of sequences of 100 000 the same values is all of them', () => {
  const same = new Array(100_000).fill(1);
  expect(longestCommonRun(same, same)).toEqual({ left: 0, right: 0, length: 100_000 });
});

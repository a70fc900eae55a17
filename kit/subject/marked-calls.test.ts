import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MarkedCalls } from './marked-calls.ts';

/** Calls that take so many turns to leave, some of which fail before; null is a mark. What has left, in order. */
async function departures(plan: ({ turns: number; fails: boolean } | null)[]): Promise<string[]> {
  const calls = new MarkedCalls();
  const gone: string[] = [];
  const all = plan.map((step, i) => {
    if (step === null) return calls.mark(() => void gone.push('mark'));
    return calls
      .call(async (left) => {
        for (let turn = 0; turn < step.turns; turn++) await null;
        if (step.fails) throw new Error('it has no input');
        gone.push(`call ${i}`);
        left();
        // Its answer takes longer, and nobody waits for that.
        for (let turn = 0; turn < 50; turn++) await null;
      })
      .catch(() => {});
  });
  await calls.marked;
  await Promise.all(all);
  return gone;
}

it('a mark leaves after the calls made before it and before those made after it, however long each takes', async () => {
  const call = fc.record({ turns: fc.nat(6), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(call), { maxLength: 12 }), async (plan) => {
      const gone = await departures(plan);
      const groups = gone.join(' ').split('mark');
      const expected: string[][] = [[]];
      for (const [i, step] of plan.entries()) {
        if (step === null) expected.push([]);
        else if (!step.fails) expected.at(-1)?.push(`call ${i}`);
      }
      expect(groups.map((group) => (group.match(/call \d+/g) ?? []).sort())).toEqual(
        expected.map((group) => group.sort()),
      );
    }),
  );
});

it('no call waits for another where there is no mark', async () => {
  expect(
    await departures([
      { turns: 5, fails: false },
      { turns: 0, fails: false },
    ]),
  ).toEqual(['call 1', 'call 0']);
});

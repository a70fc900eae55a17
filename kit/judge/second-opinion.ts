/**
 * What fails on a device by its values alone is judged once more on wasm, by the same cases, and a pass there is a pass.
 * A GPU may take numbers below 1.2e-38 for zero, so a right answer can fail there: tolerances are proven on wasm and cpu.
 * Nobody gains by it what grading on wasm would not give, since wasm's verdict on a check is a whole one.
 */

import type { CheckSpec } from '../course/exercise.ts';
import type { HostPool } from '../subject/host-pool.ts';
import { EMBEDDED } from '../wire/backend-names.ts';
import type { Judgement } from './judge.ts';

/** Numbers are not as expected, or not the same where they should be; not what was thrown, leaked, spent or too slow. */
const BY_VALUES =
  /^(off|nan(:.*)?|infinite|finite|sign-of-zero|length|other-(string|boolean)|unsteady|kept|property:.*)$/;

/**
 * @param hosts where it was judged
 * @param judgeOnWasm judges these checks anew, on all the cases that they were judged on
 */
export async function secondOpinions(
  judgements: Judgement[],
  hosts: Pick<HostPool, 'get'>,
  judgeOnWasm: (checks: CheckSpec[]) => Promise<Judgement[]>,
): Promise<Judgement[]> {
  const doubtful = judgements.filter(({ failure }) => BY_VALUES.test(failure?.code ?? '')).map(({ check }) => check);
  if (doubtful.length === 0) return judgements;
  const { name } = (await hosts.get()).backend;
  if (EMBEDDED.includes(name)) return judgements;
  const passed = (await judgeOnWasm(doubtful)).filter(({ status }) => status === 'pass');
  return judgements.map((first) => {
    const second = passed.find(({ check }) => check === first.check);
    if (!second) return first;
    return { ...second, reason: `right on wasm, where it was judged again. On ${name}: ${first.failure?.message}` };
  });
}

import { expect, it } from 'vitest';
import type { CheckSpec } from '../course/exercise.ts';
import { optionPairs, unpairedOptions } from './option-pairs.ts';

const spec = (...cases: CheckSpec['cases'] & {}) => ({
  checks: [{ id: 'values/a', kind: 'values', title: 'a', points: 1, cases } satisfies CheckSpec],
});
const STUB = `
export interface Weights { heads: number }
export interface Options {
  /** Default: none. */
  mask?: tf.Tensor;
  z_BLI?: tf.Tensor3D;
  window: number;
  unused?: number;
}`;

it('two public cases that differ in one option alone are a pair', () => {
  const paired = optionPairs(
    spec(
      { name: 'a', T: 3, window: 2 },
      { name: 'other sizes', T: 4, window: 2 },
      { name: 'b', T: 3, window: 2, mask: [3, 3] },
      { name: 'two options', T: 4, window: 3, mask: [4, 4] },
      { name: 'hidden', hidden: true, T: 3, window: 9 },
    ),
  );
  expect(paired).toEqual([
    {
      option: 'mask',
      params: [
        { T: 3, window: 2 },
        { T: 3, window: 2, mask: [3, 3] },
      ],
    },
  ]);
});

it('options of the stub that cases have, and no pair differs in, are named', () => {
  const cases = spec(
    { name: 'a', T: 3, window: 2, z: true, spread: 1 },
    { name: 'b', T: 3, window: 2, z: true, mask: [3] },
  );
  expect(unpairedOptions(cases, STUB)).toEqual(['mask', 'z', 'window']);
  const paired = spec(
    { name: 'a', T: 3, window: 2, z: true },
    { name: 'b', T: 3, window: 3, z: true },
    { name: 'c', T: 3, window: 3 },
  );
  expect(unpairedOptions(paired, STUB)).toEqual([]);
});

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../wire/kernel.ts';
import { startBackend } from './backend.ts';
import { refuseWildIndices } from './indices.ts';

beforeAll(() => startBackend('cpu', ''));

const check = (values: number[], shape: number[], below: number | number[]) => {
  const plan: Plan = { outputs: [], attrs: {}, flops: 0, checkIndices: [{ input: 'indices', below }] };
  return refuseWildIndices('GatherV2', plan, { indices: tf.tensor(values, shape, 'int32') });
};

describe('index values', () => {
  it('are let through from 0 to their bound', async () => {
    await check([0, 4, 2], [3], 5);
    await check([], [0], 0);
    await check([0, 6, 1, 0], [2, 2], [2, 7]);
  });

  it.each([
    [[0, 5], [2], 5, 'GatherV2: index 5 in indices is outside 0 … 4'],
    [[-1], [1], 5, 'GatherV2: index -1 in indices is outside 0 … 4'],
    [[2 ** 31 - 1], [], 5, 'GatherV2: index 2147483647 in indices is outside 0 … 4'],
    [[0, 6, 2, 0], [2, 2], [2, 7], 'GatherV2: index 2 in indices is outside 0 … 1'],
    [[1, 7], [1, 2], [2, 7], 'GatherV2: index 7 in indices is outside 0 … 6'],
  ])('%j of shape %j are refused below %j', async (values, shape, below, message) => {
    await expect(check(values, shape, below)).rejects.toThrow(message);
  });
});

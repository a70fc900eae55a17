import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../wire/kernel.ts';
import { startBackend } from './backend.ts';
import { refuseWildIndices } from './indices.ts';

beforeAll(() => startBackend('cpu', ''));

const check = (values: number[], shape: number[], below: number | number[]) => {
  const plan: Plan = {
    outputs: [],
    attrs: {},
    flops: 0,
    checkIndices: [{ input: 'indices', below, along: 'axis 1 of x' }],
  };
  return refuseWildIndices('GatherV2', plan, { indices: tf.tensor(values, shape, 'int32') });
};

describe('index values', () => {
  it('are let through from 0 to their bound', async () => {
    await check([0, 4, 2], [3], 5);
    await check([], [0], 0);
    await check([0, 6, 1, 0], [2, 2], [2, 7]);
  });

  it.each([
    [[0, 5], [2], 5, 'GatherV2: an index in indices is out of bounds: axis 1 of x has size 5, so from 0 to 4'],
    [[-1], [1], 5, 'GatherV2: an index in indices is out of bounds: axis 1 of x has size 5, so from 0 to 4'],
    [[0, 6, 2, 0], [2, 2], [2, 7], 'GatherV2: an index in indices is out of bounds: a row may be from [0,0] to [1,6]'],
  ])('%j of shape %j are refused below %j', async (values, shape, below, message) => {
    await expect(check(values, shape, below)).rejects.toThrow(message);
  });

  it('are refused in the same words whatever they are, so that a refusal is no way to read them', async () => {
    const said = async (values: number[]) =>
      check(values, [2, 2], [2, 7]).then(
        () => 'let through',
        (error: Error) => error.message,
      );
    const wild = [-(2 ** 31), -1, 7, 4711, 2 ** 31 - 1];
    const messages = await Promise.all(wild.flatMap((index) => [said([index, 0, 0, 0]), said([0, 0, 1, index])]));
    expect(new Set(messages).size).toBe(1);
  });
});

import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { REFUSED_KERNELS } from './refused.ts';
import { kernels } from './table.ts';

it('what is refused is what tfjs has and the table has not', () => {
  const all = Object.entries(tf).flatMap(([name, value]) => (name === value ? [name] : []));
  expect(REFUSED_KERNELS).toEqual(all.filter((name) => !kernels.has(name)).sort());
});

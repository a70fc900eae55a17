/** The baseline for `kit run`: the public cases of the same exercise as plain vitest tests, in one process, without a sandbox. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NdArray } from '../kit/author/ndarray.ts';
import { readFixture } from '../kit/judge/fixture.ts';
import { scaledDotProduct } from '../solutions/01-attention-fundamentals/scaled-dot-product';

const fixture = readFixture('fixtures/01-attention-fundamentals/scaled-dot-product.json');

function tensor({ data, shape, dtype }: NdArray): tf.Tensor4D {
  return tf.tensor(Array.from(data), shape as [number, number, number, number], dtype);
}

beforeAll(() => tf.setBackend('wasm'));

for (const [check, cases] of Object.entries(fixture.cases)) {
  if (check.startsWith('gradient')) continue;
  describe(check, () => {
    it.each(cases)('$name', ({ inputs, params, expected, tolerances }) => {
      const { q, k, v, mask } = inputs as Record<string, NdArray>;
      const { causal, scale } = params as { causal?: boolean; scale?: number };
      const out = scaledDotProduct(tensor(q), tensor(k), tensor(v), { mask: mask && tensor(mask), causal, scale });
      const values = out.dataSync();
      for (const [i, want] of expected.out.array.data.entries()) {
        expect(Math.abs(values[i] - want)).toBeLessThanOrEqual(tolerances.out.abs);
      }
    });
  });
}

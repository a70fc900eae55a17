import { describe, expect, it } from 'vitest';
import { Draw } from '../kit/author/draw.ts';
import { type NdArray, ndarray } from '../kit/author/ndarray.ts';
import type { RemoteTensor } from '../kit/subject/remote-values.ts';
import type { Subject } from '../kit/subject/subject.ts';
import { subjectWithGiven } from '../kit/testing/given-file.ts';

const SOURCE = `import * as tf from '@tensorflow/tfjs';
import { withoutGradient } from '../tape';

/** The values of the k largest scores of each row, weighted by a softmax of the chosen scores. */
export function best(scores: tf.Tensor2D, v: tf.Tensor1D, k: number): tf.Tensor1D {
  return tf.tidy(() => {
    const chosen = withoutGradient((x) => tf.topk(tf.mul(x, 2), k).indices, scores);
    const picked = tf.gather(scores, tf.reshape(chosen, [-1]), 1, 0);
    const mask = tf.max(tf.oneHot(chosen, scores.shape[1]), 1);
    const weights = tf.softmax(tf.where(tf.cast(mask, 'bool'), scores, -1e9));
    return tf.add(tf.sum(tf.mul(weights, v), -1), tf.mul(tf.sum(picked), 0)) as tf.Tensor1D;
  });
}

export const constant = (x: tf.Tensor): tf.Tensor => tf.tidy(() => tf.mul(x, withoutGradient((y) => tf.square(y), x)));
export const itself = (x: tf.Tensor): tf.Tensor => tf.tidy(() => tf.mul(x, withoutGradient((y) => y, x)));
export const fromOutside = (x: tf.Tensor): tf.Tensor => tf.tidy(() => {
  const twice = tf.mul(x, 2);
  return tf.mul(x, withoutGradient(() => twice, x));
});
export const nested = (x: tf.Tensor): tf.Tensor => tf.tidy(() =>
  tf.mul(x, withoutGradient((y) => withoutGradient((z) => tf.tidy(() => tf.add(tf.neg(z), 1)), y), x)));
export function afterError(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    try {
      withoutGradient(() => { throw new Error('none'); }, x);
    } catch {
      // It is on the tape again.
    }
    return tf.square(x);
  });
}
/** The same with the tape on, which tfjs refuses. */
export const onTape = (scores: tf.Tensor2D, v: tf.Tensor1D): tf.Tensor =>
  tf.tidy(() => tf.gather(v, tf.argMax(scores, -1)));
export const offTape = (scores: tf.Tensor2D, v: tf.Tensor1D): tf.Tensor =>
  tf.tidy(() => tf.add(tf.gather(v, withoutGradient((x) => tf.argMax(x, -1), scores)), tf.mul(tf.sum(scores), 0)));
export const loose = (x: tf.Tensor): tf.Tensor => withoutGradient((y) => tf.add(tf.exp(y), tf.neg(y)), x);
`;

const out = 'tensor';
const exports = { best: out, constant: out, itself: out, fromOutside: out, nested: out, afterError: out };
const subject = await subjectWithGiven(SOURCE, { ...exports, onTape: out, offTape: out, loose: out });

/** d Σ f / d each input. */
async function gradientsOf(fn: string, args: unknown[], wrt: NdArray[]): Promise<(number[] | null)[]> {
  const found = await subject.gradients(wrt, async () => {
    const y: RemoteTensor = await subject.submission[fn](...args);
    const ones = ndarray(y.shape, new Array(y.shape.reduce((a, b) => a * b, 1)).fill(1));
    return { outputs: [y], cotangents: [ones] };
  });
  const values = await Promise.all(found.map(async (x) => x && Array.from((await subject.read(x)).data)));
  await subject.forget();
  return values;
}

const tidyUsage = async (of: Subject) => {
  const { leaked, disposedOfCallers } = await of.usage();
  await of.forget();
  return { leaked, disposedOfCallers };
};

const x = ndarray([3], [1, -2, 3]);

describe('without a gradient', () => {
  it.each([
    ['constant', [1, 4, 9]],
    ['itself', [1, -2, 3]],
    ['fromOutside', [2, -4, 6]],
    ['nested', [0, 3, -2]],
  ])('a factor passes none: %s', async (fn, gradient) => {
    expect(await gradientsOf(fn, [x], [x])).toEqual([gradient]);
    const value = await subject.read(await subject.submission[fn](x));
    expect(Array.from(value.data)).toEqual(gradient.map((factor, i) => factor * x.data[i]));
    expect(await tidyUsage(subject)).toEqual({ leaked: [], disposedOfCallers: 0 });
  });

  it('tf.gather takes indices that hang on an input, and gives its own gradient', async () => {
    const scores = ndarray([2, 3], [1, 5, 2, 7, 0, 3]);
    const v = ndarray([3], [10, 20, 30]);
    await expect(gradientsOf('onTape', [scores, v], [scores, v])).rejects.toThrow();
    await subject.forget();
    expect(await gradientsOf('offTape', [scores, v], [scores, v])).toEqual([
      [0, 0, 0, 0, 0, 0],
      [1, 1, 0],
    ]);
  });

  it('a choice by tf.topk leaves the gradients of what was chosen as they are', async () => {
    const draw = new Draw('top-k');
    const [scores, v] = [draw.normal([4, 6], { std: 2 }), draw.normal([6])];
    const k = 2;
    const best = (row: number[], values: Float64Array) => {
      const chosen = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, k);
      const weights = chosen.map((s) => Math.exp(row[s]));
      const total = weights.reduce((a, b) => a + b);
      return chosen.reduce((sum, s, i) => sum + (weights[i] / total) * values[s], 0);
    };
    const loss = () =>
      [0, 1, 2, 3].reduce((sum, t) => sum + best(Array.from(scores.data.slice(6 * t, 6 * t + 6)), v.data), 0);
    const expected = [scores, v].map(({ data }) =>
      Array.from(data, (value, i) => {
        const at = (moved: number) => {
          data[i] = moved;
          return loss();
        };
        const slope = (at(value + 1e-6) - at(value - 1e-6)) / 2e-6;
        data[i] = value;
        return slope;
      }),
    );
    const found = await gradientsOf('best', [scores, v, k], [scores, v]);
    for (const [i, gradient] of found.entries()) {
      gradient?.forEach((value, j) => void expect(value).toBeCloseTo(expected[i][j], 4));
    }
  });

  it('what comes after is on the tape again, after an error too', async () => {
    expect(await gradientsOf('afterError', [x], [x])).toEqual([[2, -4, 6]]);
  });

  it('everything but the result is disposed, outside of any tidy too, and it costs no kernel of its own', async () => {
    await subject.submission.loose(x);
    const { leaked, cost } = await subject.usage();
    expect({ leaked, byName: cost.byName }).toEqual({ leaked: [], byName: { Exp: 1, Neg: 1, Add: 1 } });
    await subject.forget();
  });
});

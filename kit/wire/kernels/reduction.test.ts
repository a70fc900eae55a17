/** Reductions, forwards and backwards, as students call them. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe } from 'vitest';
import { startBackends } from '../../testing/run-for-real.ts';
import { gradient, holds, leavesOutNoneOf } from '../../testing/watch-tfjs.ts';
import { reductions } from './reduction.ts';

beforeAll(startBackends);

describe('every kernel call that tfjs makes goes as planned', () => {
  holds('reductions, and their gradients', (draw) => {
    const shape = draw.sizes(1, 4);
    const x = draw.float(shape);
    const axis = draw.pick([
      undefined,
      draw.int(-shape.length, shape.length - 1),
      shape.map((_, i) => i).filter(draw.flag),
    ]);
    const keep = draw.flag();
    for (const f of [tf.sum, tf.mean, tf.max, tf.min, tf.prod, tf.logSumExp]) f(x, axis, keep);
    for (const f of [tf.sum, tf.mean, tf.max, tf.min, tf.prod]) f(draw.ints(shape), axis, keep);
    for (const f of [tf.sum, tf.mean, tf.max, tf.min, tf.any, tf.all]) f(draw.bools(shape), axis, keep);
    tf.moments(x, axis, keep);
    tf.norm(x, 2, draw.int(-shape.length, shape.length - 1), keep);
    const one = draw.int(-shape.length, shape.length - 1);
    for (const t of [x, draw.ints(shape), draw.bools(shape)]) for (const f of [tf.argMax, tf.argMin]) f(t, one);
    for (const f of [tf.sum, tf.mean, tf.max, tf.min, tf.logSumExp]) gradient((a) => f(a, axis, keep), x);
    gradient((a) => tf.prod(a, axis === undefined ? axis : 0), x);
    gradient((a) => tf.norm(a), draw.positive(shape));
    gradient((a) => {
      const { mean, variance } = tf.moments(a, -1, true);
      return tf.div(tf.sub(a, mean), tf.sqrt(tf.add(variance, 1e-5)));
    }, x);
    tf.sum(draw.float([]));
    tf.sum(draw.float([2, 0]), 1);
  });

  holds('softmax and running sums', (draw) => {
    const shape = draw.sizes(1, 4);
    const x = draw.float(shape);
    tf.softmax(x);
    tf.logSoftmax(x, shape.length - 1);
    tf.logSoftmax(x);
    const [axis, exclusive, reverse] = [draw.int(0, shape.length - 1), draw.flag(), draw.flag()];
    for (const f of [tf.cumsum, tf.cumprod]) {
      f(x, axis, exclusive, reverse);
      f(draw.ints(shape), axis, exclusive, reverse);
    }
    gradient((a) => tf.softmax(a), x);
    gradient((a) => tf.logSoftmax(a), x);
    gradient((a) => tf.cumsum(a, shape.length - 1, exclusive, reverse), x);
  });

  leavesOutNoneOf(reductions);
});

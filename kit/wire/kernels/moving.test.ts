/** Moving and making values, forwards and backwards, as students call it. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe } from 'vitest';
import { startBackends } from '../../testing/run-for-real.ts';
import { gradient, holds, leavesOutNoneOf } from '../../testing/watch-tfjs.ts';
import { moving } from './moving.ts';

beforeAll(startBackends);

describe('every kernel call that tfjs makes goes as planned', () => {
  holds('shapes', (draw) => {
    const shape = draw.sizes(1, 4);
    const size = shape.reduce((a, b) => a * b, 1);
    const x = draw.float(shape);
    const axis = draw.int(0, shape.length - 1);
    const perm = shape.map((_, i) => i).sort(() => draw.int(-1, 1));
    for (const t of [x, draw.ints(shape), draw.bools(shape)]) {
      tf.reshape(t, [size]);
      tf.reshape(t, [1, -1]);
      tf.expandDims(t, draw.int(-shape.length - 1, shape.length));
      tf.squeeze(t);
      tf.transpose(t, perm);
      tf.concat([t, t, t], axis);
      tf.concat([t], axis);
      tf.stack([t, t], draw.int(0, shape.length));
      tf.unstack(t, draw.int(-shape.length, shape.length - 1));
      tf.tile(
        t,
        shape.map(() => draw.int(0, 3)),
      );
      tf.reverse(t, draw.pick([axis, [axis], undefined]));
      tf.broadcastTo(t, [2, ...shape]);
      tf.pad(
        t,
        shape.map(() => [draw.int(0, 2), draw.int(0, 2)]),
        1,
      );
      tf.mirrorPad(
        t,
        shape.map((n) => [draw.int(0, n), draw.int(0, n)]),
        'symmetric',
      );
      tf.mirrorPad(
        t,
        shape.map((n) => [draw.int(0, n - 1), draw.int(0, n - 1)]),
        'reflect',
      );
    }
    tf.concat([x, tf.zeros(shape.with(axis, 0))], axis);
    tf.pad(
      x,
      shape.map(() => [1, 0]),
      Number.NEGATIVE_INFINITY,
    );
    tf.diag(draw.float(draw.sizes(1, 3)));
    tf.diag(draw.bools(draw.sizes(1, 2)));
    gradient((a) => tf.reshape(a, [-1]), x);
    gradient((a) => tf.transpose(a, perm), x);
    gradient((a, b) => tf.concat([a, b], axis), x, draw.float(shape));
    gradient((a, b) => tf.stack([a, b], axis), x, draw.float(shape));
    // tfjs has no gradient for an unstack into one.
    if (shape[axis] > 1) gradient((a) => tf.unstack(a, axis), x);
    gradient(
      (a) =>
        tf.tile(
          a,
          shape.map(() => draw.int(1, 2)),
        ),
      x,
    );
    gradient((a) => tf.reverse(a, axis), x);
    gradient((a) => tf.broadcastTo(a, [2, ...shape.slice(0, 3)]), draw.float(shape.slice(0, 3)));
    gradient(
      (a) =>
        tf.pad(
          a,
          shape.map(() => [1, 2]),
        ),
      x,
    );
    gradient((a) => tf.expandDims(a, 0), x);
  });

  holds('slices', (draw) => {
    const shape = draw.sizes(1, 4);
    const begin = shape.map((n) => draw.int(0, n));
    const size = shape.map((n, i) => draw.pick([-1, draw.int(0, n - begin[i])]));
    const axis = draw.int(0, shape.length - 1);
    const parts = [-1, draw.int(0, shape[axis])].sort(() => draw.int(-1, 1));
    const strided = () => {
      const span = shape.slice(0, draw.int(1, shape.length));
      return [
        span.map((n) => draw.int(-n, n)),
        span.map((n) => draw.int(-n, n)),
        span.map(() => draw.pick([1, 1, 2, -1])),
      ] as const;
    };
    for (const t of [draw.float(shape), draw.ints(shape), draw.bools(shape)]) {
      tf.slice(t, begin, size);
      tf.slice(t, begin[0]);
      tf.slice(t, begin[0], size[0]);
      if (parts[1] === -1) tf.split(t, parts, axis);
      tf.split(t, shape[axis], axis);
      tf.split(t, 1, axis - shape.length);
      const [from, to, strides] = strided();
      const some = (b: number, i: number) => (to[i] - b) * strides[i] > 0 && to[i] * b > 0 && b < shape[i];
      if (from.every(some)) tf.stridedSlice(t, from, to, [...strides]);
      if (from.every((b, i) => i === 0 || some(b, i))) tf.stridedSlice(t, from, to, [...strides], 1, 1, 0, 0, 0);
      tf.stridedSlice(t, [0], [1], [1], 0, 0, 0, 0, 1);
      tf.stridedSlice(t, [0, 0], [0, 0], [1, 1], 0, 0, 1, 2, 0);
    }
    gradient((a) => tf.slice(a, begin, size), draw.float(shape));
    // tfjs has no gradient for a split into one.
    if (shape[axis] > 1) gradient((a) => tf.split(a, shape[axis], axis), draw.float(shape));
  });

  holds('made from nothing, and masks', (draw) => {
    tf.fill(draw.sizes(0, 3, 0), Number.NEGATIVE_INFINITY);
    tf.fill(draw.sizes(0, 3), 3, 'int32');
    const [start, stop, step] = [draw.int(-5, 5), draw.int(-5, 5), draw.pick([-2, -1, 1, 2, 0.5])];
    tf.range(start, stop, step);
    tf.range(start, stop, step < 0 ? -1 : 1, 'int32');
    tf.linspace(start, stop, draw.int(1, 5));
    tf.eye(draw.int(1, 4), draw.int(1, 4));
    tf.eye(2, 3, [2]);
    tf.linalg.bandPart(draw.float(draw.sizes(2, 3)), draw.pick([-1, 0]), 0);
    gradient((a) => tf.linalg.bandPart(a, -1, 0), draw.float([2, ...draw.sizes(2)]));
    tf.zeros([2]);
    tf.dropout(draw.float([2, 3]), 0.5);
  });

  leavesOutNoneOf(moving);
});

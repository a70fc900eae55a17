/** Functions of each element, forwards and backwards, as students call them. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe } from 'vitest';
import { startBackends } from '../../testing/run-for-real.ts';
import { gradient, holds, leavesOutNoneOf } from '../../testing/watch-tfjs.ts';
import { elementwise } from './elementwise.ts';

beforeAll(startBackends);

describe('every kernel call that tfjs makes goes as planned', () => {
  holds('functions of one tensor', (draw) => {
    const x = draw.float(draw.sizes(0, 5, 0));
    for (const f of [
      tf.abs,
      tf.ceil,
      tf.cos,
      tf.cosh,
      tf.elu,
      tf.erf,
      tf.exp,
      tf.expm1,
      tf.floor,
      tf.neg,
      tf.relu,
      tf.relu6,
    ])
      f(x);
    for (const f of [tf.round, tf.selu, tf.sigmoid, tf.sign, tf.sin, tf.sinh, tf.softplus, tf.square, tf.tan, tf.tanh])
      f(x);
    for (const f of [tf.asinh, tf.atan, tf.isFinite, tf.isInf, tf.isNaN, tf.zerosLike, tf.onesLike, tf.clone]) f(x);
    const p = draw.positive(draw.sizes(0, 3));
    for (const f of [tf.log, tf.log1p, tf.reciprocal, tf.rsqrt, tf.sqrt, tf.acosh, tf.acos, tf.asin, tf.atanh]) f(p);
    tf.leakyRelu(x, 0.3);
    tf.step(x, 0.5);
    tf.clipByValue(x, -1, Number.POSITIVE_INFINITY);
    tf.logicalNot(tf.greater(x, 0));
    const n = draw.ints(draw.sizes(0, 3, 0), 5, -4);
    for (const f of [tf.abs, tf.neg, tf.relu, tf.relu6, tf.sign, tf.square, tf.exp, tf.step, tf.clone]) f(n);
    tf.leakyRelu(n);
    tf.clipByValue(n, -1, 2);
    for (const from of [x, n, draw.bools([3])])
      for (const to of ['float32', 'int32', 'bool'] as const) tf.cast(from, to);
  });

  holds('gradients of functions of one tensor', (draw) => {
    const x = draw.positive(draw.sizes(0, 3));
    for (const f of [
      tf.abs,
      tf.cos,
      tf.elu,
      tf.erf,
      tf.exp,
      tf.expm1,
      tf.log,
      tf.log1p,
      tf.neg,
      tf.reciprocal,
      tf.relu,
    ])
      gradient(f, x);
    for (const f of [tf.relu6, tf.rsqrt, tf.selu, tf.sigmoid, tf.sin, tf.softplus, tf.sqrt, tf.square, tf.tan, tf.tanh])
      gradient(f, x);
    gradient((a) => tf.leakyRelu(a, 0.1), x);
    gradient((a) => tf.clipByValue(a, 0, 1), x);
    gradient((a) => tf.mul(tf.mul(a, 0.5), tf.add(tf.erf(tf.div(a, Math.SQRT2)), 1)), x);
  });

  holds('functions of two tensors, broadcast', (draw) => {
    const shape = draw.sizes(0, 4, 0);
    const [a, b] = [draw.float(shape), draw.positive(draw.partner(shape))];
    const ops = [
      tf.add,
      tf.sub,
      tf.mul,
      tf.div,
      tf.floorDiv,
      tf.mod,
      tf.maximum,
      tf.minimum,
      tf.squaredDifference,
      tf.atan2,
    ];
    for (const f of [...ops, tf.equal, tf.notEqual, tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.divNoNan]) {
      f(a, b);
      f(b, a);
    }
    tf.pow(b, a);
    tf.prelu(a, b);
    const [n, m] = [draw.ints(shape), draw.ints(draw.partner(shape), 5, 1)];
    for (const f of [tf.add, tf.sub, tf.mul, tf.div, tf.floorDiv, tf.maximum, tf.minimum, tf.equal, tf.less, tf.pow])
      f(n, m);
    tf.add(n, b);
    tf.bitwiseAnd(draw.ints([3]), draw.ints([3]));
    const [p, q] = [draw.bools(shape), draw.bools(draw.partner(shape))];
    for (const f of [tf.logicalAnd, tf.logicalOr, tf.logicalXor, tf.mul, tf.equal]) f(p, q);
    tf.mul(a, p);
    tf.addN([a, a, a]);
    tf.where(p, a, draw.float(draw.partner(shape)));
    tf.where(q, n, 0.5);
    tf.where(p, p, q);
  });

  holds('gradients of functions of two tensors', (draw) => {
    const shape = draw.sizes(0, 3);
    const [a, b] = [draw.positive(shape), draw.positive(draw.partner(shape))];
    const ops = [tf.add, tf.sub, tf.mul, tf.div, tf.pow, tf.mod, tf.atan2, tf.prelu];
    for (const f of ops) gradient(f as (x: tf.Tensor, y: tf.Tensor) => tf.Tensor, a, b);
    // tfjs's own gradients of these do not undo broadcasting.
    for (const f of [tf.maximum, tf.minimum, tf.squaredDifference]) gradient((x, y) => f(x, y), a, draw.float(shape));
    const mask = draw.bools(shape);
    gradient((x, y) => tf.where(mask, x, y), a, draw.float(shape));
    gradient((x) => tf.where(mask, x, Number.NEGATIVE_INFINITY), draw.float(shape));
    gradient((x) => tf.addN([x, x]), a);
  });

  leavesOutNoneOf(elementwise);
});

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, it } from 'vitest';
import { Passed } from './passed.ts';

const tensor = (shape: number[] = [2]) => tf.zeros(shape);

/** What is told of `fn`, called with these. */
function told(args: unknown[], fn: (...args: never[]) => unknown): string | undefined {
  const passed = new Passed(args);
  fn(...(args as never[]));
  return passed.altered(fn);
}

it('nothing is told of arguments that are left as they were', () => {
  const options = { mask: undefined, scale: null, window: Number.NaN, pairs: [[1, 2]], k: tensor() };
  expect(told([tensor(), options], () => tensor())).toBeUndefined();
  expect(told([tensor(), options], () => ({ list: [tensor()], pairs: options.pairs }))).toBeUndefined();
});

it.each<[what: string, args: unknown[], fn: (...args: never[]) => unknown, words: RegExp]>([
  [
    'a list is reversed',
    [tensor(), [0, 1, 2]],
    function rope(_: unknown, positions: number[]) {
      positions.reverse();
    },
    /^positions\[0\] was 0 and is 2 after the call/,
  ],
  [
    'a list grows',
    [[0]],
    function rope(positions: number[]) {
      positions.push(4);
    },
    /^positions\.length was 1 and is 2 /,
  ],
  [
    'a field is gone',
    [{ wo: tensor(), bias: tensor() }],
    function layer(weights: { bias?: unknown }) {
      delete weights.bias;
    },
    /^weights\.bias is gone /,
  ],
  [
    'a field that was undefined is gone',
    [{ mask: undefined, causal: true }],
    function attend(options: { mask?: unknown }) {
      delete options.mask;
    },
    /^options\.mask is gone /,
  ],
  [
    'a default is filled in',
    [{ scale: undefined }],
    function attend(options: { scale?: number }) {
      options.scale ??= 0.5;
    },
    /^options\.scale was undefined and is 0\.5 /,
  ],
  [
    'a field is new',
    [{}],
    function attend(options: { scale?: number }) {
      options.scale = 0.5;
    },
    /^options\.scale is new /,
  ],
  [
    'a tensor in a cache is replaced',
    [{ layers: [{ k: tensor() }] }],
    function step(cache: { layers: { k: tf.Tensor }[] }) {
      cache.layers[0].k = tensor();
    },
    /^cache\.layers\[0\]\.k is replaced /,
  ],
  [
    "a tensor's shape is changed",
    [tensor([2, 3])],
    function attend(q: tf.Tensor) {
      q.shape.pop();
    },
    /^q\.shape\[1\] is gone /,
  ],
  [
    'typed numbers are changed',
    [{ counts: new Int32Array(3) }],
    function step(cache: { counts: Int32Array }) {
      cache.counts[1]++;
    },
    /^cache\.counts\[1\] was 0 and is 1 /,
  ],
  [
    'the parameter has no name',
    [{ a: 1 }, [1]],
    ({ a: _ }: { a: number }, list: number[]) => {
      list[0] = 2;
    },
    /^argument 2\[0\] was 1 and is 2 /,
  ],
])('it is told by name when %s', (_, args, fn, words) => {
  expect(told(args, fn)).toMatch(words);
});

it('getters of the caller’s objects are not run', () => {
  let runs = 0;
  const cache = {
    get length() {
      return ++runs;
    },
  };
  expect(told([cache], () => null)).toBeUndefined();
  expect(runs).toBe(0);
});

it('what leads back to itself has an end', () => {
  const cache: { self?: object } = {};
  cache.self = cache;
  expect(told([cache], () => cache)).toBeUndefined();
});

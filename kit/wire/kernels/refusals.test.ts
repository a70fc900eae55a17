/** What a learner reads when a kernel is refused, and what a kernel is said to cost. */
import { describe, expect, it } from 'vitest';
import type { Inputs, TensorDType } from '../kernel.ts';
import { kernels } from './table.ts';

const f = (...shape: number[]) => ({ shape, dtype: 'float32' as TensorDType });
const i = (...shape: number[]) => ({ shape, dtype: 'int32' as TensorDType });
const b = (...shape: number[]) => ({ shape, dtype: 'bool' as TensorDType });

const plan = (name: string, inputs: Inputs, attrs: Record<string, unknown> = {}) => kernels.get(name)!(inputs, attrs);

describe('a refusal says which kernel, which attribute or axis, and the sizes', () => {
  it.each<[string, Inputs, Record<string, unknown>, string]>([
    ['Add', { a: f(2, 3), b: f(4) }, {}, 'Add: [2,3] and [4] do not broadcast: 3 and 4 at axis -1 from the end'],
    ['Add', { a: f(2), b: b(2) }, {}, 'Add: b is bool, but must be float32 or int32 or complex64: tf.cast changes it'],
    ['Add', { a: f(2), b: i(2) }, {}, 'Add: a is float32, but b is int32'],
    ['Add', { a: f(2) }, {}, 'Add: input b is missing'],
    ['Add', { a: f(2), b: f(2), c: f(2) }, {}, 'Add: it has no input "c"'],
    ['Add', { a: f(1, 1, 1, 1, 1, 1, 2), b: f() }, {}, 'Add: a has 7 axes, more than 6: [1,1,1,1,1,1,2]'],
    ['Cos', { x: b(2) }, {}, 'Cos: x is bool, but must be float32: tf.cast changes it'],
    ['Sum', { x: f(2, 3) }, { axis: [2] }, 'Sum: axis is 2, not within -2 … 1'],
    ['Sum', { x: f(2, 3) }, { axis: [0, -2] }, 'Sum: axis names axis 0 twice'],
    ['Sum', { x: f(2) }, { axis: Number.NaN }, 'Sum: axis is NaN, not a whole number'],
    ['Softmax', { logits: f(2, 3) }, { dim: 0 }, 'Softmax: dim is 0, but tfjs knows only the last axis, 1'],
    ['Reshape', { x: f(2, 3) }, { shape: [4, -1] }, 'Reshape: shape [4,-1] does not divide the 6 values of [2,3]'],
    ['Reshape', { x: f(2, 3) }, { shape: [7] }, 'Reshape: shape [7] has 7 values, but x, [2,3], has 6'],
    [
      'Transpose',
      { x: f(2, 3) },
      { perm: [0, 0] },
      'Transpose: perm [0,0] is not a permutation of the 2 axes of [2,3]',
    ],
    ['Slice', { x: f(4) }, { begin: [3], size: [2] }, 'Slice: axis 0 of [4] has no 2 values from 3 on'],
    ['Slice', { x: f(4) }, { begin: [-2], size: [1] }, 'Slice: begin[0] is -2, not within 0 … 2147483647'],
    ['Tile', { x: f(4) }, { reps: [2 ** 30] }, 'Tile: the output has a size of 4294967296'],
    [
      'Fill',
      {},
      { shape: [1e5, 1e5], value: 0, dtype: 'float32' },
      'Fill: the output of shape [100000,100000] is too large',
    ],
    ['Fill', {}, { shape: [1], value: 0, dtype: 'string' }, 'Fill: dtype is "string", not float32 or int32 or bool'],
    [
      'GatherV2',
      { x: f(4), indices: f(2) },
      { axis: 0 },
      'GatherV2: indices is float32, but must be int32: tf.cast changes it',
    ],
    ['TopK', { x: f(4) }, { k: 5 }, 'TopK: k is 5, not within 0 … 4'],
    ['Einsum', { 0: f(2, 3), 1: f(4, 2) }, { equation: 'ij,jk->ik' }, 'Einsum: axis j is 3 in "ij" but 4 in "jk"'],
    ['BatchMatMul', { a: f(2, 3), b: f(4, 5) }, {}, 'BatchMatMul: the inner sizes 3 and 4 of [2,3] and [4,5] differ'],
    [
      'BatchMatMul',
      { a: f(2, 1, 4, 4), b: f(1, 3, 4, 4) },
      {},
      'BatchMatMul: tfjs would pair the wrong matrices of batches [2,1] and [1,3]: give both the shape [2,3] with tf.tile or tf.broadcastTo',
    ],
  ])('%s %j %j', (name, inputs, attrs, message) => {
    expect(() => plan(name, inputs, attrs)).toThrow(message);
  });

  it('refuses batches that tfjs would pair by memory order, not by axis', () => {
    expect(() => plan('BatchMatMul', { a: f(2, 3, 4, 4), b: f(2, 1, 4, 4) })).toThrow('pair the wrong');
    expect(plan('BatchMatMul', { a: f(2, 3, 4, 5), b: f(3, 5, 6) }).outputs[0].shape).toEqual([2, 3, 4, 6]);
  });
});

describe('only what was checked is passed on', () => {
  it('drops what the kernel does not know, and settles what was left open', () => {
    const attrs = { shape: [-1, 2], evil: { toString: () => 'x' }, ['__proto__']: 1 };
    expect(plan('Reshape', { x: f(2, 3) }, attrs).attrs).toEqual({ shape: [3, 2] });
    expect(plan('Sum', { x: f(2, 3) }, { axis: null, keepDims: undefined }).attrs).toEqual({
      axis: [0, 1],
      keepDims: false,
    });
    expect(plan('SplitV', { x: f(5) }, { numOrSizeSplits: [2, -1], axis: -1 }).attrs).toEqual({
      numOrSizeSplits: [2, 3],
      axis: 0,
    });
  });

  it('takes no attribute from a prototype', () => {
    const attrs = Object.create({ axis: 0 }) as Record<string, unknown>;
    expect(plan('Sum', { x: f(2, 3) }, attrs).attrs.axis).toEqual([0, 1]);
  });

  it('keeps nothing that the caller can still change', () => {
    const shape = [3, 2];
    const { attrs } = plan('Reshape', { x: f(2, 3) }, { shape });
    shape[0] = 1e9;
    expect(attrs).toEqual({ shape: [3, 2] });
  });
});

describe('flops', () => {
  it.each<[string, Inputs, Record<string, unknown>, number]>([
    ['Exp', { x: f(2, 3) }, {}, 6],
    ['Add', { a: f(2, 1), b: f(3) }, {}, 6],
    ['Sum', { x: f(2, 3) }, { axis: 0 }, 6],
    ['Softmax', { logits: f(2, 3) }, { dim: 1 }, 30],
    ['BatchMatMul', { a: f(7, 2, 3), b: f(7, 3, 5) }, {}, 2 * 7 * 2 * 3 * 5],
    ['Einsum', { 0: f(2, 3), 1: f(3, 5) }, { equation: 'ij,jk->ik' }, 2 * 2 * 3 * 5],
    ['Conv2D', { x: f(1, 5, 5, 2), filter: f(3, 3, 2, 4) }, { strides: 1, pad: 'valid' }, 2 * 9 * 4 * 9 * 2],
    ['Transpose', { x: f(2, 3) }, { perm: [1, 0] }, 0],
    ['GatherV2', { x: f(2, 3), indices: i(4) }, { axis: 0 }, 0],
  ])('%s %j %j', (name, inputs, attrs, flops) => {
    expect(plan(name, inputs, attrs).flops).toBe(flops);
  });
});

describe('indices that only the host can see', () => {
  it('come with their bounds', () => {
    expect(plan('GatherV2', { x: f(5, 3), indices: i(4) }, { axis: 1 }).checkIndices).toEqual([
      { input: 'indices', below: 3, along: 'axis 1 of x' },
    ]);
    expect(plan('ScatterNd', { indices: i(4, 2), updates: f(4) }, { shape: [5, 6] }).checkIndices).toEqual([
      { input: 'indices', below: [5, 6] },
    ]);
  });
});

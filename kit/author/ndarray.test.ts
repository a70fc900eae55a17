import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, fromNested, isNdArray, leaves, mapLeaves, type NdArray, ndarray, sizeOf, stack } from './ndarray.ts';

const arrays = (minRank = 0, least = 1) =>
  fc
    .array(fc.integer({ min: least, max: 4 }), { minLength: minRank, maxLength: 4 })
    .chain((shape) =>
      fc
        .array(fc.double({ noNaN: true }), { minLength: sizeOf(shape), maxLength: sizeOf(shape) })
        .map((data) => ndarray(shape, data)),
    );

describe('at and fromNested', () => {
  it('are inverses: an array taken apart is put together again', () => {
    fc.assert(
      fc.property(arrays(), (x) => {
        expect(fromNested(at(x))).toEqual(x);
      }),
    );
  });

  it('agree on where the leading indices lead', () => {
    const anyIndex = arrays(1).chain((x) => fc.tuple(fc.constant(x), fc.nat({ max: x.shape[0] - 1 })));
    fc.assert(
      fc.property(anyIndex, ([x, i]) => {
        expect(at(x, i)).toEqual(at(x)[i]);
      }),
    );
    const x = ndarray([2, 3, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(at(x, 1)).toEqual([
      [6, 7],
      [8, 9],
      [10, 11],
    ]);
    expect(at(x, 1, 2)).toEqual([10, 11]);
    expect(at(x, 1, 2, 0)).toBe(10);
  });

  it('keep an axis of size 0 where nothing comes after it', () => {
    expect(fromNested(at(ndarray([2, 0], [])))).toEqual(ndarray([2, 0], []));
  });
});

describe('stack', () => {
  it('of every part of an array is the array', () => {
    fc.assert(
      fc.property(arrays(2), (x) => {
        expect(stack([...x.shape.slice(0, 2)], (i, j) => at(x, i, j))).toEqual(x);
      }),
    );
  });

  it('gives its parts the leading indices and its result the dtype', () => {
    expect(stack([2, 2], (b, h) => [10 * b + h], 'int32')).toEqual(ndarray([2, 2, 1], [0, 1, 10, 11], 'int32'));
  });
});

describe('an NdArray', () => {
  it('must hold as many values as its shape says', () => {
    expect(() => ndarray([2, 3], [1, 2])).toThrow('shape [2,3] holds 6 values, but 2 were given');
    expect(() => fromNested([[1, 2], [3]])).toThrow('ragged at axis 1');
    expect(() => fromNested([[1, 2], 3])).toThrow('numbers and arrays beside each other');
    expect(() => fromNested([1, [2]])).toThrow('ragged at axis 1');
  });

  it('is told from a group of them', () => {
    const values: unknown[] = [ndarray([], [1]), { wq: ndarray([], [1]) }, null, 3, [1], { data: [1] }];
    expect(values.map(isNdArray)).toEqual([true, false, false, false, false, false]);
  });

  it('shares neither its shape nor its data with what it was made of', () => {
    const [shape, data] = [[2], [1, 2]];
    const x = ndarray(shape, data);
    shape[0] = 9;
    data[0] = 9;
    expect(x).toEqual(ndarray([2], [1, 2]));
  });
});

describe('a tree of tensors', () => {
  const scalar = (value: number) => ndarray([], [value]);
  const tree = { x: scalar(1), weights: { wq: scalar(2), deep: { b: scalar(3) } } };

  it('names its leaves by their path, in order', () => {
    expect(leaves(tree)).toEqual([
      ['x', scalar(1)],
      ['weights.wq', scalar(2)],
      ['weights.deep.b', scalar(3)],
    ]);
  });

  it('keeps its structure when its leaves are mapped, and tells each its name', () => {
    const names: string[] = [];
    const doubled = mapLeaves(tree, (x: NdArray, name) => {
      names.push(name);
      return scalar(2 * x.data[0]);
    });
    expect(names).toEqual(['x', 'weights.wq', 'weights.deep.b']);
    expect(doubled).toEqual({ x: scalar(2), weights: { wq: scalar(4), deep: { b: scalar(6) } } });
  });
});

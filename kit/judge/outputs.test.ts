import { describe, expect, it } from 'vitest';
import { ndarray } from '../author/ndarray.ts';
import { RemoteTensor } from '../subject/remote-values.ts';
import { flattenExpected, flattenRemote, partsOf } from './outputs.ts';

const tensor = (handle: number) => new RemoteTensor(handle, [2], 'float32', 'out_BT', 0, []);
const array = ndarray([2], [1, 2]);

describe('what a submission computes', () => {
  it('is known by dotted names; a list of plain values is one output, and one of tensors has items and a length', () => {
    const [a, b] = [tensor(1), tensor(2)];
    expect(
      flattenRemote({ cache: { k: a, seen: 3 }, heads: [a, b], slots: [1, 2], name: 'x', ok: true, none: null }),
    ).toEqual({
      'cache.k': a,
      'cache.seen': 3,
      'heads[]': 2,
      'heads[0]': a,
      'heads[1]': b,
      'slots[]': 2,
      slots: [1, 2],
      name: 'x',
      ok: true,
      none: null,
    });
  });

  it('is an object as a whole too, where it holds no tensor, so that it can be told instead of what is expected', () => {
    expect(flattenRemote({ pool: { refs: [1] } })).toEqual({ pool: { refs: [1] }, 'pool.refs': [1], 'pool.refs[]': 1 });
  });

  it('is called out where it has no name', () => {
    expect(flattenRemote(tensor(1))).toEqual({ out: tensor(1) });
    expect(flattenRemote([1, 2])).toEqual({ out: [1, 2], 'out[]': 2 });
    expect(flattenRemote('x')).toEqual({ out: 'x' });
    expect(flattenRemote(undefined)).toEqual({});
  });
});

describe('what is expected', () => {
  it('has the same names, and of a plain value its numbers in their shape', () => {
    const expected = flattenExpected({
      heads: [array, array],
      n: 3,
      work: [
        [1, 2],
        [3, 4],
      ],
      steps: [['load', 1]],
      ok: false,
    });
    expect(Object.keys(expected)).toEqual(['heads[]', 'heads[0]', 'heads[1]', 'n', 'work', 'steps', 'ok']);
    expect(expected['heads[]']).toEqual({ array: ndarray([], [2]), isNumber: true });
    expect(expected['heads[1]']).toEqual({ array, isNumber: false });
    expect(expected.work.array).toEqual(ndarray([2, 2], [1, 2, 3, 4]));
    expect(expected.steps).toEqual({ array: ndarray([1], [1]), isNumber: false, plain: [['load', 1]] });
    expect(expected.ok).toMatchObject({ plain: false });
  });

  it('of a plain object is each of its fields', () => {
    expect(Object.keys(flattenExpected({ pool: { refs: [1], size: 2 } }))).toEqual(['pool.refs', 'pool.size']);
  });

  it.each([
    ['a typed array', new Float64Array(2)],
    ['a function', () => 1],
    ['a map', [new Map()]],
  ])('is not %s', (_, out) => {
    expect(() => flattenExpected({ out })).toThrow(/^expected: out must hold NdArrays or plain values/);
  });
});

it('the single values of an output are its finite numbers, strings and booleans', () => {
  expect(partsOf(ndarray([2], [1, Number.NaN]))).toEqual([1]);
  expect(partsOf({ plain: [1, [null, 'a', { b: true }], Infinity] })).toEqual([1, 'a', true]);
});

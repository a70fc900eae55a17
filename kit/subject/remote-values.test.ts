import { describe, expect, it } from 'vitest';
import { ndarray } from '../author/ndarray.ts';
import type { ResultShape } from '../course/exercise.ts';
import type { WireValue } from '../wire/messages.ts';
import { SubmissionFault } from './failure.ts';
import { encodeArgument, RemoteTensor, structured, tensorsIn } from './remote-values.ts';

const tensor: WireValue = ['t', 7, [2, 3], 'float32'];
const get = (value: WireValue, declared: ResultShape) => structured(value, declared, 'attend', 4);

function refusal(value: WireValue, declared: ResultShape): string {
  try {
    get(value, declared);
  } catch (error) {
    expect(error).toBeInstanceOf(SubmissionFault);
    expect((error as SubmissionFault).failure.code).toBe('wrong-kind');
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('a result', () => {
  it('is a tensor under its declared name, by handle, with the shape that the host knows', () => {
    expect(get(tensor, 'out_BT')).toEqual(new RemoteTensor(7, [2, 3], 'float32', 'out_BT', 4, []));
  });

  it('is an object with just the fields that are declared', () => {
    const value: WireValue = ['o', { out: tensor, cache: ['o', { k: tensor, extra: ['u'] }], length: ['v', 5] }];
    const result = get(value, { cache: { k: 'tensor' }, length: 'number' }) as Record<string, unknown>;
    expect(Object.keys(result)).toEqual(['cache', 'length']);
    expect(result.length).toBe(5);
    expect(result.cache).toMatchObject({ k: { name: 'k', path: ['cache', 'k'], result: 4 } });
  });

  it('may have fields by the names that every object has, if they are its own', () => {
    expect(() => get(['o', {}], { toString: 'tensor' })).toThrow('attend returned no toString');
    expect(get(['o', { toString: tensor }], { toString: 'tensor' })).toHaveProperty('toString.handle', 7);
  });

  it.each<[WireValue, ResultShape, string]>([
    [['u'], 'out_BT', 'attend returned nothing (is there a return?), but a tensor is due'],
    [['v', null], 'out_BT', 'attend returned null, but a tensor is due'],
    [
      ['v', 3],
      'out_BT',
      'attend returned the number 3, but a tensor is due (stay with tf operations; arraySync and dataSync lead out of them)',
    ],
    [['v', 'x'.repeat(99)], 'out_BT', `attend returned the string "${'x'.repeat(39)}, but a tensor is due`],
    [
      ['a', [tensor, tensor]],
      'out_BT',
      'attend returned an array of 2 items, but a tensor is due (stay with tf operations; arraySync and dataSync lead out of them)',
    ],
    [
      ['x', 'a Float32Array'],
      'out_BT',
      'attend returned a Float32Array, but a tensor is due (stay with tf operations; arraySync and dataSync lead out of them)',
    ],
    [
      ['x', 'a tensor that has been disposed'],
      'tensor',
      'attend returned a tensor that has been disposed, but a tensor is due (dispose of what lies in between, and return this one)',
    ],
    [tensor, 'number', 'attend returned a tensor, but a number is due'],
    [['v', '3'], 'number', 'attend returned the string "3", but a number is due'],
    [tensor, { out: 'tensor', cache: 'tensor' }, 'attend returned a tensor, but an object with out, cache is due'],
    [['o', { out: tensor }], { out: 'tensor', k: 'tensor' }, 'attend returned no k; an object with out, k is due'],
    [['o', { c: ['o', {}] }], { c: { k: 'tensor' } }, 'attend returned no c.k; an object with k is due'],
    [
      ['o', { c: ['u'] }],
      { c: { k: 'tensor' } },
      'attend returned c nothing (is there a return?), but an object with k is due',
    ],
    [['o', {}], 'tensor', 'attend returned an object with no fields, but a tensor is due'],
  ])('%j is refused where %j is due, in words', (value, declared, message) => {
    expect(refusal(value, declared)).toBe(message);
  });
});

describe('an argument', () => {
  const x = ndarray([2], [1, 2]);
  const y = ndarray([], [3], 'int32');
  const encode = (arg: unknown) => encodeArgument(arg, (array) => (array === x ? -1 : -2));

  it('goes by handle if it is a tensor, also inside lists and objects', () => {
    expect(encode(x)).toEqual(['t', -1, [2], 'float32']);
    expect(encode({ list: [x, y], mask: undefined, scale: 0.5, name: null })).toEqual([
      'o',
      {
        list: [
          'a',
          [
            ['t', -1, [2], 'float32'],
            ['t', -2, [], 'int32'],
          ],
        ],
        mask: ['u'],
        scale: ['v', 0.5],
        name: ['v', null],
      },
    ]);
    expect(tensorsIn({ a: x, b: { c: [y, 1, 'x', null, undefined] } })).toEqual([x, y]);
  });

  it('is the submission’s own object if that is where it came from, whole or in part', () => {
    const state = get(['o', { cache: ['o', { k: tensor }] }], { cache: { k: 'tensor' } }) as { cache: { k: unknown } };
    expect(encode(state)).toEqual(['r', 4, []]);
    expect(encode(state.cache)).toEqual(['r', 4, ['cache']]);
    expect(encode(state.cache.k)).toEqual(['r', 4, ['cache', 'k']]);
    expect(encode({ state: state.cache })).toEqual(['o', { state: ['r', 4, ['cache']] }]);
    expect(tensorsIn([state, state.cache.k])).toEqual([]);
  });
});

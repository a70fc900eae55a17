import { describe, expect, it } from 'vitest';
import { ndarray } from '../author/ndarray.ts';
import type { ResultShape } from '../course/exercise.ts';
import { RESULT_LIMITS } from '../wire/limits.ts';
import type { WireValue } from '../wire/messages.ts';
import { SubmissionFault } from './failure.ts';
import { argumentReturned, encodeArgument, RemoteTensor, structured, tensorsIn } from './remote-values.ts';

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
    [['u'], 'out_BT', 'attend: expected a tensor, got nothing (is there a return?)'],
    [['v', null], 'out_BT', 'attend: expected a tensor, got null'],
    [
      ['v', 3],
      'out_BT',
      'attend: expected a tensor, got the number 3 (stay with tf operations; arraySync and dataSync lead out of them)',
    ],
    [['v', 'x'.repeat(99)], 'out_BT', `attend: expected a tensor, got the string "${'x'.repeat(39)}`],
    [
      ['a', [tensor, tensor]],
      'out_BT',
      'attend: expected a tensor, got an array of 2 items (stay with tf operations; arraySync and dataSync lead out of them)',
    ],
    [
      ['x', 'a Float32Array'],
      'out_BT',
      'attend: expected a tensor, got a Float32Array (stay with tf operations; arraySync and dataSync lead out of them)',
    ],
    [
      ['x', 'a tensor that has been disposed'],
      'tensor',
      'attend: expected a tensor, got a tensor that has been disposed (a result must be alive: tf.tidy disposes everything that its function does not return)',
    ],
    [tensor, 'number', 'attend: expected a number, got a tensor'],
    [['v', '3'], 'number', 'attend: expected a number, got the string "3"'],
    [tensor, { out: 'tensor', cache: 'tensor' }, 'attend: expected an object with out, cache, got a tensor'],
    [['o', { out: tensor }], { out: 'tensor', k: 'tensor' }, 'attend returned no k; expected an object with out, k'],
    [['o', { c: ['o', {}] }], { c: { k: 'tensor' } }, 'attend returned no c.k; expected an object with k'],
    [
      ['o', { c: ['u'] }],
      { c: { k: 'tensor' } },
      'attend returned c: expected an object with k, got nothing (is there a return?)',
    ],
    [['o', {}], 'tensor', 'attend: expected a tensor, got an object with no fields'],
  ])('%j is refused where %j is expected, in words', (value, declared, message) => {
    expect(refusal(value, declared)).toBe(message);
  });
});

const ANY = 'a plain value (numbers, strings, booleans, null, and lists and objects of these)';
const number = (value: number): WireValue => ['v', value];
const list = (...items: WireValue[]): WireValue => ['a', items];

describe('a plain result', () => {
  const data: WireValue = ['o', { refs: list(number(1), number(Number.NaN)), free: ['u'], owner: ['v', null] }];

  it('is the value as it is', () => {
    expect(get(['v', true], 'boolean')).toBe(true);
    expect(get(['v', ''], 'string')).toBe('');
    expect(get(list(number(3), number(-0)), ['number'])).toEqual([3, -0]);
    expect(get(list(list(number(1)), list()), [['number']])).toEqual([[1], []]);
    expect(get(data, 'data')).toEqual({ refs: [1, Number.NaN], owner: null });
    expect(get(number(7), 'data')).toBe(7);
    expect(get(list(['o', { at: number(1), more: ['u'] }]), [{ at: 'number' }])).toEqual([{ at: 1 }]);
  });

  it('of tensors is a list of handles, each of which knows its place', () => {
    expect(get(list(tensor, tensor), ['k_BT'])).toEqual([
      new RemoteTensor(7, [2, 3], 'float32', 'k_BT', 4, ['0']),
      new RemoteTensor(7, [2, 3], 'float32', 'k_BT', 4, ['1']),
    ]);
    expect(get(['o', { heads: list(tensor) }], { heads: ['tensor'] })).toMatchObject({ heads: [{ name: 'heads' }] });
  });

  it('cannot be changed by the grader, who would pass on what was there before', () => {
    const pool = get(data, 'data') as { refs: number[]; owner: unknown };
    expect(() => pool.refs.push(1)).toThrow(TypeError);
    expect(() => Object.assign(pool, { owner: 1 })).toThrow(TypeError);
    expect(() => (get(list(number(1)), ['number']) as number[]).push(2)).toThrow(TypeError);
  });

  it.each<[WireValue, ResultShape, string]>([
    [['u'], 'boolean', 'attend: expected a boolean, got nothing (is there a return?)'],
    [number(1), 'boolean', 'attend: expected a boolean, got the number 1'],
    [number(1), 'string', 'attend: expected a string, got the number 1'],
    [tensor, 'data', `attend: expected ${ANY}, got a tensor`],
    [['x', 'a function'], 'data', `attend: expected ${ANY}, got a function`],
    [list(number(1), ['u']), 'data', `attend returned [1]: expected ${ANY}, got nothing (is there a return?)`],
    [number(3), ['number'], 'attend: expected a list of numbers, got the number 3'],
    [
      ['x', 'a Float32Array'],
      ['number'],
      'attend: expected a list of numbers, got a Float32Array (Array.from makes a list of it)',
    ],
    [list(number(3)), [['number']], 'attend returned [0]: expected a list of numbers, got the number 3'],
    [
      ['o', { slots: ['v', 'x'] }],
      { slots: ['string'] },
      'attend returned slots: expected a list of strings, got the string "x"',
    ],
    [
      ['o', { slots: list(['v', 'x']) }],
      { slots: ['boolean'] },
      'attend returned slots[0]: expected a boolean, got the string "x"',
    ],
    [list(['v', 'x']), ['number'], 'attend returned [0]: expected a number, got the string "x"'],
    [
      list(tensor, number(1)),
      ['tensor'],
      'attend returned [1]: expected a tensor, got the number 1 (stay with tf operations; arraySync and dataSync lead out of them)',
    ],
  ])('%j is refused where %j is expected, in words', (value, declared, message) => {
    expect(refusal(value, declared)).toBe(message);
  });

  it.each<[string, ResultShape, WireValue]>([
    ['a list of more items', ['number'], list(...Array.from({ length: RESULT_LIMITS.items + 1 }, () => number(0)))],
    [
      'data with a list of more items',
      'data',
      list(...Array.from({ length: RESULT_LIMITS.items + 1 }, () => number(0))),
    ],
    [
      'data with more fields',
      'data',
      ['o', Object.fromEntries(Array.from({ length: RESULT_LIMITS.items + 1 }, (_, i) => [`f${i}`, number(0)]))],
    ],
    ['data that nests deeper', 'data', nested(RESULT_LIMITS.depth + 1)],
    ['a longer string', 'string', ['v', 'x'.repeat(RESULT_LIMITS.characters + 1)]],
    ['data with a longer string', 'data', list(['v', 'x'.repeat(RESULT_LIMITS.characters + 1)])],
    ['what the sandbox did not send', ['number'], ['x', 'an array of 1000000 items']],
  ])('beyond the limits is refused with the limits: %s', (_, declared, value) => {
    expect(refusal(value, declared)).toMatch(
      / \(a result may have 10000 items in a list, 8 lists and objects inside each other, and 1000 characters in a string\)$/,
    );
  });

  it('is taken up to the limits', () => {
    expect(get(nested(RESULT_LIMITS.depth), 'data')).toBeTruthy();
    expect(get(['v', 'x'.repeat(RESULT_LIMITS.characters)], 'string')).toHaveLength(RESULT_LIMITS.characters);
    expect(get(list(...Array.from({ length: RESULT_LIMITS.items }, () => number(0))), ['number'])).toHaveLength(
      RESULT_LIMITS.items,
    );
  });

  it.each<[string, ResultShape]>([
    ['data', 'data'],
    ['lists', [['number']]],
  ])('that has too many values in all is refused, as %s', (_, declared) => {
    const row = list(...Array.from({ length: 5000 }, () => number(0)));
    expect(refusal(list(...Array.from({ length: 41 }, () => row)), declared)).toContain(
      'expected at most 200000 values in a result',
    );
  });
});

function nested(depth: number): WireValue {
  return depth === 0 ? number(1) : list(nested(depth - 1));
}

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

  it('is the submission’s own list or plain value, but not what the grader made of it', () => {
    const pool = get(['o', { refs: list(number(1)) }], 'data') as { refs: number[] };
    const heads = get(list(tensor, tensor), ['tensor']) as unknown[];
    expect([encode(pool), encode(heads), encode(heads[1])]).toEqual([
      ['r', 4, []],
      ['r', 4, []],
      ['r', 4, ['1']],
    ]);
    const plain = ['o', { refs: ['a', [['v', 1]]] }];
    expect([encode({ ...pool }), encode(structuredClone(pool))]).toEqual([plain, plain]);
    expect(encode(heads.slice(1))).toEqual(['a', [['r', 4, ['1']]]]);
  });
});

describe('a result that is one of the arguments', () => {
  const [x, cached, weight] = [[1], [2], [3]].map((data) => ndarray([1], data));
  const handles = new Map([x, cached, weight].map((each, i) => [each, -1 - i]));
  const returned = (handle: number) => new RemoteTensor(handle, [1], 'float32', 'out_B', 0, []);
  const told = (result: unknown) =>
    argumentReturned(result, [x, { caches: [{ k: cached }] }, 7], (each) => handles.get(each));

  it('is told with its place, also from inside a list or an object', () => {
    expect(told(returned(-1))).toEqual({ name: 'out_B', argument: '1' });
    expect(told({ loss: 3, heads: [returned(4), returned(-2)] })).toEqual({
      name: 'out_B',
      argument: '2.caches.0.k',
    });
  });

  it('is not told of other tensors, of plain results, or of an input of another call', () => {
    for (const result of [returned(5), returned(-3), 7, null, ['a'], { state: {} }])
      expect(told(result)).toBeUndefined();
  });
});

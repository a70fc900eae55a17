import { describe, expect, it } from 'vitest';
import { ndarray } from '../../author/ndarray.ts';
import type { Plain } from '../../author/plain.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import type { Subject } from '../../subject/subject.ts';
import type { PreparedCase } from '../cases.ts';
import { flattenExpected, flattenRemote } from '../outputs.ts';
import { toleranceOfNumber, toleranceOfPlain } from '../plain-tolerance.ts';
import { judgeOutput } from './judge-output.ts';
import { differenceOfPlain } from './judge-plain.ts';

/** The first failure, of the outputs in their order. */
async function judged(got: unknown, want: unknown) {
  const expected = flattenExpected(want);
  const tolerances = Object.fromEntries(
    Object.entries(expected).map(([name, { array, isNumber, plain }]) => {
      if (plain !== undefined) return [name, toleranceOfPlain(plain)];
      return [name, isNumber ? toleranceOfNumber(array.data[0]) : { abs: 1e-6, because: '' }];
    }),
  );
  const prepared: PreparedCase = { name: 'c', params: {}, inputs: {}, expected, tolerances, cotangents: {} };
  const subject = {
    read: async ({ shape }: RemoteTensor) =>
      ndarray(
        shape,
        shape.flatMap((n) => Array(n).fill(1)),
      ),
  };
  const outputs = flattenRemote(got);
  for (const name of Object.keys(expected)) {
    const { failure, ratio } = await judgeOutput(subject as unknown as Subject, name, outputs[name], prepared);
    if (failure) return { code: failure.code, message: failure.message.replace('case "c": ', ''), ratio: ratio() };
  }
  return null;
}

const tensor = (name = 'k_BT', shape = [2]) => new RemoteTensor(1, shape, 'float32', name, 0, []);
const ones = (n: number) => ndarray([n], Array(n).fill(1));

describe('a plain output', () => {
  it.each<[string, unknown]>([
    ['a list', { out: [1, 0.25] }],
    ['a string', { out: 'a' }],
    ['false', { out: false }],
    ['null', { out: null }],
    ['an empty list', { out: [] }],
    ['lists of lists', { out: [[1], [2, 3]] }],
    [
      'steps',
      {
        out: [
          ['load', 'q', 0],
          ['start', 1],
        ],
      },
    ],
    ['NaN and infinities in their places', { out: [Number.NaN, -Infinity, 1] }],
    ['an object of these', { out: { pool: { refs: [1], tables: [[0]] }, name: 'x' } }],
  ])('is right as %s', async (_, value) => {
    expect(await judged(structuredClone(value), value)).toBeNull();
  });

  it.each<[unknown, unknown, string, string]>([
    [[1, 2], [1, 2, 3], 'length', 'out: expected a list of 3 items, got 2 items'],
    [[[1], []], [[1], [2]], 'length', 'out[1]: expected a list of 1 item, got 0 items'],
    [[1, 2, 3, 5], [1, 2, 3, 4], 'off', 'out[3]: expected 4, got 5 (1 of 4 values are wrong)'],
    [[0.5], [0.25], 'off', 'out[0]: expected 0.25, got 0.5'],
    [
      [0.25000001],
      [0.25],
      'off',
      'out[0]: expected 0.25, got 0.25000001, an error of 1.00e-8 where 2.50e-10 is allowed',
    ],
    [[13476298751], [13476298752], 'off', 'out[0]: expected 13476298752, got 13476298751'],
    [[1, Number.NaN], [1, 2], 'nan', 'out[1]: expected 2, got NaN (1 of 2 values are wrong)'],
    [true, false, 'other-boolean', 'out: expected false, got true'],
    ['a', 'b', 'other-string', 'out: expected "b", got "a"'],
    [['a', 'c'], ['a', 'b'], 'other-string', 'out[1]: expected "b", got "c" (1 of 2 values are wrong)'],
    [
      [['load', 'kv', 1]],
      [['load', 'q', 0]],
      'other-string',
      'out[0][1]: expected "q", got "kv" (2 of 3 values are wrong)',
    ],
    [null, [1], 'wrong-kind', 'out: expected a list of 1 item, got null'],
    [{ 0: 1 }, [1], 'wrong-kind', 'out: expected a list of 1 item, got an object with 0'],
    [['1'], [1], 'wrong-kind', 'out[0]: expected the number 1, got the string "1"'],
    [[{}], [{ at: 1 }], 'missing', 'there is no out[0].at'],
    [tensor(), [1], 'wrong-kind', 'out: expected a plain value, got a tensor of shape [2]'],
    [[1], ones(2), 'wrong-kind', 'out: expected a tensor of shape [2], got a list of 1 item'],
    ['3', 3, 'wrong-kind', 'out: expected a number, got the string "3"'],
    [[true], 3, 'wrong-kind', 'out: expected a number, got a list of 1 item'],
  ])('%j is told from %j', async (got, want, code, message) => {
    expect(await judged({ out: got }, { out: want })).toMatchObject({ code, message });
  });

  it('that is missing is told by its name', async () => {
    expect(await judged({ pool: { refs: [1] } }, { pool: { tables: [] } })).toMatchObject({
      message: 'there is no pool.tables',
    });
    expect(await judged({ pool: { refs: 1 } }, { pool: { refs: [1] } })).toMatchObject({
      message: 'pool.refs: expected a list of 1 item, got the number 1',
    });
  });

  it('of numbers is looked at for what they have in common', async () => {
    const [want, got] = [
      [1, 2, 4, 8],
      [2, 4, 8, 16],
    ];
    expect((await judged({ out: got }, { out: want }))?.message).toContain('Every value is 2 times');
    const due = Array.from({ length: 6 }, (_, row) => [row, 3 * row + 1, 5]);
    const shifted = due.map(([first, ...others]) => [9 - first, ...others]);
    expect((await judged({ out: shifted }, { out: due }))?.message).toContain('axis 1 = 0');
  });

  it('misses by a ratio of the tolerance, and by any where it is not a number that is wrong', async () => {
    expect((await judged({ out: [0.5, 1.5] }, { out: [0.5, 1] }))?.ratio).toBeCloseTo(0.5e9);
    expect((await judged({ out: ['a', 1] }, { out: ['b', 1] }))?.ratio).toBe(Infinity);
    expect((await judged({ out: [1] }, { out: [1, 2] }))?.ratio).toBe(Infinity);
  });
});

describe('a list of tensors', () => {
  it('is judged by its length, then item by item, each told by its place', async () => {
    expect(await judged({ heads: [tensor(), tensor()] }, { heads: [ones(2), ones(2)] })).toBeNull();
    expect(await judged({ heads: [tensor()] }, { heads: [ones(2), ones(2)] })).toMatchObject({
      code: 'length',
      message: 'heads: expected a list of 2 items, got 1 item',
    });
    expect(await judged({ heads: [] }, { heads: [ones(2)] })).toMatchObject({ code: 'length' });
    expect(
      (await judged({ heads: [tensor(), tensor()] }, { heads: [ones(2), ndarray([2], [1, 0])] }))?.message,
    ).toMatch(/^heads\[1\]_BT\[1\]: expected .*, got 1 /);
    expect((await judged({ heads: [tensor('k', [3])] }, { heads: [ones(2)] }))?.message).toMatch(
      /^heads\[0\]: expected shape .*, got \[3\]/,
    );
  });
});

it.each<[Plain, Plain, string | null]>([
  [[1, 2], [1, 2], null],
  [0.1 + 0.2, 0.3, null],
  [[1, 2], [1, 3], 'at [1] 2 against 3'],
  [[1], [1, 3], '1 item against 2'],
  [{ a: 'x' }, { a: 'y' }, 'at a the string "x" against the string "y"'],
])('of two plain results %j and %j it is told how they differ', (a, b, verdict) => {
  expect(differenceOfPlain(a, b)).toBe(verdict);
});

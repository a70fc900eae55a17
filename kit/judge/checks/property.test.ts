import { describe, expect, it, vi } from 'vitest';
import type { Grader, Property } from '../../author/grader.ts';
import { ndarray } from '../../author/ndarray.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import type { Subject } from '../../subject/subject.ts';
import { grade, SOFTMAX, softmaxWith } from '../../testing/submissions.ts';
import { checkProperty, difference } from './property.ts';

const row = (...values: number[]) => ndarray([values.length], values);

it('results are the same up to the rounding of the largest value', () => {
  expect(difference(row(1, 3), row(1, 3.0002))).toBeNull();
  expect(difference(row(1, 3), row(1, 3.001))).toBe('at [1] 3 against 3.001');
  expect(difference(row(1000, 1), row(1000, 1.01))).toBeNull();
});

it('what is left where larger terms cancel is as far off as these are', () => {
  expect(difference(row(6.75e-4), row(6.76e-4))).toBeNull();
  expect(difference(row(6.75e-4), row(6.9e-4))).toBe('at [0] 6.75e-4 against 6.90e-4');
  expect(difference(row(0), row(1e-5))).toBe('at [0] 0 against 1.00e-5');
});

it('NaN agrees with nothing, shapes must, and infinities too', () => {
  expect(difference(row(1, Number.NaN), row(1, Number.NaN))).toBe('at [1] NaN');
  expect(difference(row(1), row(1, 2))).toBe('shape [1] against [2]');
  expect(difference(row(1, Infinity), row(1, Infinity))).toBeNull();
  expect(difference(row(1, Infinity), row(1, -Infinity))).toBe('at [1] Infinity against -Infinity');
});

describe('a property', () => {
  /** Judged on a subject that returns handles of this shape, which cannot be read. */
  const judged = (shape: number[], holds: Property<Record<string, unknown>>['holds']) => {
    const read = vi.fn(async () => ndarray(shape, new Array(shape.reduce((a, b) => a * b, 1)).fill(1)));
    const subject = {
      submission: { f: async () => new RemoteTensor(1, shape, 'float32', 'out_TE', 0, []) },
      ready: async () => {},
      forget: async () => {},
      read,
    } as unknown as Subject;
    const grader = { properties: { p: { sizes: { T: [1, 3] }, holds } } } as unknown as Grader;
    const check = { id: 'property/p', kind: 'property', title: 't', points: 1, property: 'p' } as const;
    const outcome = checkProperty({ check, grader, subject, seed: '0123456789', cases: [] });
    return { outcome, read };
  };

  it('does not hold for a result of another shape than it reads, and its own code never sees that', async () => {
    const seen = vi.fn();
    const { outcome } = judged([2], async (_, { f, read }) => {
      seen(await read(f.f(), [2, 3]));
      return null;
    });
    expect((await outcome).failure).toMatchObject({
      code: 'property:p',
      message: 'out_TE: expected shape [2,3], got [2]',
    });
    expect(seen).not.toHaveBeenCalled();
  });

  it('tells two results of different shapes apart without reading them', async () => {
    const { outcome, read } = judged([4000, 4000], (_, { f, same }) => same(f.f(), ndarray([2], [1, 1]), 'it differs'));
    expect((await outcome).failure?.message).toBe('it differs: shape [4000,4000] against [2]');
    expect(read).not.toHaveBeenCalled();
  });

  it('compares many values without a list of them', () => {
    const many = () => ndarray([2 ** 20], new Float32Array(2 ** 20).fill(1));
    const other = many();
    other.data.fill(2);
    expect(difference(many(), other)).toBe('at [0] 1 against 2');
  });
});

it('a result that is larger than anything that is expected is not read', async () => {
  const report = await grade({ [SOFTMAX]: softmaxWith('return tf.fill([2_000_000], 1);') });
  const told = report.exercises[0].checks.map(({ id, status, message }) => `${id} ${status}: ${message}`).join('\n');
  expect(told).toMatch(/hygiene\/memory fail: .*too large to be looked at: its 2000000 values/);
});

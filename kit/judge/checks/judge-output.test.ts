import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ndarray } from '../../author/ndarray.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import type { Subject } from '../../subject/subject.ts';
import type { PreparedCase } from '../cases.ts';
import { flattenExpected } from '../outputs.ts';
import { judgeOutput } from './judge-output.ts';

const DUE = [1, -2, 0.5];

/** How an output is judged that is off by so much in one place, and whether its tolerance was asked for. */
async function judged(error: number, abs: number, leastTolerance?: number) {
  const got = ndarray([3], Float64Array.from([DUE[0], DUE[1], DUE[2] + error]));
  const subject = { read: async () => got } as unknown as Subject;
  let derived = false;
  const prepared = {
    name: 'c',
    params: {},
    expected: { out: { array: ndarray([3], Float64Array.from(DUE)), isNumber: false } },
    ...(leastTolerance !== undefined && { leastTolerances: { out: leastTolerance } }),
    get tolerances() {
      derived = true;
      return { out: { abs, because: '' } };
    },
  } as unknown as PreparedCase;
  const { failure, ratio } = await judgeOutput(
    subject,
    'out',
    new RemoteTensor(1, [3], 'float32', 'out', 0, []),
    prepared,
  );
  return { failure, ratio, derived };
}

describe('an output', () => {
  it('is right within its tolerance and nowhere else, whatever is known of that beforehand', async () => {
    const size = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(size, size, size, async (error, abs, part) => {
        const known = await judged(error, abs);
        const estimated = await judged(error, abs, part * abs);
        expect(estimated.failure).toEqual(known.failure);
        expect(estimated.ratio()).toBe(known.ratio());
      }),
    );
  });

  it('has its tolerance derived only where it is not right without', async () => {
    expect(await judged(1e-6, 1e-3, 1e-5)).toMatchObject({ failure: null, derived: false });
    expect(await judged(1e-4, 1e-3, 1e-5)).toMatchObject({ failure: null, derived: true });
    expect(await judged(1e-2, 1e-3, 1e-5)).toMatchObject({ failure: { code: 'off' }, derived: true });
  });

  it('is off by a ratio of its tolerance, not of what is known beforehand', async () => {
    const { ratio } = await judged(2 ** -20, 2 ** -10, 2 ** -15);
    expect(ratio()).toBe(2 ** -10);
  });

  it('that is not a number is wrong, however large the tolerance', async () => {
    expect((await judged(Number.NaN, 1e9, 1e9)).failure).toMatchObject({ code: 'nan' });
    expect((await judged(Infinity, Infinity, Infinity)).failure).toMatchObject({ code: 'infinite' });
  });
});

describe('the axes of an output', () => {
  const rows = Array.from({ length: 12 }, (_, t) => [t, 2 * t + 1, 5 - t]);
  const late = rows.map((row, t) => row.map((value, i) => (t < 6 ? value : value + t * i + 1)));
  const tensor = (list: number[][]) => ndarray([12, 3], list.flat());

  it.each([
    ['a tensor', tensor(rows), new RemoteTensor(1, [12, 3], 'float32', 'out_TE', 0, [])],
    ['a plain value', rows, late],
  ])('are called what the exercise calls them: %s', async (_, want, got) => {
    const subject = { read: async () => tensor(late) } as unknown as Subject;
    const prepared: PreparedCase = {
      name: 'c',
      params: {},
      inputs: {},
      expected: flattenExpected({ out_TE: want }),
      tolerances: { out_TE: { abs: 1e-6, because: '' } },
      cotangents: {},
    };
    const { failure } = await judgeOutput(subject, 'out_TE', got, prepared, { T: 'tokens' });
    expect(failure?.message).toContain('All wrong values are at axis T (tokens) ≥ 6.');
  });
});

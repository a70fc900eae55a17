import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Draw } from '../author/draw.ts';
import { at, type NdArray, ndarray, type TensorTree } from '../author/ndarray.ts';
import { largestError } from './compare.ts';
import { byOneUlp, DEFAULT_FACTOR, deriveTolerances } from './tolerance.ts';

type Round = (value: number) => number;
const exact: Round = (value) => value;
const float32: Round = Math.fround;

/** Σ a·b, rounded after each operation. */
function dot(a: number[], b: number[], round: Round): number {
  return a.reduce((sum, value, i) => round(sum + round(value * b[i])), 0);
}

function softmax(x: number[], round: Round): number[] {
  const largest = Math.max(...x);
  const exp = x.map((value) => round(Math.exp(round(value - largest))));
  const sum = exp.reduce((total, value) => round(total + value), 0);
  return exp.map((value) => round(value / sum));
}

/** One query over N keys: scores, weights, mean of the values; at each step as wrong as float32 is. */
function attend({ q, k, v }: TensorTree, round: Round): NdArray {
  const [query, keys, values] = [q, k, v].map((x) => at(x as NdArray));
  const scale = round(1 / Math.sqrt(query.length));
  const weights = softmax(
    keys.map((key: number[]) => round(dot(query, key, round) * scale)),
    round,
  );
  const columns = values[0].map((_: number, j: number) => values.map((row: number[]) => row[j]));
  return ndarray(
    [columns.length],
    columns.map((column: number[]) => dot(weights, column, round)),
  );
}

const inputsOf = (draw: Draw, N: number, D: number, std: number): TensorTree => ({
  q: draw.normal([D], { std }),
  k: draw.normal([N, D], { std }),
  v: draw.normal([N, 3]),
});

function toleranceOf(inputs: TensorTree, reduction: number, draw: Draw): number {
  const oracle = (x: TensorTree) => ({ out: attend(x, exact) });
  return deriveTolerances(oracle, inputs, { reduction, draw }).out.abs;
}

const cases = fc.record({
  seed: fc.string(),
  N: fc.integer({ min: 1, max: 60 }),
  D: fc.integer({ min: 1, max: 40 }),
  std: fc.constantFrom(0.1, 1, 3),
});

describe('a derived tolerance', () => {
  it('lets float32 arithmetic pass, with room to spare', () => {
    fc.assert(
      fc.property(cases, ({ seed, N, D, std }) => {
        const draw = new Draw(seed);
        const inputs = inputsOf(draw, N, D, std);
        const error = largestError(attend(inputs, float32), attend(inputs, exact));
        expect(error).toBeLessThanOrEqual(toleranceOf(inputs, N + D, draw) / 2);
      }),
      { numRuns: 150 },
    );
  });

  it('does not let a wrong answer pass: no scale, a dropped key, float16', () => {
    const float16: Round = (value) => Number(value.toPrecision(4));
    for (let i = 0; i < 40; i++) {
      const draw = new Draw(`wrong ${i}`);
      const inputs = inputsOf(draw, 12, 8, 1) as { q: NdArray; k: NdArray; v: NdArray };
      const due = attend(inputs, exact);
      const tolerance = toleranceOf(inputs, 20, draw);
      const noScale = attend(
        {
          ...inputs,
          q: ndarray(
            [8],
            inputs.q.data.map((x) => x * Math.sqrt(8)),
          ),
        },
        exact,
      );
      const fewer = attend(
        { ...inputs, k: ndarray([11, 8], inputs.k.data.slice(0, 88)), v: ndarray([11, 3], inputs.v.data.slice(0, 33)) },
        exact,
      );
      expect(largestError(noScale, due)).toBeGreaterThan(10 * tolerance);
      expect(largestError(fewer, due)).toBeGreaterThan(tolerance);
      expect(largestError(attend(inputs, float16), due)).toBeGreaterThan(tolerance);
    }
  });

  it('is 0 for integers and booleans, which are exact', () => {
    const oracle = () => ({ ids: ndarray([2], [1, 2], 'int32'), mask: ndarray([1], [1], 'bool') });
    const derived = deriveTolerances(oracle, {}, { reduction: 9, draw: new Draw('ints') });
    expect(derived).toEqual({
      ids: { abs: 0, because: 'int32 is exact' },
      mask: { abs: 0, because: 'bool is exact' },
    });
  });

  it('is never 0 for floats, even where all expected values are zero, and says how it came about', () => {
    const oracle = () => ({ out: ndarray([3], [0, 0, -Infinity]) });
    const { out } = deriveTolerances(oracle, {}, { reduction: 4, draw: new Draw('zeros') });
    expect(out.abs).toBeGreaterThan(0);
    expect(out.because).toBe('16 × (0.0e+0 for one ulp in the inputs + 1.2e-7 for sums of 4 terms)');
  });

  it('grows with the factor, and for gradients with the largest of all outputs', () => {
    const oracle = () => ({ small: ndarray([1], [1e-3]), large: ndarray([1], [1e3]) });
    const of = (options: object) => deriveTolerances(oracle, {}, { reduction: 1, draw: new Draw('scale'), ...options });
    const plain = of({});
    expect(of({ factor: 2 * DEFAULT_FACTOR }).small.abs).toBeCloseTo(2 * plain.small.abs, 12);
    expect(of({ sharedScale: true }).small.abs).toBe(plain.large.abs);
  });

  it('is the same from the same seed', () => {
    const derive = () => toleranceOf(inputsOf(new Draw('a'), 5, 4, 1), 9, new Draw('b'));
    expect(derive()).toBe(derive());
  });
});

describe('byOneUlp', () => {
  it('moves every float32 to a neighbour, and leaves zeros, infinities and integers', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true })), fc.string(), (data, seed) => {
        const moved = byOneUlp(ndarray([data.length], data), new Draw(seed)).data;
        for (const [i, value] of data.entries()) {
          const stays = value === 0 || !Number.isFinite(value) || Math.abs(value) > 3.4e38;
          if (!stays) expect(moved[i]).not.toBe(value);
          expect(Math.fround(moved[i])).toBe(moved[i]);
          if (Number.isFinite(value)) {
            expect(Math.abs(moved[i] - value)).toBeLessThanOrEqual(Math.max(2 ** -149, Math.abs(value) * 2 ** -22));
          } else expect(moved[i]).toBe(value);
        }
      }),
    );
    const integers = ndarray([2], [1, 2], 'int32');
    expect(byOneUlp(integers, new Draw('x'))).toBe(integers);
  });
});

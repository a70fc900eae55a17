import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Draw } from '../author/draw.ts';
import { type NdArray, ndarray, type TensorTree } from '../author/ndarray.ts';
import { gradients, roughGradients } from './differentiate.ts';

const dataOf = (x: TensorTree[string]) => Array.from((x as NdArray).data);

describe('gradients', () => {
  it('agree with calculus on a sum of products, sines and exponentials', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const draw = new Draw(seed);
        const inputs = { a: draw.normal([3]), b: draw.normal([3]) };
        const loss = ({ a, b }: TensorTree) =>
          dataOf(a).reduce((sum, x, i) => sum + Math.sin(x) * dataOf(b)[i] + Math.exp(x / 3), 0);
        const found = gradients(loss, inputs);
        for (let i = 0; i < 3; i++) {
          const [x, y] = [inputs.a.data[i], inputs.b.data[i]];
          expect(found.a.data[i]).toBeCloseTo(Math.cos(x) * y + Math.exp(x / 3) / 3, 8);
          expect(found.b.data[i]).toBeCloseTo(Math.sin(x), 8);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('agree with the Jacobian of softmax beside scores of minus infinity, which stay where they are', () => {
    const scores = [0.3, -Infinity, -1.2, 2];
    const cotangent = [0.5, 7, -1, 0.25];
    const softmax = (x: number[]) => {
      const exp = x.map(Math.exp);
      const sum = exp.reduce((a, b) => a + b);
      return exp.map((value) => value / sum);
    };
    const loss = ({ x }: TensorTree) => softmax(dataOf(x)).reduce((sum, p, i) => sum + p * cotangent[i], 0);
    const { x } = gradients(loss, { x: ndarray([4], scores) });
    const p = softmax(scores);
    const mean = p.reduce((sum, value, i) => sum + value * cotangent[i], 0);
    p.forEach((value, i) => {
      expect(x.data[i]).toBeCloseTo(value * (cotangent[i] - mean), 9);
    });
    expect(x.data[1]).toBe(0);
  });

  it('are as exact for large inputs as for small ones', () => {
    const square = ({ x }: TensorTree) => dataOf(x)[0] ** 2;
    for (const value of [1e4, 1, 1e-4, 0]) {
      const { x } = gradients(square, { x: ndarray([], [value]) });
      expect(x.data[0] / Math.max(1, value)).toBeCloseTo((2 * value) / Math.max(1, value), 9);
    }
  });

  it('agree with calculus where a function bends within a thousandth, as a norm does near zero', () => {
    for (const size of [1, 1e-2, 1e-3, 1e-4]) {
      for (const value of [size, -0.4 * size, 0.03 * size, 0]) {
        const norm = (x: number) => x / Math.sqrt(x ** 2 + size ** 2);
        const { x } = gradients(({ x }: TensorTree) => norm(dataOf(x)[0]), { x: ndarray([], [value]) });
        const due = size ** 2 / (value ** 2 + size ** 2) ** 1.5;
        expect(Math.abs(x.data[0] / due - 1)).toBeLessThan(1e-7);
      }
    }
  });

  it('move, when they are rough, as the exact ones do', () => {
    const loss = ({ x }: TensorTree) =>
      dataOf(x).reduce((sum, value) => sum + Math.exp(value) * Math.sin(3 * value), 0);
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const x = new Draw(seed).normal([4]);
        const nearby = ndarray(
          x.shape,
          x.data.map((value) => Math.fround(value * (1 + 2 ** -23))),
        );
        const moved = (of: typeof gradients) => {
          const [from, to] = [of(loss, { x }).x.data, of(loss, { x: nearby }).x.data];
          return from.map((value, i) => to[i] - value);
        };
        const [rough, exact] = [moved(roughGradients), moved(gradients)];
        const largest = Math.max(...exact.map(Math.abs));
        rough.forEach((by, i) => {
          expect(Math.abs(by - exact[i])).toBeLessThan(0.01 * largest + 1e-10);
        });
      }),
      { numRuns: 50 },
    );
  });

  it('are taken by every float input, by its dotted name and in its shape, and by no other', () => {
    const inputs = {
      x: ndarray([1, 2], [1, 2]),
      weights: { w: ndarray([], [3]) },
      mask: ndarray([2], [0, 1], 'bool'),
    };
    const found = gradients(({ x, weights }) => dataOf(x)[1] * dataOf((weights as TensorTree).w)[0], inputs);
    expect(Object.keys(found)).toEqual(['x', 'weights.w']);
    expect(found.x.shape).toEqual([1, 2]);
    expect(found['weights.w'].data[0]).toBeCloseTo(2, 9);
  });

  it('leave the inputs as they were', () => {
    const x = ndarray([3], [0.1, -Infinity, 7]);
    gradients((inputs) => dataOf(inputs.x)[0], { x });
    expect(x).toEqual(ndarray([3], [0.1, -Infinity, 7]));
  });
});

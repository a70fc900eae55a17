import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkOf, grade, SEED, SOFTMAX, SOLUTIONS, softmaxWith } from '../../testing/submissions.ts';
import { slope } from './cost.ts';

describe('the exponent of a cost', () => {
  it('is that of the power law that it follows, whatever the factor', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4, noNaN: true }), fc.double({ min: 10, max: 1e6, noNaN: true }), (p, c) => {
        const sizes = [16, 32, 64, 128];
        expect(
          slope(
            sizes,
            sizes.map((size) => c * size ** p),
          ),
        ).toBeCloseTo(p, 6);
      }),
    );
  });

  it('is 0 for what does not grow, be it nothing at all', () => {
    expect(slope([1, 2, 4], [7, 7, 7])).toBe(0);
    expect(slope([1, 2, 4], [0, 0, 0])).toBe(0);
  });

  it('is between two terms’ where there are two', () => {
    const sizes = [64, 128, 256];
    const exponent = slope(
      sizes,
      sizes.map((T) => 2 * T * T + 100 * T),
    );
    expect(exponent).toBeGreaterThan(1);
    expect(exponent).toBeLessThan(2);
  });
});

describe('in grading', () => {
  const cost = async (body: string, seed: string | undefined = SEED) =>
    checkOf(await grade({ [SOFTMAX]: body ? softmaxWith(body) : SOLUTIONS[SOFTMAX] }, { seed }), 'cost/by-hand');

  it('a cost case has sizes of the submission’s own, and its budget is of these sizes', async () => {
    const written = await grade({ [SOFTMAX]: SOLUTIONS[SOFTMAX] }, { seed: undefined });
    const flops = [checkOf(written, 'cost/by-hand').cost?.flops];
    for (const seed of ['a', 'b', 'c'].map((digit) => digit.repeat(64))) {
      const judged = await cost('', seed);
      expect(judged.status).toBe('pass');
      flops.push(judged.cost?.flops);
    }
    expect(new Set(flops).size).toBe(4);
  });

  it('what is cheap and wrong there fails, and is told what is wrong', async () => {
    expect(await cost('if (x.size > 2000) return tf.zeros(x.shape);\n  return right(x);')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/^case "shape = \[2,4,\d+,\d+\]": weights\[.*expected/),
    });
  });

  it('what is forbidden is so in every case, and not only in the one that is counted', async () => {
    const { status, message } = await cost(
      'if (x.size < 20 && x.rank > 1) tf.softmax(x).dispose();\n  return right(x);',
    );
    expect([status, message]).toEqual(['fail', 'it uses tf.softmax, which is what is to be built here']);
  });
});

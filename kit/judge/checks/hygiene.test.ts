/** Invalid arguments and what is left behind, as a sandbox on a real host has it. */
import { expect, it } from 'vitest';
import { ATTENTION, checkOf, grade, SOFTMAX, softmaxWith } from '../../testing/submissions.ts';
import { namesOneOf } from './hygiene.ts';

const refusals = async (body: string) => {
  const report = await grade({ [SOFTMAX]: softmaxWith(`${body}\n  return right(x);`) });
  return checkOf(report, 'hygiene/arguments');
};

it('invalid arguments that are refused by name are all that is asked for', async () => {
  expect(await refusals('')).toMatchObject({ status: 'pass' });
});

it.each([
  [
    'only after something was computed',
    'if (x.rank === 0) tf.tidy(() => tf.abs(x));',
    /x is a scalar: .*after .*kernels run: 1/,
  ],
  ['and something is left behind', 'if (x.rank === 0) tf.tensor([1, 2]);', /x is a scalar: .*memory .*tensors: 1/],
  [
    'without the name of the function, the argument or the axis',
    "if (x.rank === 0) throw new RangeError('no');",
    /x is a scalar: .*softmax.*: no$/,
  ],
  [
    'by an error of another kind',
    "if (x.dtype === 'int32') throw new RangeError('softmax: x must be float32, but is int32');",
    /x is int32: .*TypeError.*RangeError.*: softmax: x must be float32, but is int32/,
  ],
  [
    'in all cases but one, and after one of the others something is left behind',
    'if (!(x instanceof tf.Tensor)) return tf.ones([3]);\n  if (x.rank === 0) tf.tensor([1, 2]);',
    /x is a scalar: .*memory.*1 more: x is an array/,
  ],
])('invalid arguments that are refused %s are told of', async (_, body, message) => {
  expect(await refusals(body)).toMatchObject({ status: 'fail', message: expect.stringMatching(message) });
});

it('of many that are accepted, the message names a few', async () => {
  const body = `
import * as tf from '@tensorflow/tfjs';
export function scaledDotProduct(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) {
  return tf.tidy(() => tf.matMul(tf.softmax(tf.matMul(q, k, false, true)), v));
}`;
  const report = await grade({ [ATTENTION]: body });
  const { message } = checkOf(report, 'hygiene/arguments');
  expect(message).toMatch(/\(and \d\d more: [^,]+, [^,]+, [^,]+ …\)$/);
});

it('an error counts that names the argument alone, and one that names the function alone', async () => {
  expect(await refusals("if (x.rank === 0) throw new RangeError('x has no axis');")).toMatchObject({ status: 'pass' });
  expect(await refusals("if (x.rank === 0) throw new RangeError('softmax: no');")).toMatchObject({ status: 'pass' });
});

it('a name counts as a word of its own only', () => {
  expect(namesOneOf(['D'], 'Dispose of it')).toBe(false);
  expect(namesOneOf(['D'], 'D is 3')).toBe(true);
  expect(namesOneOf(['q'], 'q_BHTD is an array')).toBe(true);
  expect(namesOneOf(['D'], 'x_D is an array')).toBe(false);
  expect(namesOneOf(['q_BHTD'], '"q_BHTD" is an array')).toBe(true);
  expect(namesOneOf(['heads'], 'the heads disagree: 2 ≠ 3')).toBe(true);
  expect(namesOneOf(['a.b'], 'axb')).toBe(false);
});

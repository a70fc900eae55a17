/** Wrong arguments and what is left behind, as a sandbox on a real host has it. */
import { expect, it } from 'vitest';
import { checkOf, grade, SOFTMAX, softmaxWith } from '../../testing/submissions.ts';

const refusals = async (body: string) => {
  const report = await grade({ [SOFTMAX]: softmaxWith(`${body}\n  return right(x);`) });
  return checkOf(report, 'hygiene/arguments');
};

it('wrong arguments that are refused by name are all that is asked for', async () => {
  expect(await refusals('')).toMatchObject({ status: 'pass' });
});

it.each([
  [
    'only after something was computed',
    'if (x.rank === 0) tf.tidy(() => tf.abs(x));',
    'scalar: the RangeError comes only after something was computed (kernels run: 1)',
  ],
  [
    'and something is left behind',
    'if (x.rank === 0) tf.tensor([1, 2]);',
    'scalar: something stays in memory after the RangeError (tensors: 1)',
  ],
  [
    'in other words than are due',
    "if (x.rank === 0) throw new RangeError('no');",
    'scalar: the RangeError does not mention "softmax": no',
  ],
  [
    'by an error of another kind',
    "if (x.dtype === 'int32') throw new RangeError('softmax: x must be float32, but is int32');",
    'integers: a TypeError is due, but RangeError was thrown: softmax: x must be float32, but is int32',
  ],
  [
    'in all cases but one, and after one of the others something is left behind',
    'if (!(x instanceof tf.Tensor)) return tf.ones([3]);\n  if (x.rank === 0) tf.tensor([1, 2]);',
    'scalar: something stays in memory after the RangeError (tensors: 1) (and 1 more: noTensor)',
  ],
])('wrong arguments that are refused %s are told of', async (_, body, message) => {
  expect(await refusals(body)).toMatchObject({ status: 'fail', message });
});

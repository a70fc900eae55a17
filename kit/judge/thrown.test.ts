import { describe, expect, it } from 'vitest';
import { checkOf, grade, SOFTMAX, softmaxWith } from '../testing/submissions.ts';

/** On the public cases. The line that is to blame ends in HERE. */
async function failureOf(body: string, check: string, before?: string) {
  const source = softmaxWith(body, before);
  const { message, at, status } = checkOf(await grade({ [SOFTMAX]: source }, { seed: undefined }), check);
  const line = source.split('\n').findIndex((text) => text.endsWith('// HERE')) + 1;
  return { message, at, status, here: line === 0 ? undefined : `exercises/${SOFTMAX}.ts:${line}` };
}

const FLAT = 'const y = tf.reshape(x, [-1]);';
const OFF_THE_TAPE = /Keep the choice off the tape \(tf\.customGrad with a gradient of zeros\)/;

/** Errors of the real TensorFlow.js, in the sandbox that a submission has. */
describe('what a gradient throws is told with the operation that was called, at its line', () => {
  it.each<[string, string, RegExp]>([
    [
      'tf.einsum',
      `${FLAT}
return right(tf.reshape(tf.einsum('a,a->a', y, tf.onesLike(y)), x.shape)); // HERE`,
      /: TensorFlow\.js has no gradient of tf\.einsum, so gradients cannot pass it; tf\.matMul, /,
    ],
    [
      'tf.topk',
      'return right(tf.sub(x, tf.topk(x, 1).values)); // HERE',
      /no gradient of tf\.topk, so gradients cannot pass it; keep the choice off the tape/,
    ],
    [
      'an operation that is made of others',
      `return right(tf.mul(x, x.add(20).divNoNan(
  x.add(20)))); // HERE`.replace('\n  ', ''),
      /no gradient of tf\.divNoNan \(it is made of tf\.equal, which has none\).* tf\.div has one/,
    ],
    [
      'tf.gather at indices that come from an input',
      `${FLAT}
return right(tf.add(x, tf.gather(y, tf.topk(y, 1).indices))); // HERE`,
      OFF_THE_TAPE,
    ],
    [
      'tf.logSigmoid, whose gradient tfjs breaks inside tf.tidy',
      `return tf.tidy(() => right(tf.logSigmoid(tf.add(x, 1)))); // HERE`,
      /the gradient of tf\.logSigmoid uses a tensor that TensorFlow\.js did not keep: inside tf\.tidy, /,
    ],
    [
      'tf.split into one part, whose gradient tfjs breaks',
      'return right(tf.split(x, 1, -1)[0]); // HERE',
      /TensorFlow\.js has no gradient of tf\.split into a single part/,
    ],
    [
      'a gradient of their own that keeps nothing',
      `const own = tf.customGrad((z: any) => {
  const kept = tf.tidy(() => z.clone());
  const value = z.clone();
  kept.dispose();
  const gradFunc = (dy: any) =>
    tf.mul(dy, kept); // HERE
  return { value, gradFunc };
});
return right(own(x));`,
      /your gradient uses a tensor that was disposed of .* give save what the gradient needs/,
    ],
    [
      'tf.matMul of a matrix that it broadcasts',
      `const y = tf.reshape(x, [1, -1, x.shape.at(-1) as number]);
const one = tf.mul(tf.sum(y), 0);
const eye = tf.add(tf.eye(y.shape[2] as number), one);
return right(tf.reshape(tf.matMul(y, eye), x.shape)); // HERE`,
      /the gradient of tf\.matMul comes out as \[1,4,4\] for an input of shape \[4,4\]: TensorFlow\.js does not sum/,
    ],
  ])('%s', async (_, body, words) => {
    const { message, at, here } = await failureOf(body, 'gradient/scores');
    expect(message).toMatch(words);
    expect(at).toBe(here);
  });
});

describe('what a call throws is told in plain words, at its line', () => {
  it.each<[string, string, RegExp]>([
    [
      'tf.concat of shapes that differ elsewhere',
      'tf.concat([tf.ones([1, 2, 2]), tf.ones([1, 1, 3])], 2); // HERE',
      /: tf\.concat along axis 2: tensor 0 is \[1,2,2\] and tensor 1 is \[1,1,3\]\. They may differ along axis 2 only, and differ along axis 1; is axis 1 the one /,
    ],
    [
      'tf.matMul of queries and grouped keys',
      'tf.matMul(tf.ones([2, 4, 3, 5]), tf.ones([2, 2, 7, 5]), false, true); // HERE',
      /: in a product, the leading axes \[2,4\] and \[2,2\] do not line up: the last of them is 4 in one and 2 in the other\./,
    ],
    [
      'tf.softmax along another axis than the last',
      'tf.softmax(tf.ones([2, 3, 4]), 1); // HERE',
      /tf\.softmax runs along the last axis alone, which is 2 of a tensor of rank 3, not 1/,
    ],
    [
      'an axis that is not there',
      'tf.max(tf.ones([3]), 1); // HERE',
      /: tf\.max is asked for axis 1 of a tensor that has 1 axis/,
    ],
    [
      'a size that is undefined',
      'tf.reshape(tf.ones([4]), [2, (x.shape as any)[-1]]); // HERE',
      /: tf\.reshape got a size that is undefined or NaN\. In JavaScript shape\[-1\] is undefined/,
    ],
    ['an empty list', 'tf.stack([]); // HERE', /: tf\.stack got an empty list/],
    ['what the kit refuses', 'tf.slice(tf.ones([2, 3]), [0, 0], [1, 4]); // HERE', /: (?!.*KernelRefused)/],
    [
      'a function that is not there, by the name that was written',
      '(tf.tensor as any).of(x); // HERE',
      /: tf\.tensor\.of is called, but it is not a function .* \(it threw TypeError: tf\.tensor\.of is not/,
    ],
    ['a throw of their own', "if (x.rank > 0) throw new Error('no'); // HERE", /: it threw Error: no$/],
  ])('%s', async (_, statement, words) => {
    const { message, at, here } = await failureOf(`${statement}\nreturn right(x);`, 'values/rows');
    expect(message).toMatch(words);
    expect(message).not.toMatch(/KernelRefused|tf\d|import_/);
    expect(at).toBe(here);
  });

  it('a function of one that is imported by name', async () => {
    const body = '(exp as any).of(x); // HERE\nreturn right(x);';
    const { message, at, here } = await failureOf(body, 'values/rows', "import { exp } from '@tensorflow/tfjs';");
    expect(message).toMatch(/: exp\.of is called, but it is not a function .* \(it threw TypeError: exp\.of is not/);
    expect(at).toBe(here);
  });

  it('a returned tensor that is disposed of already', async () => {
    const { message } = await failureOf('const y = right(x);\ny.dispose();\nreturn y;', 'values/rows');
    expect(message).toMatch(/softmax: expected a tensor, got a tensor that has been disposed \(a result must be alive/);
  });
});

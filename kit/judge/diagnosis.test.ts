import { describe, expect, it } from 'vitest';
import { ATTENTION, checkOf, checksOf, grade, SOFTMAX, SOLUTIONS, STUBS, softmaxWith } from '../testing/submissions.ts';
import { nanInWords } from './first-nan.ts';

/** On the public cases, as a learner has it. */
const messageOf = async (body: string, check: string): Promise<string | null> =>
  checkOf(await grade({ [SOFTMAX]: softmaxWith(body) }, { seed: undefined }), check).message;

describe('NaN', () => {
  it('is told with the operation, the place and the numbers that first made one', async () => {
    const overflow = 'return tf.tidy(() => { const e = tf.exp(x); return tf.div(e, tf.sum(e, -1, true)); });';
    expect(await messageOf(overflow, 'stability/large-logits')).toMatch(
      /expected .*, got NaN .* NaN first arises in tf\.div, at \[0,0\] of its result, of shape \[3,5\]: Infinity \/ Infinity, where the Infinity is tf\.exp\(10000\), too large for float32\.$/,
    );
    const empty = `return tf.tidy(() => {
      const e = tf.exp(tf.sub(x, tf.max(x, -1, true)));
      return tf.div(e, tf.sum(e, -1, true));
    });`;
    expect(await messageOf(empty, 'stability/minus-infinity')).toMatch(
      /NaN first arises in tf\.sub, at \[0,0,0\] of its result, of shape \[2,3,5\]: -Infinity − \(-Infinity\)\.$/,
    );
    expect(await messageOf('return tf.softmax(x);', 'stability/minus-infinity')).toMatch(
      /NaN first arises in tf\.softmax, .*: every score in that row is -Infinity\.$/,
    );
  });

  it('made by a sum of products says that Infinity went in', () => {
    const place = { at: undefined, called: undefined, inGradient: false, source: '' };
    const first = { kernel: 'BatchMatMul', shape: [1, 2], index: [0, 1], operands: [], infinite: true, ...place };
    expect(nanInWords(first)).toBe(
      'NaN first arises in tf.matMul, at [0,1] of its result, of shape [1,2]: its input holds Infinity, and Infinity − Infinity and 0 · Infinity are NaN.',
    );
    expect(nanInWords({ ...place, kernel: 'Log', shape: [], index: [], operands: [-2], infinite: false })).toBe(
      'NaN first arises in tf.log, in its result, a scalar: log(-2).',
    );
  });

  const failureOf = async (body: string, check: string) =>
    checkOf(await grade({ [SOFTMAX]: softmaxWith(body) }, { seed: undefined }), check);
  const lineOf = (body: string, text: string) =>
    `exercises/${SOFTMAX}.ts:${
      softmaxWith(body)
        .split('\n')
        .findIndex((line) => line.includes(text)) + 1
    }`;

  it('that only the gradient has is told with the operation whose gradient makes it, its line and what vanished', async () => {
    const body = `return tf.tidy(() => {
      const e = tf.exp(tf.sub(x, tf.maximum(tf.max(x, -1, true), -1e30)));
      const sum = tf.maximum(tf.sum(e, -1, true), 1e-30);
      return tf.div(e, sum);
    });`;
    const { message, at } = await failureOf(body, 'gradient/scores');
    expect(message).toMatch(
      /The result has no NaN, its gradient has: NaN first arises in the gradient of tf\.div, where tf\.div is computed, at \[.*\] of its result, of shape \[.*\]: 0 \/ 0, where the 0 is tf\.square\(1\.00e-30\), too small for float32\.$/,
    );
    expect(at).toBe(lineOf(body, 'tf.div(e, sum)'));
  });

  it('that the forward pass makes is told so in a gradient check, too', async () => {
    const body = `return tf.tidy(() => {
      const e = tf.exp(tf.sub(x, tf.maximum(tf.max(x, -1, true), -1e30)));
      return tf.div(e, tf.sum(e, -1, true));
    });`;
    const { message, at } = await failureOf(body, 'gradient/scores');
    expect(message).toMatch(/NaN first arises in tf\.div, at \[0,0\] of its result, of shape \[3,4\]: 0 \/ 0\.$/);
    expect(at).toBe(lineOf(body, 'return tf.div(e, tf.sum'));
  });

  it.each([
    [
      'a tensor that JavaScript computed with',
      'const top: any = tf.max(x, -1, true);\nreturn right(tf.add(x, -top));',
      /tf\.add is given a number that is NaN\. JavaScript's own -, /,
    ],
    [
      'a size that is undefined',
      'return right(\ntf.div(x, Math.sqrt((x.shape as any)[-1])));',
      /tf\.div is given a number that is NaN\. In JavaScript shape\[-1\] is undefined/,
    ],
    [
      'a fill',
      'return tf.mul(right(x), \ntf.fill(x.shape, Math.sqrt(-1)));',
      /tf\.fill is given a number that is NaN\./,
    ],
    [
      'a list',
      'return right(tf.add(x, \ntf.tensor1d([Number.NaN])));',
      /tf\.tensor1d is given values that are NaN, at \[0\]\./,
    ],
  ])('that comes in from JavaScript is told where: %s', async (_, body, words) => {
    const { message, at } = await failureOf(body, 'values/rows');
    expect(message).toMatch(words);
    expect(at).toBe(lineOf(body, body.split('\n')[1]));
  });
});

describe('what was left in memory', () => {
  it('is told by number, shape and the operation that made it', async () => {
    const body = 'const e = tf.exp(x); tf.exp(x); const s = tf.sum(e, -1, true); return right(x);';
    expect(await messageOf(body, 'hygiene/memory')).toMatch(
      /^3 tensors are still in memory after the call: 2 of shape \[3,6,11\] from tf\.exp, 1 of shape \[3,6,1\] from tf\.sum; tf\.tidy/,
    );
  });
});

describe('a tensor used after it was disposed of', () => {
  it('is told at the line that uses it', async () => {
    const source = softmaxWith('const e = tf.exp(x);\ne.dispose();\nreturn tf.div(e, 2);');
    const check = checkOf(await grade({ [SOFTMAX]: source }, { seed: undefined }), 'values/rows');
    expect(check.message).toMatch(/: a tensor is used that was disposed of before/);
    const line = source.split('\n').findIndex((text) => text.includes('tf.div(e, 2)')) + 1;
    expect(check.at).toBe(`exercises/${SOFTMAX}.ts:${line}`);
  });
});

describe('an unfinished TODO', () => {
  it('is told by number, in the words of the file', async () => {
    const { message } = checkOf(await grade({ [SOFTMAX]: STUBS[SOFTMAX] }), 'values/rows');
    expect(message).toMatch(/^softmax is not written yet: TODO 1: Refuse invalid arguments: /);
  });
});

describe('attention that is twice as large', () => {
  it('is told the factor', async () => {
    const doubled = SOLUTIONS[ATTENTION].replaceAll(
      /return tf\.matMul\((.*), v_BHSV\);/g,
      'return tf.mul(tf.matMul($1, v_BHSV), 2) as tf.Tensor4D;',
    );
    expect(doubled).not.toBe(SOLUTIONS[ATTENTION]);
    const report = await grade({ [ATTENTION]: doubled }, { seed: undefined });
    expect(report.exercises[0].checks.map(({ message }) => message).join('\n')).toContain(
      'Every value is 2 times the expected one.',
    );
  });
});

describe('a mistake that is not known', () => {
  it('is not taken for one that gives the same zeros and infinities', async () => {
    const source = SOLUTIONS[SOFTMAX].replace('tf.exp(', 'tf.neg(');
    const checks = checksOf(await grade({ [SOFTMAX]: source }, { seed: undefined }));
    expect(checks[0]).toMatchObject({ id: 'values/rows', status: 'fail' });
    expect(checks.map(({ misconception }) => misconception)).toEqual(checks.map(() => null));
  });
});

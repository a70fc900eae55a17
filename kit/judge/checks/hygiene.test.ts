/** Invalid arguments and what is left behind, as a sandbox on a real host has it. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { givenTo } from '../../course/given.ts';
import { type Bundle, bundle } from '../../subject/bundle.ts';
import { Sandbox } from '../../subject/sandbox.ts';
import { Subject } from '../../subject/subject.ts';
import {
  ATTENTION,
  cache,
  checkOf,
  course,
  grade,
  hosts,
  SOFTMAX,
  SOLUTIONS,
  softmaxWith,
  submitted,
} from '../../testing/submissions.ts';
import { checkHygiene } from './hygiene.ts';

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

it('an error of a class that extends the one expected counts', async () => {
  const body =
    "if (x.rank === 0) throw new (class ShapeError extends RangeError { override name = 'ShapeError' })('x has no axis');";
  expect(await refusals(body)).toMatchObject({ status: 'pass' });
});

it('an accident is no refusal, whatever it names', async () => {
  const accident = (x: string) => ({ [SOFTMAX]: softmaxWith(`${x}\n  return right(x);`) });
  const report = await grade(accident('if (!(x instanceof tf.Tensor)) (x as { softmax?: any }).softmax.dtype;'));
  expect(checkOf(report, 'hygiene/arguments')).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(
      /^x is an array: expected a TypeError of your own .*accident.*: Cannot read properties/,
    ),
  });
});

const memory = async (exercises: Record<string, string>) => checkOf(await grade(exercises), 'hygiene/memory');

it('what is kept for each size is a leak, though an earlier check has used these sizes', async () => {
  const before = 'const kept = new Map<string, tf.Tensor>();';
  const body = `const key = String(x.shape);
  if (!kept.has(key)) kept.set(key, tf.keep(tf.onesLike(x)));
  return tf.tidy(() => right(x.mul(kept.get(key) as tf.Tensor)));`;
  expect(await memory({ [SOFTMAX]: softmaxWith(body, before) })).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(/^a tensor of shape \[\d+,\d+,\d+\] is still in memory/),
  });
});

it('NaN in the same places is the same result', async () => {
  const row = 'return tf.tidy(() => { const e = tf.exp(x.sub(x.max(-1, true))); return e.div(e.sum(-1, true)); });';
  expect(await memory({ [SOFTMAX]: softmaxWith(row) })).toMatchObject({ status: 'pass' });
});

it('numbers where NaN was before are another result', async () => {
  const body = 'const out = right(x); return tf.tidy(() => ++calls % 2 ? out.mul(NaN) : out);';
  expect(await memory({ [SOFTMAX]: softmaxWith(body, 'let calls = 0;') })).toMatchObject({ status: 'fail' });
});

/** The solution with lines before its first. */
const attentionWith = (lines: string, before = '') =>
  SOLUTIONS[ATTENTION]
    .replace('import type { Options }', 'type Options = any; import type { Options as _ }')
    .replace('export function', `${before}\nexport function`)
    .replace('const { B, H', `${lines}\n  const { B, H`);

it("a change of the caller's options is told, with the option that only another check passes", async () => {
  const lines = 'if (options.scale) delete options.scale;'.replace(
    'if (options.scale)',
    'const own = options.scale; if (own)',
  );
  const text = attentionWith(lines).replace(
    'scale = 1 / Math.sqrt(D) } = options',
    'scale = own ?? 1 / Math.sqrt(D) } = options',
  );
  expect(await memory({ [ATTENTION]: text })).toMatchObject({
    status: 'fail',
    message: 'scaledDotProduct: options.scale is gone after the call. It belongs to the caller: change a copy',
  });
});

const SIZES = { B: 1, H: 2, T: 3, S: 4, D: 3, V: 2 };
const PAIRS = [
  { option: 'scale', params: [SIZES, { ...SIZES, scale: 0.2 }] as [object, object] },
  { option: 'causal', params: [SIZES, { ...SIZES, causal: true }] as [object, object] },
];

async function withPairs(text: string, valuesFailed: boolean) {
  const root = submitted({ [ATTENTION]: text });
  const { spec, grader } = await cache.materials(ATTENTION);
  const within = join(root, 'exercises');
  const entry = join(within, `${ATTENTION}.ts`);
  const code = (await bundle({ entry, root, within, given: givenTo(course, ATTENTION, spec) })) as Bundle;
  const sandbox = new Sandbox(hosts);
  const subject = new Subject(sandbox, { exports: spec.exports, bundle: code });
  const check = spec.checks.find(({ id }) => id === 'hygiene/memory')!;
  const { failure } = await checkHygiene({
    ...{ check, grader, subject, seed: '00ff', cases: [], optionPairs: PAIRS as never, valuesFailed },
  });
  await sandbox.close();
  return failure;
}

it('nothing is kept by the solution', async () => {
  expect(await withPairs(attentionWith(''), true)).toBeNull();
});

it('an option that stays on is told, also where no values were wrong', async () => {
  const text = attentionWith('options = { ...options, causal: (on ||= options.causal) };', 'let on: any;').replace(
    'options: Options = {}',
    'options: any = {}',
  );
  const expected = {
    code: 'kept',
    message: expect.stringMatching(/^the same inputs give another out after a call with another causal: at \[/),
  };
  const lenient = text.replace('on ||= options.causal', 'on = on || (options.causal && !options.mask)');
  expect(await withPairs(lenient, false)).toMatchObject(expected);
});

it('what the first call of a size sets is told where values were wrong', async () => {
  const lines =
    'const first = (scales[q_BHTD.shape[3]] ??= options.scale ?? 0.5); options = { ...options, scale: first };';
  expect(await withPairs(attentionWith(lines, 'const scales: any = {};'), true)).toMatchObject({
    code: 'kept',
    message: expect.stringMatching(/with another scale: at \[/),
  });
});

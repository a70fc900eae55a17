import { afterAll, expect, it } from 'vitest';
import { ndarray } from '../author/ndarray.ts';
import type { ResultShape } from '../course/exercise.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import { hosts, SOFTMAX, softmaxWith, submitted } from '../testing/submissions.ts';
import { bundleExercise } from './prepare.ts';

const sandbox = new Sandbox(hosts);
afterAll(() => sandbox.close());

/** 64 MiB, of which 16 calls' fill the memory that there is. */
const LARGE = 'tf.fill([1024, 1024, 16], 1)';

it.each<[string, ResultShape, string]>([
  ['', 'out', `return ${LARGE};`],
  ['that are views', 'out', `return tf.tidy(() => ${LARGE}.reshape([1024, 16384]));`],
  [
    'that share it',
    { a: 'a', b: 'b', c: 'c' },
    `const a = ${LARGE};\n  return { a, b: a.reshape([-1]), c: a.clone() } as never;`,
  ],
])('results %s take no memory once their case is forgotten, however many there were', async (_, result, body) => {
  const bundle = await bundleExercise(submitted({ [SOFTMAX]: softmaxWith(body) }), SOFTMAX);
  if (!('code' in bundle)) throw new Error(bundle.message);
  const subject = new Subject(sandbox, { exports: { softmax: result }, bundle });
  for (let call = 0; call < 20; call++) {
    await subject.submission.softmax(ndarray([2], [1, 2]));
    await subject.forget();
  }
  const { leaked } = await subject.usage();
  expect(leaked).toEqual([]);
});

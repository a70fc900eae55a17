import { afterAll, expect, it } from 'vitest';
import { ndarray } from '../author/ndarray.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import { grade, hosts, SOFTMAX, softmaxWith, submitted } from '../testing/submissions.ts';
import { SESSION_LIMITS } from '../wire/limits.ts';
import { MORE_PRINTED } from '../wire/printed.ts';
import { bundleExercise } from './prepare.ts';

const sandbox = new Sandbox(hosts);
afterAll(() => sandbox.close());

it('a flood of what is printed ends at what is passed on, and begins anew with the next call', async () => {
  const flood = "console.log('begin');\n  for (let i = 0; i < 20_000; i++) console.log('x'.repeat(1000));";
  const bundle = await bundleExercise(submitted({ [SOFTMAX]: softmaxWith(`${flood}\n  return right(x);`) }), SOFTMAX);
  if (!('code' in bundle)) throw new Error(bundle.message);
  const subject = new Subject(sandbox, { exports: { softmax: 'weights' }, bundle });
  for (const calls of [1, 2]) {
    await subject.submission.softmax(ndarray([2], [1, 2]));
    expect(subject.takePrinted()).toMatch(/^begin\nxxx/);
    const { bytesIn } = await sandbox.usageTotals();
    expect(bytesIn).toBeGreaterThan(calls * SESSION_LIMITS.logBytes);
    expect(bytesIn).toBeLessThan(calls * 1.2 * SESSION_LIMITS.logBytes);
  }
});

it('a report says where more was printed than it keeps', async () => {
  const printing = (times: number) =>
    softmaxWith(`for (let i = 0; i < ${times}; i++) console.log('a line');\n  return right(x);`);
  const printedOf = async (times: number) =>
    (await grade({ [SOFTMAX]: printing(times) }, { seed: undefined })).exercises[0].printed;
  expect(await printedOf(2)).toMatch(/^a line\na line\n/);
  expect(await printedOf(2)).not.toContain(MORE_PRINTED);
  expect(await printedOf(10_000)).toSatisfy((text: string) => text.endsWith(`\n${MORE_PRINTED}`));
});

import { afterAll, expect, it } from 'vitest';
import { ndarray } from '../author/ndarray.ts';
import { bundleExercise } from '../grade/prepare.ts';
import { hosts, SOFTMAX, softmaxWith, submitted } from '../testing/submissions.ts';
import { Sandbox } from './sandbox.ts';
import { Subject } from './subject.ts';

const sandbox = new Sandbox(hosts);
afterAll(() => sandbox.close());

it('a sandbox’s usage totals go on where its process ended and another took its place', async () => {
  const source = softmaxWith('if (x.size > 9) for (;;) x.rank;\n  return right(x);');
  const bundle = await bundleExercise(submitted({ [SOFTMAX]: source }), SOFTMAX);
  if (!('code' in bundle)) throw new Error(bundle.message);
  const subject = new Subject(sandbox, { exports: { softmax: 'weights' }, bundle, timeout: 1 });
  const call = (size: number) => subject.submission.softmax(ndarray([size], new Array(size).fill(1)));

  await call(9);
  const first = await sandbox.usageTotals();
  await expect(call(10)).rejects.toThrow('no answer within 1 s');
  await call(9);
  await subject.forget();
  const second = await sandbox.usageTotals();

  // Inputs of 36 bytes, and outputs as large; the endless call has 40 more.
  expect(first.tensorBytes).toBeGreaterThan(2 * 36);
  expect(second.tensorBytes).toBe(2 * first.tensorBytes + 40);
  // Each process was sent the code.
  expect(first.bytesOut).toBeGreaterThan(bundle.code.length);
  expect(second.bytesOut).toBeGreaterThan(2 * first.bytesOut);
  expect(second.bytesIn).toBeGreaterThan(first.bytesIn);
  expect(second.fallbacks).toEqual({});

  await sandbox.close();
  expect(await sandbox.usageTotals()).toEqual({ bytesIn: 0, bytesOut: 0, tensorBytes: 0, fallbacks: {} });
}, 60_000);

it('one that is closed while it opens does not stay open', async () => {
  const closing = new Sandbox(hosts);
  const opened = closing.open();
  await closing.close();
  const { host, id } = await opened;
  expect(closing.current).toBeUndefined();
  await expect(host.request('usage', { session: id })).rejects.toThrow('no session');
});

it('one that is abandoned while it opens ends all that wait for it', async () => {
  const abandoned = new Sandbox(hosts);
  const waiting = [abandoned.open(), abandoned.open()].map((open) => open.catch((error) => error.name));
  await abandoned.abandon();
  expect(await Promise.all(waiting)).toEqual(['Aborted', 'Aborted']);
  expect(abandoned.current).toBeUndefined();
});

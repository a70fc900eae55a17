/** Calls of one sandbox that are under way together. */
import { afterAll, expect, it, vi } from 'vitest';
import { ndarray } from '../author/ndarray.ts';
import { bundleExercise } from '../grade/prepare.ts';
import { hosts, SOFTMAX, softmaxWith, submitted } from '../testing/submissions.ts';
import { Sandbox } from './sandbox.ts';
import { Subject } from './subject.ts';

const sandboxes: Sandbox[] = [];
afterAll(() => Promise.all(sandboxes.map((sandbox) => sandbox.close())));

async function subjectOf(before: string, timeout = 10): Promise<Subject> {
  const subject = await newSubject(before, timeout);
  await subject.ready();
  return subject;
}

/** Without a sandbox yet. */
async function newSubject(before: string, timeout = 10): Promise<Subject> {
  const bundle = await bundleExercise(submitted({ [SOFTMAX]: softmaxWith(before) }), SOFTMAX);
  if (!('code' in bundle)) throw new Error(bundle.message);
  const sandbox = new Sandbox(hosts);
  sandboxes.push(sandbox);
  return new Subject(sandbox, { exports: { softmax: 'weights' }, bundle, timeout });
}

const row = (size: number) => ndarray([size], new Array(size).fill(1));
const sizes = Array.from({ length: 12 }, (_, i) => i + 1);

/** The softmax of n equal scores, for each n, or what it ended in. */
const together = (subject: Subject) =>
  Promise.all(
    sizes.map(async (size) => {
      try {
        const value = await subject.read(await subject.submission.softmax(row(size)));
        return Math.round(1 / value.data[0]);
      } catch (error) {
        return (error as Error).message;
      }
    }),
  );

it('each gets its own answer, though they read values back while others wait', async () => {
  const subject = await subjectOf('if (x.size % 3 === 0) x.dataSync();\n  return right(x);');
  expect(await together(subject)).toEqual(sizes);
});

it('one that throws does no harm to the others', async () => {
  const subject = await subjectOf("if (x.size === 5) throw new Error('five');\n  return right(x);");
  const ends = await together(subject);
  expect(ends[4]).toContain('it threw Error: five');
  expect(ends.filter((_, i) => i !== 4)).toEqual(sizes.filter((size) => size !== 5));
});

it('results are read before a later call disposes of them', async () => {
  const keep = 'globalThis.before?.dispose();\n  globalThis.before = right(x);\n  return globalThis.before;';
  expect(await together(await subjectOf(keep.replaceAll('globalThis', '(globalThis as any)')))).toEqual(sizes);
});

it('one that never ends costs the others their answers, and the next call finds a new sandbox', async () => {
  const subject = await subjectOf('if (x.size === 3) for (;;) x.rank;\n  return right(x);', 1);
  const ends = await together(subject);
  expect(ends.slice(2).every((end) => String(end).includes('no answer within 1 s'))).toBe(true);
  expect((await subject.read(await subject.submission.softmax(row(4)))).data[0]).toBe(0.25);
}, 60_000);

it('a case that is ended while a call is under way leaves nobody waiting', async () => {
  const busy =
    'const end = performance.now() + 300;\n  while (performance.now() < end);\n  x.dataSync();\n  return right(x);';
  const subject = await subjectOf(busy, 3);
  const call = subject.submission.softmax(row(2));
  // It is in the sandbox by then, and reads its values back once its inputs are gone.
  await new Promise((resolve) => setTimeout(resolve, 100));
  await subject.forget();
  await expect(call).rejects.toThrow('a tensor is used that was disposed of before');
});

it('from a mark on only the calls that are made after it count, though none is waited for', async () => {
  const subject = await subjectOf('if (x.size === 5) x.dataSync();\n  return right(x);');
  const { softmax } = subject.submission;
  const costOf = async (calls: (number | 'mark')[]) => {
    const made = calls.map((call) => (call === 'mark' ? subject.counter.mark() : softmax(row(call))));
    await Promise.all(made);
    const { cost } = await subject.usage();
    await subject.forget();
    return cost;
  };
  const alone = await costOf([4]);
  expect(alone.kernels).toBeGreaterThan(1);
  // An input that is there already leaves the sooner.
  expect(await costOf([4, 5, 'mark', 4])).toEqual(alone);
  expect(await costOf(['mark', 4, 5, 'mark', 'mark', 4])).toEqual(alone);
  expect(await costOf([5, 'mark'])).toMatchObject({ kernels: 0, downloads: 0, peakBytes: 0 });
  expect(await costOf([4])).toEqual(alone);
});

it('those that find no sandbox open one together, and those that find no code loaded load it once', async () => {
  const subject = await newSubject('return right(x);');
  const host = await hosts.get();
  const asked = vi.spyOn(host, 'request');
  expect(await together(subject)).toEqual(sizes);
  subject.startAfresh();
  expect(await together(subject)).toEqual(sizes);
  const methods = asked.mock.calls.map(([method]) => method);
  asked.mockRestore();
  expect(methods.filter((method) => method === 'open')).toHaveLength(1);
  expect(methods.filter((method) => method === 'load')).toHaveLength(2);
});

it('a sandbox that ends between two of them costs no call its own inputs', async () => {
  const subject = await subjectOf('return right(x);');
  expect(await together(subject)).toEqual(sizes);
  const { host, id } = subject.sandbox.current as NonNullable<typeof subject.sandbox.current>;
  const calls = together(subject);
  await host.request('close', { session: id });
  for (const [i, end] of (await calls).entries()) {
    if (end !== sizes[i]) expect(end).toMatch(/ended|no session/);
  }
  await subject.forget();
  expect(await together(subject)).toEqual(sizes);
});

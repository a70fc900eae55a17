/** A subject whose host answers at once, on a clock of the test's own. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Sandbox } from './sandbox.ts';
import { Subject } from './subject.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Each call takes 9 s, of which the host says that 7 ms were the submission's. */
function subjectOfSlowCalls() {
  const asked: { timed?: boolean }[] = [];
  const host = {
    request: async (method: string, params: { timed?: boolean }) => {
      if (method === 'load') return { op: 'loaded', exports: ['f'] };
      asked.push(params);
      vi.advanceTimersByTime(9000);
      return { op: 'returned', result: 1, value: ['v', 1], promise: false, ...(params.timed && { ms: 7 }) };
    },
    tell: () => {},
  };
  const sandbox = { open: async () => ({ host, id: 1 }), current: { host, id: 1 } } as unknown as Sandbox;
  const options = { exports: { f: 'number' }, bundle: { code: '', map: '' } as never, timeout: 10 };
  return { subject: new Subject(sandbox, options), asked };
}

const calls = async (subject: Subject, count: number) => {
  for (let i = 0; i < count; i++) await subject.submission.f();
};

it('the calls of an exercise may take so long in all', async () => {
  const { subject } = subjectOfSlowCalls();
  await calls(subject, 14);
  await expect(calls(subject, 1)).rejects.toThrow('its calls took more than 120 s in all');
});

it('timed calls are none of those, since they are many; what they took is the host’s to say', async () => {
  const { subject, asked } = subjectOfSlowCalls();
  expect(await subject.timed(() => calls(subject, 100))).toEqual({ result: undefined, ms: 700 });
  expect(asked.every(({ timed }) => timed)).toBe(true);
  await calls(subject, 14);
  expect(asked.slice(100).some(({ timed }) => timed)).toBe(false);
});

it('of timed calls only those after the last mark are told, awaited or not', async () => {
  const { subject } = subjectOfSlowCalls();
  const body = async () => {
    await calls(subject, 3);
    const before = subject.submission.f();
    subject.counter.mark();
    await Promise.all([before, subject.submission.f(), subject.submission.f()]);
  };
  expect(await subject.timed(body)).toEqual({ result: undefined, ms: 14 });
});

it('a result in whose place there is another tensor by now is one that was disposed of', async () => {
  const host = {
    request: async (method: string) => {
      if (method === 'load') return { op: 'loaded', exports: ['f'] };
      if (method === 'read') return new Uint8Array(8);
      return { op: 'returned', result: 1, value: ['t', 7, [4], 'float32'], promise: false };
    },
  };
  const sandbox = { open: async () => ({ host, id: 1 }) } as unknown as Sandbox;
  const subject = new Subject(sandbox, { exports: { f: 'out' }, bundle: { code: '', map: '' } as never });
  const out = await subject.submission.f();
  await expect(subject.read(out)).rejects.toMatchObject({ failure: { code: 'disposed-result' } });
});

import { describe, expect, it } from 'vitest';
import { type Failure, SubmissionFault } from '../../subject/failure.ts';
import { HostFailed } from '../../subject/host.ts';
import type { Subject } from '../../subject/subject.ts';
import { concurrently } from './concurrently.ts';

/** What happens to a subject, in order. */
function subjectWithLog() {
  const log: string[] = [];
  const subject = { ready: async () => void log.push('ready'), forget: async () => void log.push('forget') };
  return { log, subject: subject as unknown as Subject };
}

const later = () => new Promise(setImmediate);
const fault = (code: Failure['code'], fatal = false) => new SubmissionFault({ code, message: code }, fatal);
const all = () => true;

describe('attempts side by side', () => {
  it('are under way together, on a sandbox that is ready, and end as one case', async () => {
    const { log, subject } = subjectWithLog();
    const attempt = (name: string) => async () => {
      log.push(`${name} begins`);
      await later();
      log.push(`${name} ends`);
      return name;
    };
    expect(await concurrently(subject, [attempt('a'), attempt('b')], all)).toEqual(['a', 'b']);
    expect(log).toEqual(['ready', 'a begins', 'b begins', 'a ends', 'b ends', 'forget']);
  });

  it('are all waited for before anything is forgotten, though one fails at once', async () => {
    const { log, subject } = subjectWithLog();
    const failing = async () => Promise.reject(fault('threw:Error'));
    const slow = async () => {
      await later();
      log.push('slow ends');
    };
    expect(await concurrently(subject, [failing, slow], all)).toBeNull();
    expect(log).toEqual(['ready', 'slow ends', 'forget']);
  });

  it.each([
    ['is wrong', async () => 'wrong'],
    ['throws', async () => Promise.reject(fault('threw:Error'))],
    ['ends the sandbox', async () => Promise.reject(fault('exited', true))],
    ['is over a limit, which several may reach together', async () => Promise.reject(fault('limit', true))],
  ])('say nothing where one %s', async (_, attempt: () => Promise<string>) => {
    const { subject } = subjectWithLog();
    expect(await concurrently(subject, [async () => 'right', attempt], (result) => result === 'right')).toBeNull();
  });

  it('need not hang a second time', async () => {
    const { subject } = subjectWithLog();
    const hangs = async () => Promise.reject(fault('timeout', true));
    await expect(concurrently(subject, [async () => 1, hangs, hangs], all)).rejects.toThrow('timeout');
    // What was wrong before it is told first.
    const wrong = async () => Promise.reject(fault('threw:Error'));
    expect(await concurrently(subject, [wrong, hangs], all)).toBeNull();
  });

  it('hand on what is nobody’s fault, wherever it comes', async () => {
    const { subject } = subjectWithLog();
    const broken = async () => Promise.reject(new HostFailed('killed'));
    const wrong = async () => Promise.reject(fault('threw:Error'));
    await expect(concurrently(subject, [wrong, broken], all)).rejects.toThrow('killed');
  });

  it('say nothing where they left something behind, for which they are asked before it is forgotten', async () => {
    const { log, subject } = subjectWithLog();
    const usage = async () => {
      log.push('usage');
      return { leaked: [[2, 3]] };
    };
    Object.assign(subject, { usage });
    const attempts = [async () => 1, async () => 2];
    expect(await concurrently(subject, attempts, all, ({ leaked }) => leaked.length === 0)).toBeNull();
    expect(log).toEqual(['ready', 'usage', 'forget']);
    expect(await concurrently(subject, attempts, all, ({ leaked }) => leaked.length === 1)).toEqual([1, 2]);
  });

  it('are no fewer than two', async () => {
    const { log, subject } = subjectWithLog();
    expect(await concurrently(subject, [async () => 1], all)).toBeNull();
    expect(log).toEqual([]);
  });
});

/** Submissions that hang, end themselves, or reach for what is not theirs; and hosts that fail under innocent ones. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { specOf } from '../course/course.ts';
import { MaterialsCache } from '../judge/materials.ts';
import type { ExerciseReport } from '../report/report.ts';
import { verdictOf } from '../report/report.ts';
import type { Host } from '../subject/host.ts';
import {
  ATTENTION,
  checksOf,
  course,
  failuresOf,
  grade,
  hosts,
  SOFTMAX,
  SOLUTIONS,
  softmaxWith,
} from '../testing/submissions.ts';

const checkCount = specOf(course, SOFTMAX).checks.length;

/** The softmax is the body's; the exercise after it is right, and must get its points. */
async function judged(source: string, timeout = 10): Promise<ExerciseReport> {
  const report = await grade({ [SOFTMAX]: source, [ATTENTION]: SOLUTIONS[ATTENTION] }, { timeout });
  const [first, next] = report.exercises;
  expect(next.score).toBe(next.maxScore);
  expect(first.score).toBe(0);
  expect(failuresOf(report)).toHaveLength(checkCount);
  expect(verdictOf(report)).toBe('not-all-passed');
  return first;
}

describe('a submission that', () => {
  it('never returns fails in so many words, is not waited for again and again, and the next exercise is judged', async () => {
    const { checks } = await judged(softmaxWith('for (;;);'), 1);
    expect(checks[0].message).toBe('it did not finish: no answer within 1 s (an endless loop?)');
    expect(checks.at(-1)?.message).toMatch(/^not tried, since/);
  });

  it('never finishes loading fails in so many words, too', async () => {
    const { checks } = await judged(softmaxWith('return right(x);', 'for (;;);'), 1);
    expect(checks[0].message).toContain('it did not finish: no answer within 1 s');
  });

  it('loops over kernels without end is stopped by the clock or by its limits', async () => {
    const { checks } = await judged(softmaxWith('for (;;) tf.add(x, 1).dispose();'), 1);
    expect(checks[0].message).toMatch(/it did not finish|it was stopped: more than/);
  });

  it('ends its process gets nothing, and the next exercise gets a new one', async () => {
    const { checks } = await judged(softmaxWith('process.exit(0);'));
    expect(checks[0].message).toMatch(/its process ended before it returned \(exit status 0\)/);
  });

  it('recurses without end is told so', async () => {
    const { checks } = await judged(softmaxWith('return softmax(x);'));
    expect(checks[0].message).toContain('it threw RangeError: Maximum call stack size exceeded');
    expect(checks[0].at).toMatch(/softmax\.ts:\d+$/);
  });

  it('wants more memory than there is, is told how much', async () => {
    const { checks } = await judged(softmaxWith('return tf.fill([20000, 20000], 1);'));
    for (const { message, at } of checks) {
      expect(message).toMatch(/1525\.9 MiB/);
      expect(at).toMatch(/softmax\.ts:\d+$/);
    }
  });

  it('fills the memory bit by bit is told so where it is full, and not stopped by the clock', async () => {
    const { checks } = await judged(softmaxWith('for (;;) tf.fill([1024, 1024, 64], 1);'));
    for (const { message, at } of checks) {
      expect(message).toMatch(/1024\.0 MiB/);
      expect(at).toMatch(/softmax\.ts:\d+$/);
    }
  });

  it('says nothing but what it likes on the pipe cannot end the host, nor reach a file', async () => {
    const wayOut = `const f = (0, eval)('typeof require + typeof process + typeof fetch + typeof WebSocket');`;
    const { checks } = await judged(softmaxWith('throw new Error(f + globalThis.constructor.name);', wayOut));
    expect(checks[0].message).toContain('undefinedundefinedundefinedundefined');
  });

  it('changes the ground that it stands on harms itself alone', async () => {
    const sabotage = `
      Array.prototype.map = () => { throw new Error('mine'); };
      Object.entries = () => [];
      JSON.stringify = () => '';`;
    const report = await grade({ [SOFTMAX]: softmaxWith('return right(x);', sabotage) }, { timeout: 2 });
    expect(report.score).toBeLessThan(report.maxScore);
    expect(verdictOf(report)).toBe('not-all-passed');
    const innocent = await grade({ [SOFTMAX]: SOLUTIONS[SOFTMAX] });
    expect(innocent.score).toBe(innocent.maxScore);
  });

  it.each([
    ['returns the answer’s shape with nothing in it', 'return tf.fill(x.shape, NaN);'],
    ['returns the input', 'return tf.clone(x);'],
    ['overwrites the error’s stack', `const e = new Error('x'); e.stack = 'at submission.js:0:0'; throw e;`],
    ['throws an object that cannot be read', 'throw new Proxy({}, { get() { throw 1; } });'],
    ['returns an object that cannot be read', 'return new Proxy({}, { ownKeys() { throw 1; } }) as never;'],
    [
      'returns a tensor of its own making',
      'return Object.assign(Object.create(tf.Tensor.prototype), { dataId: { handle: 1 }, shape: x.shape });',
    ],
    ['returns something with a "then"', 'return { then(f) { f(right(x)); } } as never;'],
  ])('%s gets nothing for its values, and an honest "fail"', async (_, body) => {
    const report = await grade({ [SOFTMAX]: softmaxWith(body) }, { timeout: 2 });
    expect(checksOf(report)[0].status).toBe('fail');
    expect(checksOf(report).some(({ status }) => status === 'not-judged')).toBe(false);
  });
});

describe('a host that is killed', () => {
  /** Kills the first so many hosts, each when the graded exercise is first called there. */
  async function gradeWhileKilled(times: number) {
    const cache = new MaterialsCache(course);
    const materials = await cache.materials(SOFTMAX);
    const run = materials.grader.run;
    const killed = new Set<Host>();
    materials.grader.run = async (...args) => {
      const host = await hosts.get();
      if (killed.size < times && !killed.has(host)) host.child.kill('SIGKILL');
      killed.add(host);
      return run(...args);
    };
    return grade({ [SOFTMAX]: SOLUTIONS[SOFTMAX] }, { cache });
  }

  it('once costs nothing: the check is run again on a new one', async () => {
    const report = await gradeWhileKilled(1);
    expect(report.score).toBe(report.maxScore);
  });

  it('twice in one check leaves that check unjudged, never failed, and the others are judged', async () => {
    const report = await gradeWhileKilled(2);
    const [first, ...others] = checksOf(report);
    expect(first).toMatchObject({
      status: 'not-judged',
      points: 0,
      message: expect.stringMatching(/^the host (ended|cannot be reached)/),
    });
    expect(others.every(({ status }) => status === 'pass')).toBe(true);
    expect(verdictOf(report)).toBe('not-judged');
  });
});

/** Under the host, by /proc: the sandbox and what stands between. */
function processesOf(host: Host): number[] {
  const below = (pid: number): number[] => {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    return children.flatMap((child) => [child, ...below(child)]);
  };
  return below(host.child.pid as number);
}

describe.skipIf(!existsSync('/proc/self/task'))('a sandbox that is killed from outside', () => {
  /** Kills it in so many runs of the softmax's first check, one after the other. */
  async function gradeWhileKilled(times: number) {
    const cache = new MaterialsCache(course);
    const materials = await cache.materials(SOFTMAX);
    const run = materials.grader.run;
    let killed = 0;
    // So that it is killed before it has answered.
    const slowly = 'const end = performance.now() + 30; while (performance.now() < end); return right(x);';
    materials.grader.run = async (f, ...rest) => {
      const host = await hosts.get();
      const [pid] = processesOf(host).slice(-1);
      const ran = run(f, ...rest);
      if (killed < times && pid !== undefined) {
        killed++;
        process.kill(pid, 'SIGKILL');
      }
      return ran;
    };
    return grade({ [SOFTMAX]: softmaxWith(slowly) }, { cache });
  }

  it('once costs nothing: the check is tried again', async () => {
    // The first ends the cases that are tried side by side, the second the same cases one by one.
    const report = await gradeWhileKilled(2);
    expect(failuresOf(report)).toEqual([]);
    expect(report.score).toBe(report.maxScore);
  });
});

it('a process that ends again and again as if it were killed from outside fails, and is told so', async () => {
  const report = await grade({ [SOFTMAX]: softmaxWith('process.exit(137);') });
  expect(checksOf(report)[0]).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('2 times in this check'),
  });
  expect(checksOf(report).every(({ status }) => status === 'fail')).toBe(true);
});

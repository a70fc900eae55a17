/** With clocks of the test's own: a submission, and the model solution twice, that take as long as they are told to. */
import { describe, expect, it } from 'vitest';
import type { Grader } from '../../author/grader.ts';
import { ndarray } from '../../author/ndarray.ts';
import type { CheckSpec } from '../../course/exercise.ts';
import { Meter } from '../../host/meter.ts';
import { SubmissionFault } from '../../subject/failure.ts';
import type { Subject } from '../../subject/subject.ts';
import type { TimeTrial } from '../time-trial.ts';
import { TIME_PLAN } from '../timing.ts';
import { checkTime } from './time.ts';

const CHECK: CheckSpec = { id: 'time/t', kind: 'time', title: 't', points: 1, case: { n: 1 }, budget: 2 };

const grader = {
  inputs: () => ({}),
  run: async (submission, { x }) => ({ y: await submission.f(x) }),
} as Pick<Grader, 'inputs' | 'run'> as Grader;

/** Answers its input, in so many ms, by the number of the run. */
function runner(ms: (run: number) => number, f = async (x: number) => x) {
  let run = 0;
  const seen: number[] = [];
  const subject = {
    submission: {
      f: async (x: number) => {
        if (x !== undefined) seen.push(x);
        return f(x);
      },
    },
    timed: async (body: () => Promise<unknown>) => ({ result: await body(), ms: ms(run++) }),
    usage: async () => ({ cost: { ...new Meter().read(), flops: 2e6, bytesRead: 8e6, bytesWritten: 0 } }),
    forget: async () => {},
  } as unknown as Subject;
  return { subject, seen };
}

async function judged(submission: Subject, solution = runner(() => 10).subject, again = runner(() => 10).subject) {
  let ended = 0;
  const trial: TimeTrial = {
    solution,
    again,
    plan: TIME_PLAN,
    roofline: { matMulGflops: 1, matMulSize: 1, copyGBs: 1, copyBytes: 1 },
    draw: (run) => ({
      name: `timed run ${run}`,
      params: {},
      inputs: { x: run } as never,
      expected: { y: { array: ndarray([], [run]), isNumber: true } },
      tolerances: { y: { abs: 0, because: 'exact' } },
      cotangents: {},
    }),
    end: async () => {
      ended++;
    },
  };
  const context = { check: CHECK, grader, subject: submission, seed: 's', cases: [], startTrial: async () => trial };
  const outcome = await checkTime(context).finally(() => expect(ended).toBe(1));
  return outcome;
}

describe('a submission', () => {
  it('at par with the solution passes, with its times, the noise, and its part of the roofline', async () => {
    const outcome = await judged(runner(() => 11).subject, undefined, runner((run) => (run % 2 ? 10 : 9)).subject);
    expect(outcome.failure).toBeNull();
    expect(outcome.undecided).toBeUndefined();
    // 8 MB at 1 GB/s take 8 ms at least.
    const timing = { ratio: 1.1, low: 1.1, high: 1.1, pairs: 24, budget: 2, noise: 10 / 9, ms: 11 };
    expect(outcome.timing).toEqual({ ...timing, fractionOfRoofline: 8 / 11 });
  });

  it('at twice the budget fails, and is told ratio, interval, budget and noise', async () => {
    const outcome = await judged(runner(() => 40).subject);
    expect(outcome.failure).toEqual({
      code: 'slow',
      message:
        'it takes 4 times as long as the model solution (between 4 and 4, in 24 pairs of runs), where 2 times are allowed; the solution against itself seems up to 1 times as slow',
    });
    expect(outcome.timing).toMatchObject({ ratio: 4, budget: 2 });
  });

  it('whose times straddle the budget is not judged, and what was measured is kept', async () => {
    const outcome = await judged(runner((run) => (run % 3 ? 15 : 30)).subject);
    expect(outcome.failure).toBeNull();
    expect(outcome.undecided).toMatch(
      /^it takes 1\.5 times .* \(between 1\.5 and 3, in 120 pairs of runs\), too near the 2 times .* nothing else to do$/,
    );
    expect(outcome.timing).toMatchObject({ pairs: 120 });
  });

  it('is not judged where not even the solution keeps the budget against itself', async () => {
    const { subject, seen } = runner(() => 10);
    const unsteady = runner((run) => (run % 2 ? 5 : 50)).subject;
    const outcome = await judged(subject, undefined, unsteady);
    expect(outcome.undecided).toMatch(/^the model solution takes between 0\.5 and 5 times as long as itself/);
    expect(outcome.timing).toBeUndefined();
    // It was only warmed up.
    expect(seen).toHaveLength(3);
  });

  it('meets other inputs in each run, and the solution the same ones', async () => {
    const [submission, solution] = [runner(() => 10), runner(() => 10)];
    await judged(submission.subject, solution.subject);
    expect(submission.seen).toHaveLength(27);
    expect(new Set(submission.seen).size).toBe(27);
    expect(solution.seen).toEqual(expect.arrayContaining(submission.seen));
  });

  it('that answers wrong in any timed run fails by that, however fast it is', async () => {
    for (const wrongAt of [1, 20]) {
      const wrong = runner(
        () => 1,
        async (x) => (x === wrongAt ? 0 : x),
      );
      await expect(judged(wrong.subject)).rejects.toMatchObject({
        failure: {
          message: `case "timed run ${wrongAt}": y: expected ${wrongAt}, got 0`,
        },
      });
    }
  });

  it('that throws or hangs fails by that', async () => {
    const fault = new SubmissionFault({ code: 'timeout', message: 'it did not finish' }, true);
    const hanging = runner(
      () => 1,
      async (x) => {
        if (x === 9) throw fault;
        return x;
      },
    );
    await expect(judged(hanging.subject)).rejects.toBe(fault);
  });
});

it('a solution that is wrong here is nobody’s failure', async () => {
  const wrong = runner(
    () => 10,
    async () => -1,
  );
  const fault = await judged(runner(() => 10).subject, wrong.subject).catch((error) => error);
  expect(fault).not.toBeInstanceOf(SubmissionFault);
  expect(fault.message).toMatch(
    /^the model solution fails when it is timed: case "timed run 1": y: expected 1, got -1/,
  );
});

/** Whose fault it is: verdicts from a subject that is not there, and does as the test says. */
import { describe, expect, it } from 'vitest';
import type { Grader } from '../author/grader.ts';
import type { CheckSpec } from '../course/exercise.ts';
import { Meter } from '../host/meter.ts';
import { failureOfDeath, SubmissionFault } from '../subject/failure.ts';
import { HostFailed } from '../subject/host.ts';
import type { Subject } from '../subject/subject.ts';
import type { Cases } from './hidden-cases.ts';
import { type Judgement, judge, observationOf } from './judge.ts';
import type { Materials } from './materials.ts';

const check = (kind: CheckSpec['kind'], more: Partial<CheckSpec> = {}): CheckSpec => ({
  id: `${kind}/a`,
  kind,
  title: 't',
  points: 1,
  case: {},
  ...more,
});
const KINDS = [
  check('values'),
  check('gradient'),
  check('property', { property: 'p' }),
  check('cost', { budget: { kernels: 9 } }),
  check('hygiene'),
];

const exampleCase = { name: 'c', params: {}, inputs: {}, expected: {}, tolerances: {}, cotangents: {} };

/** What comes of a check whose every call does this; `fault` is what the host says went wrong on its side. */
async function judged(spec: CheckSpec, run: () => Promise<object>, fault: string | null = null) {
  const [judgement] = await allJudged([spec], run, { kind: 'public' }, fault);
  return judgement;
}

const hidden = { kind: 'hidden', seed: 'x', of: async () => [exampleCase] } as unknown as Cases;

async function allJudged(
  checks: CheckSpec[],
  run: () => Promise<object>,
  cases: Cases,
  fault: string | null = null,
  exports: Materials['spec']['exports'] = {},
) {
  const subject = {
    submission: {},
    options: { exports: {} },
    ready: async () => {},
    usage: async () => ({
      cost: new Meter().read(),
      ran: [],
      leaked: [],
      leakedInAll: 0,
      leakedFrom: [],
      firstNaN: null,
      disposedOfCallers: 0,
    }),
    forget: async () => {},
    startAfresh: () => {},
    takeAltered: () => null,
    takeFault: async () => fault,
    takePrinted: () => '',
    read: async () => {
      throw new Error('nothing to read');
    },
    gradients: async (_: unknown, body: () => Promise<unknown>) => {
      await body();
      return [];
    },
  } as unknown as Subject;
  const grader = {
    inputs: () => ({}),
    run,
    expected: () => ({}),
    reduction: () => 1,
    properties: { p: { sizes: {}, holds: () => run().then(() => null) } },
  } as Grader;
  const shown = Object.fromEntries(checks.map(({ id }) => [id, [exampleCase]]));
  const fixture = { exercise: 'x', cases: shown, costs: {}, mistakes: {}, pairs: {}, pairsFrom: '' };
  const materials = { id: 'x', grader, fixture, spec: { checks, exports } } as unknown as Materials;
  return judge(subject, materials, cases);
}

const thrower = (error: Error) => async () => {
  throw error;
};
const threw = new SubmissionFault({ code: 'threw:Error', message: 'it threw Error: device lost' });
const died = new SubmissionFault({ code: 'exited', message: 'its process ended' }, true);

describe.each(KINDS)('a $kind check', (spec) => {
  it('passes where nothing is wrong', async () => {
    expect(await judged(spec, async () => ({}))).toMatchObject({ status: 'pass', failure: null });
  });

  it('fails where the submission throws, and where its process ends', async () => {
    expect(await judged(spec, thrower(threw))).toMatchObject({ status: 'fail', failure: { code: 'threw:Error' } });
    expect(await judged(spec, thrower(died))).toMatchObject({ status: 'fail', failure: { code: 'exited' } });
  });

  it('is not judged where the submission only threw because the host could not run its kernel', async () => {
    const judgement = await judged(spec, thrower(threw), 'kernel Add: device lost');
    expect(judgement).toMatchObject({ status: 'not-judged', reason: 'kernel Add: device lost', failure: null });
  });

  it('is tried again where the host failed, and not judged where it fails again', async () => {
    let left = 1;
    const once = async () => {
      if (left-- > 0) throw new HostFailed('killed');
      return {};
    };
    expect(await judged(spec, once)).toMatchObject({ status: 'pass' });
    expect(await judged(spec, thrower(new HostFailed('killed')))).toMatchObject({
      status: 'not-judged',
      reason: 'killed',
    });
  });

  it('is not judged where the grader itself is broken', async () => {
    expect(await judged(spec, thrower(new TypeError('no such axis')))).toMatchObject({
      status: 'not-judged',
      reason: 'no such axis',
    });
  });
});

describe.each(KINDS)('a $kind check whose sandbox is killed from outside', (spec) => {
  const killed = new SubmissionFault(failureOfDeath({ reason: 'exited', detail: 'x', signal: 'SIGKILL' }), true);
  const killing = (times: number) => {
    let left = times;
    return async () => {
      if (left-- > 0) throw killed;
      return {};
    };
  };

  it('is tried again, and passes', async () => {
    expect(await judged(spec, killing(1))).toMatchObject({ status: 'pass' });
  });

  it('fails where that happens again', async () => {
    const judgement = await judged(spec, killing(Infinity));
    expect(judgement).toMatchObject({ status: 'fail', failure: { code: 'exited' } });
    expect(judgement.failure?.message).toContain('2 times in this check');
  });
});

it('what a process does to itself is its own at once', () => {
  for (const signal of [undefined, 'SIGABRT', 'SIGSEGV', 'SIGTRAP', 'SIGXCPU'])
    expect(failureOfDeath({ reason: 'exited', detail: 'x', signal }).code).toBe('exited');
  for (const signal of ['SIGKILL', 'SIGTERM'])
    expect(failureOfDeath({ reason: 'exited', detail: 'x', signal }).code).toBe('killed');
});

it('a grader’s code that is thrown off by a result of a structure that nobody declared is the submission’s fail', async () => {
  const stumble = thrower(new TypeError('x.map is not a function'));
  const judgedWith = async (exports: Materials['spec']['exports']) =>
    (await allJudged([check('property', { property: 'p' })], stumble, { kind: 'public' }, null, exports))[0];
  expect(await judgedWith({ f: { plan: 'data' } })).toMatchObject({ status: 'fail', failure: { code: 'wrong-kind' } });
  expect(await judgedWith({ f: ['tensor'] })).toMatchObject({ status: 'fail' });
  expect(await judgedWith({ f: { out_BHTV: 'tensor', n: 'number' } })).toMatchObject({ status: 'not-judged' });
});

it('a check whose hidden cases cannot be drawn is not judged, and the next one is', async () => {
  const of = async ({ id }: CheckSpec) => {
    if (id === 'values/a') throw new Error('Argmax, values/a, case "c": isSettled holds for none of 50 draws');
    return [exampleCase];
  };
  const cases = { kind: 'hidden', seed: 'x', of } as unknown as Cases;
  const [first, second] = await allJudged([check('values'), check('stability')], async () => ({}), cases);
  expect(first).toMatchObject({ status: 'not-judged', failure: null, reason: expect.stringContaining('case "c"') });
  expect(second).toMatchObject({ status: 'pass' });
});

describe('a call that takes too long', () => {
  const hung = new SubmissionFault({ code: 'timeout', message: 'no answer within 10 s' }, true);
  const three = ['a', 'b', 'c'].map((id) => check('values', { id, cases: [] }));
  /** Calls take too long where the list says so, and return at once after its end. */
  const calls = (slow: boolean[]) => {
    let count = 0;
    const run = async () => {
      if (slow[count++]) throw hung;
      return {};
    };
    return { run, made: () => count };
  };
  const codes = (judgements: Judgement[]) => judgements.map(({ failure }) => failure?.code ?? 'pass');

  it('costs nothing where it does not when it is tried again', async () => {
    const { run, made } = calls([true]);
    expect(codes(await allJudged(three, run, hidden))).toEqual(['pass', 'pass', 'pass']);
    expect(made()).toBe(4);
  });

  it('is tried again when the other checks are done, and then believed', async () => {
    const { run, made } = calls([true, false, false, true]);
    expect(codes(await allJudged(three, run, hidden))).toEqual(['timeout', 'pass', 'pass']);
    expect(made()).toBe(4);
  });

  it('is believed at once where it comes in a second check too', async () => {
    const { run, made } = calls([true, true, true]);
    expect(codes(await allJudged(three, run, hidden))).toEqual(['timeout', 'timeout', 'not-tried']);
    expect(made()).toBe(2);
  });

  it('is shown to a learner, who waits for it, at once', async () => {
    const { run, made } = calls([true]);
    expect(codes(await allJudged(three, run, { kind: 'public' }))).toEqual(['timeout', 'pass', 'pass']);
    expect(made()).toBe(3);
  });
});

it('a property that the grader lacks is the grader’s fault', async () => {
  const judgement = await judged(check('property', { property: 'other' }), async () => ({}));
  expect(judgement).toMatchObject({ status: 'not-judged', reason: 'property/a: the grader has no property other' });
});

it('what is observed for a diagnosis is the codes of failures, and what their cases look like', () => {
  const failed = { check: check('values'), status: 'fail' as const, failure: { code: 'off', message: '' } };
  const passed = { check: check('cost'), status: 'pass' as const, failure: null };
  expect(observationOf([{ ...failed, outcome: { failure: null, signs: { first: ['out', 1] } } }, passed])).toEqual({
    codes: { 'values/a': 'off' },
    signs: { 'values/a': { first: ['out', 1] } },
  });
});

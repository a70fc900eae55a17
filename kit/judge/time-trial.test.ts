/** Time checks on the real host, whose wasm is taken for a GPU's. What is told apart here differs a hundredfold. */
import { afterAll, describe, expect, it } from 'vitest';
import type { CheckSpec } from '../course/exercise.ts';
import { bundleExercise } from '../grade/prepare.ts';
import { verdictOf } from '../report/report.ts';
import { isBundleError } from '../subject/bundle.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import { AnyDevice } from '../testing/any-device.ts';
import {
  cache,
  checkOf,
  grade,
  hosts,
  SEED,
  SOFTMAX,
  SOLUTIONS,
  softmaxWith,
  submitted,
} from '../testing/submissions.ts';
import { type Cases, HiddenCases } from './hidden-cases.ts';
import { judge } from './judge.ts';
import { MaterialsCache } from './materials.ts';

const CHECK: CheckSpec = {
  id: 'time/t',
  kind: 'time',
  title: 't',
  points: 1,
  case: { shape: [8, 16] },
  budget: 10,
};

const gpu = new AnyDevice({ backend: 'wasm' });
afterAll(() => gpu.stop());

async function timed(source: string, { on = gpu, cases }: { on?: typeof hosts; cases?: Cases } = {}) {
  const materials = await cache.materials(SOFTMAX);
  const bundled = await bundleExercise(submitted({ [SOFTMAX]: source }), SOFTMAX);
  if (isBundleError(bundled)) throw new Error(bundled.message);
  const sandbox = new Sandbox(on);
  const subject = new Subject(sandbox, { exports: materials.spec.exports, bundle: bundled, timeout: 5 });
  const hidden = new HiddenCases(SEED, materials, await cache.oracle(SOFTMAX), await cache.solution(SOFTMAX));
  const [judgement] = await judge(subject, materials, cases ?? hidden, [CHECK]);
  await sandbox.close();
  return judgement;
}

describe('a time check', () => {
  it('is passed by the model solution itself, and says how fast it was', async () => {
    const { status, outcome } = await timed(SOLUTIONS[SOFTMAX]);
    expect(status).toBe('pass');
    expect(outcome?.timing).toMatchObject({ budget: 10, pairs: expect.any(Number), ms: expect.any(Number) });
    expect(outcome?.timing?.fractionOfRoofline).toBeGreaterThan(0);
  }, 60_000);

  it('is failed by what does the work many times over', async () => {
    const slow = softmaxWith('for (let i = 0; i < 400; i++) right(x).dispose();\n  return right(x);');
    const { status, failure, outcome } = await timed(slow);
    expect(failure?.message).toMatch(/^it takes \S+ times as long as the model solution .* where 10 times are allowed/);
    expect({ status, code: failure?.code }).toEqual({ status: 'fail', code: 'slow' });
    expect(outcome?.timing?.low).toBeGreaterThan(10);
  }, 120_000);

  it('is failed by an answer that is remembered, and wrong for the inputs of another run', async () => {
    const remembers = softmaxWith(
      'kept ??= tf.keep(right(x));\n  return kept.shape.join() === x.shape.join() ? tf.clone(kept) : right(x);',
      'let kept: tf.Tensor | undefined;',
    );
    const { status, failure } = await timed(remembers);
    expect(status).toBe('fail');
    expect(failure?.message).toMatch(/^case "timed run \d+": weights\[.*: expected .*, got /);
  }, 60_000);

  it('is failed by what never ends, once it is stopped', async () => {
    const { status, failure } = await timed(softmaxWith('for (;;) x.rank;'));
    expect({ status, code: failure?.code }).toEqual({ status: 'fail', code: 'timeout' });
  }, 60_000);
});

describe('where times cannot be taken', () => {
  const aside = (reason: string) => ({ status: 'not-judged', setAside: true, reason, failure: null });

  it('a check is set aside, with the reason', async () => {
    const right = SOLUTIONS[SOFTMAX];
    expect(await timed(right, { on: hosts })).toMatchObject(aside('not judged: no GPU'));
    const cases = new HiddenCases(SEED, await cache.materials(SOFTMAX), await cache.oracle(SOFTMAX));
    expect(await timed(right, { cases })).toMatchObject(aside('not judged: no model solution here'));
    expect(await timed(right, { cases: { kind: 'public' } })).toMatchObject(aside('not judged: timed in grading only'));
  });

  it('the grade is final, and the points of a check that is set aside are not among those that can be had', async () => {
    const materials = await cache.materials(SOFTMAX);
    const spec = { ...materials.spec, checks: [...materials.spec.checks, { ...CHECK, points: 3 }] };
    const timedShelf = new (class extends MaterialsCache {
      override materials = async () => ({ ...materials, spec });
    })(cache.course);
    const due = materials.spec.checks.reduce((sum, { points }) => sum + points, 0);
    for (const [source, score] of [
      [SOLUTIONS[SOFTMAX], due],
      ['export const broken = ;', 0],
    ] as const) {
      const report = await grade({ [SOFTMAX]: source }, { cache: timedShelf });
      expect(report).toMatchObject({ score, maxScore: due });
      expect(verdictOf(report)).toBe(score === due ? 'all-passed' : 'not-all-passed');
      expect(checkOf(report, 'time/t')).toMatchObject({
        status: 'not-judged',
        points: 0,
        maxPoints: 0,
        message: 'not judged: no GPU',
        setAside: 'not judged: no GPU',
      });
      expect(report.machine).toBeUndefined();
    }
  });
});

describe('a report', () => {
  it('of hidden cases tells of the GPU, and of kernels that ran on the cpu in its place', async () => {
    const withFft = softmaxWith(
      'tf.real(tf.spectral.fft(tf.complex(tf.zeros([4]), tf.zeros([4]))));\n  return right(x);',
    );
    const report = await grade({ [SOFTMAX]: withFft }, { hosts: gpu });
    expect(report.machine).toMatchObject({ driver: '1.2.3', roofline: { matMulGflops: 1000 } });
    expect(report.fallbacks).toMatchObject({ FFT: expect.any(Number) });
    const shown = await grade({ [SOFTMAX]: SOLUTIONS[SOFTMAX] }, { hosts: gpu, seed: undefined });
    expect(shown).not.toHaveProperty('machine');
    expect(shown).not.toHaveProperty('fallbacks');
  });
});

/**
 * The baseline for `kit grade-all`: a submission in a vitest run of its own, a test file an exercise, each in one process
 * held to the same checks on hidden cases. Gradient checks are left out, so it does less than what it is compared with.
 */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, expect, it } from 'vitest';
import { findCourse, PACKAGE_ROOT, specOf } from '../kit/course/course.ts';
import { HiddenCases } from '../kit/judge/hidden-cases.ts';
import { judge } from '../kit/judge/judge.ts';
import { MaterialsCache } from '../kit/judge/materials.ts';
import { comparable, localSubject } from './local-subject.ts';

type Functions = Record<string, (...args: unknown[]) => unknown>;

export async function judgeNaively(id: string, functions: Functions): Promise<void> {
  const course = await findCourse(PACKAGE_ROOT);
  const cache = new MaterialsCache(course);
  const spec = specOf(course, id);
  beforeAll(() => tf.setBackend('wasm'));
  it.each(comparable(spec))('$title', async (check) => {
    const materials = await cache.materials(id);
    const cases = new HiddenCases('naive', materials, await cache.oracle(id));
    const subject = localSubject(functions, spec.exports);
    const [judgement] = await judge(subject, materials, cases, [check]);
    expect(judgement).toMatchObject({ status: 'pass' });
  });
}

/**
 * The baseline for `kit grade-all`: one submission in a vitest run of its own, in one process, held to the same checks
 * on hidden cases of its own. Gradient checks are left out, so it does less than what it is compared with.
 */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { HiddenCases, judge } from '../kit/grade/judge.ts';
import { MaterialsShelf } from '../kit/grade/materials.ts';
import { findCourse, specOf } from '../kit/spec/course.ts';
import { comparable, localSubject } from './local-subject.ts';

const { KIT_BENCH_SUBMISSION: folder = '', KIT_BENCH_EXERCISES: chosen = '' } = process.env;
const course = findCourse();
const shelf = new MaterialsShelf(course);

beforeAll(() => tf.setBackend('wasm'));

describe.each(chosen.split(','))('%s', (id) => {
  const spec = specOf(course, id);
  it.each(comparable(spec))('$title', async (check) => {
    const functions = await import(/* @vite-ignore */ join(folder, 'exercises', `${id}.ts`));
    const cases = new HiddenCases('naive', await shelf.oracle(id));
    const subject = localSubject(functions, spec.exports);
    const [judgement] = await judge(subject, await shelf.materials(id), cases, [check]);
    expect(judgement).toMatchObject({ status: 'pass' });
  });
});

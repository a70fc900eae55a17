/**
 * `kit run --debug`: the learner's functions, called on the public cases in this very process, without a sandbox and
 * with TensorFlow.js as the repository has it, so that a debugger's breakpoints in the learner's file stop it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import type * as Tf from '@tensorflow/tfjs';
import type { Plugin } from 'esbuild';
import { NOT_COUNTED, type Submission } from '../author/grader.ts';
import { isNdArray, type NdArray, ndarray } from '../author/ndarray.ts';
import { isPlain } from '../author/plain.ts';
import { type Course, pathsOf } from '../course/course.ts';
import { type Given, givenAt, givenTo } from '../course/given.ts';
import { moduleText } from '../course/modules.ts';
import type { PreparedCase } from '../judge/cases.ts';
import { compare } from '../judge/compare.ts';
import { comparePlain } from '../judge/compare-plain.ts';
import type { Materials } from '../judge/materials.ts';
import { flattened, isPlainValue, type Value } from '../judge/outputs.ts';

export interface DebugResult {
  check: string;
  name: string;
  /** What it threw, if it did. */
  error?: Error;
  outputs: { name: string; got: Value | null; due: Value; isRight: boolean }[];
}

type Functions = Record<string, (...args: unknown[]) => unknown>;

/** Case by case, as they come. Checks of properties, gradients, costs and arguments are left to the judge. */
export async function* runInProcess(course: Course, materials: Materials): AsyncGenerator<DebugResult> {
  const { root } = course;
  const { id, spec } = materials;
  const require = createRequire(join(root, 'package.json'));
  const tf = require('@tensorflow/tfjs') as typeof Tf;
  // Its advice to install something faster is no help here.
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  const functions = await load(root, pathsOf(course, id).stub, givenTo(course, id, spec), require);
  for (const check of materials.spec.checks) {
    if (check.kind !== 'values' && check.kind !== 'stability') continue;
    for (const prepared of materials.fixture.cases[check.id] ?? []) {
      yield await runCase(tf, functions, materials, check.id, prepared);
    }
  }
}

/** Bundled with a source map that names the learner's files, which is what breakpoints go by. */
async function load(root: string, file: string, given: Given, require: NodeJS.Require): Promise<Functions> {
  const outfile = join(root, '.kit/debug.cjs');
  const text = await moduleText(root, file, {
    outfile,
    charset: 'utf8',
    keepNames: true,
    tsconfigRaw: '{}',
    plugins: [lending(given, join(root, 'exercises'))],
  });
  const module = { exports: {} as Functions };
  compileFunction(text, ['module', 'exports', 'require'], { filename: outfile })(module, module.exports, require);
  return module.exports;
}

/** Files that are given are the kit's, as in the judge; a copy that says the same is the learner's, whose breakpoints hold there. */
function lending(given: Given, within: string): Plugin {
  const isSame = (copy: string, file: string) => existsSync(copy) && readFileSync(copy).equals(readFileSync(file));
  return {
    name: 'given-files',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const name = givenAt(resolve(resolveDir, path), within, given);
        if (name === undefined) return undefined;
        const copy = join(within, name);
        return { path: isSame(copy, given[name]) ? copy : given[name] };
      });
    },
  };
}

async function runCase(
  tf: typeof Tf,
  functions: Functions,
  { grader, spec }: Materials,
  check: string,
  prepared: PreparedCase,
): Promise<DebugResult> {
  const { name, inputs, params, expected, tolerances } = prepared;
  const result: DebugResult = { check, name, outputs: [] };
  const submission: Submission = Object.fromEntries(
    Object.keys(spec.exports).map((fn) => [
      fn,
      async (...args: unknown[]) => {
        if (typeof functions[fn] !== 'function') throw new Error(`the file exports no function ${fn}`);
        return functions[fn](...args.map((arg) => toTensors(tf, arg)));
      },
    ]),
  );
  try {
    const computed = flattened(
      await grader.run(submission, inputs, params, NOT_COUNTED),
      (value) => value instanceof tf.Tensor,
    );
    for (const [output, { array, plain }] of Object.entries(expected)) {
      const got = computedOf(tf, computed[output], plain !== undefined);
      const due: Value = plain === undefined ? array : { plain };
      const isRight = got !== null && isSame(got, due, tolerances[output].abs);
      result.outputs.push({ name: output, got, due, isRight });
    }
  } catch (error) {
    result.error = error instanceof Error ? error : new Error(String(error));
  }
  return result;
}

/** Arrays as tensors, in objects and lists too; what the learner's own functions returned stays as it is. */
function toTensors(tf: typeof Tf, value: unknown): unknown {
  if (isNdArray(value)) return tf.tensor(Array.from(value.data), [...value.shape], value.dtype);
  if (value instanceof tf.Tensor || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => toTensors(tf, item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toTensors(tf, item)]));
}

/** A tensor's values, a number as a scalar where a tensor or a number is expected, or a plain value as it is. */
function computedOf(tf: typeof Tf, value: unknown, isPlainExpected: boolean): Value | null {
  if (value instanceof tf.Tensor) return ndarray(value.shape, value.dataSync(), value.dtype as NdArray['dtype']);
  if (isPlainExpected || typeof value !== 'number') return isPlain(value) ? { plain: value } : null;
  return ndarray([], [value]);
}

function isSame(got: Value, due: Value, tolerance: number): boolean {
  if (isPlainValue(due)) return isPlainValue(got) && comparePlain(got.plain, due.plain, tolerance) === null;
  return !isPlainValue(got) && compare(got, due, { tolerance }) === null;
}

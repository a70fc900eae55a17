/**
 * `kit run --debug`: the learner's functions, called on the public cases in this very process, without a sandbox and
 * with TensorFlow.js as the repository has it, so that a debugger's breakpoints in the learner's file stop it.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import type * as Tf from '@tensorflow/tfjs';
import { build } from 'esbuild';
import type { Outputs, Submission } from '../author/grader.ts';
import { isNdArray, type NdArray, ndarray } from '../author/ndarray.ts';
import { InputError } from '../course/input-error.ts';
import type { PreparedCase } from '../judge/cases.ts';
import { compare } from '../judge/compare.ts';
import type { Materials } from '../judge/materials.ts';

export interface DebugResult {
  check: string;
  name: string;
  /** What it threw, if it did. */
  error?: Error;
  outputs: { name: string; got: NdArray | null; due: NdArray; isRight: boolean }[];
}

type Functions = Record<string, (...args: unknown[]) => unknown>;

/** Case by case, as they come. Checks of properties, gradients, costs and arguments are left to the judge. */
export async function* runInProcess(root: string, file: string, materials: Materials): AsyncGenerator<DebugResult> {
  const require = createRequire(join(root, 'package.json'));
  const tf = require('@tensorflow/tfjs') as typeof Tf;
  // Its advice to install something faster is no help here.
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  const functions = await load(root, file, require);
  for (const check of materials.spec.checks) {
    if (check.kind !== 'values' && check.kind !== 'stability') continue;
    for (const prepared of materials.fixture.cases[check.id] ?? []) {
      yield await runCase(tf, functions, materials, check.id, prepared);
    }
  }
}

/** Bundled with a source map that names the learner's files, which is what breakpoints go by. */
async function load(root: string, file: string, require: NodeJS.Require): Promise<Functions> {
  const outfile = join(root, '.kit/debug.cjs');
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    outfile,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    packages: 'external',
    sourcemap: 'inline',
    keepNames: true,
    logLevel: 'silent',
    absWorkingDir: root,
    tsconfigRaw: '{}',
  }).catch((error: Error) => {
    throw new InputError(`${file} cannot be loaded: ${error.message.split('\n').slice(1, 3).join(' ')}`);
  });
  const module = { exports: {} as Functions };
  compileFunction(outputFiles[0].text, ['module', 'exports', 'require'], { filename: outfile })(
    module,
    module.exports,
    require,
  );
  return module.exports;
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
    const got = flatten(tf, await grader.run(submission, inputs, params));
    for (const [output, { array: due }] of Object.entries(expected)) {
      const value = got[output] ?? null;
      const tolerance = tolerances[output].abs;
      const isRight = value !== null && compare(value, due, { tolerance }) === null;
      result.outputs.push({ name: output, got: value, due, isRight });
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

function flatten(tf: typeof Tf, outputs: Outputs, prefix = ''): Record<string, NdArray> {
  return Object.assign(
    {},
    ...Object.entries(outputs).map(([name, value]) => {
      if (typeof value === 'number') return { [prefix + name]: ndarray([], [value]) };
      if (value instanceof tf.Tensor)
        return { [prefix + name]: ndarray(value.shape, value.dataSync(), value.dtype as NdArray['dtype']) };
      return typeof value === 'object' && value !== null ? flatten(tf, value as Outputs, `${prefix}${name}.`) : {};
    }),
  );
}

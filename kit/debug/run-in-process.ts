/**
 * `kit run --debug`: the learner's functions, called on the public cases in this very process, without a sandbox and
 * with TensorFlow.js as the repository has it, so that a debugger's breakpoints in the learner's file stop it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import type * as Tf from '@tensorflow/tfjs';
import type { BuildOptions, Plugin } from 'esbuild';
import { NOT_COUNTED, type Submission } from '../author/grader.ts';
import { isNdArray, type NdArray, ndarray } from '../author/ndarray.ts';
import { isPlain } from '../author/plain.ts';
import { type Course, pathsOf } from '../course/course.ts';
import { type Given, givenAt, givenTo } from '../course/given.ts';
import { InputError } from '../course/input-error.ts';
import { moduleText } from '../course/modules.ts';
import type { PreparedCase } from '../judge/cases.ts';
import { compare } from '../judge/compare.ts';
import { comparePlain } from '../judge/compare-plain.ts';
import type { Materials } from '../judge/materials.ts';
import { flattened, isPlainValue, type Value } from '../judge/outputs.ts';
import { findFile } from '../subject/find-file.ts';
import { TENSORFLOW } from '../subject/import-policy.ts';
import { loaderOf, textOf } from '../subject/source-text.ts';
import { asyncScript, moduleBuild, waitsAtTopLevel } from '../subject/top-level-await.ts';
import { MARKED_GLOBALS, unavailableIn } from '../subject/unavailable.ts';
import { unknownKernel } from '../wire/kernel.ts';
import { REFUSED_KERNELS } from '../wire/kernels/refused.ts';
import { requiring, tensorflowOf } from '../wire/tensorflow.ts';

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
  const tf = createRequire(join(root, 'package.json'))('@tensorflow/tfjs') as typeof Tf;
  // Its advice to install something faster is no help here.
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  refuseKernels(tf);
  const functions = await load(root, pathsOf(course, id).stub, givenTo(course, id, spec), requiring(tensorflowOf(tf)));
  for (const check of materials.spec.checks) {
    if (check.kind !== 'values' && check.kind !== 'stability') continue;
    for (const prepared of materials.fixture.cases[check.id] ?? []) {
      yield await runCase(tf, functions, materials, check.id, prepared);
    }
  }
}

/** Those that the judge refuses: what runs here shall run there. */
function refuseKernels(tf: typeof Tf): void {
  const present = new Set(tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName));
  for (const kernelName of REFUSED_KERNELS.filter((name) => present.has(name))) {
    const kernelFunc = () => {
      throw unknownKernel(kernelName);
    };
    tf.unregisterKernel(kernelName, 'cpu');
    tf.registerKernel({ kernelName, backendName: 'cpu', kernelFunc });
  }
}

/** Bundled with a source map that names the learner's files, which is what breakpoints go by. */
async function load(
  root: string,
  file: string,
  given: Given,
  require: ReturnType<typeof requiring>,
): Promise<Functions> {
  const outfile = join(root, '.kit/debug.cjs');
  const options = {
    outfile,
    charset: 'utf8',
    keepNames: true,
    tsconfigRaw: '{}',
    define: MARKED_GLOBALS,
    plugins: [lending(given, join(root, 'exercises'))],
  } satisfies BuildOptions;
  const text = await moduleText(root, file, options).catch(async (error) => {
    if (!waitsAtTopLevel(error.cause)) throw error;
    return asyncScript(await moduleText(root, file, moduleBuild(options, TENSORFLOW)));
  });
  const use = unavailableIn({ code: text, map: inlineMap(text) });
  if (use) throw new InputError(`${relative(root, resolve(dirname(outfile), use.file))}:${use.line}: ${use.message}`);
  const module = { exports: {} as Functions };
  await compileFunction(text, ['module', 'exports', 'require'], { filename: outfile })(module, module.exports, require);
  return module.exports;
}

const inlineMap = (text: string) => Buffer.from(text.slice(text.lastIndexOf('base64,') + 7), 'base64').toString();

/** Files that are given are the kit's, as in the judge; a copy that says the same is the learner's, whose breakpoints hold there. */
function lending(given: Given, within: string): Plugin {
  const isSame = (copy: string, file: string) => existsSync(copy) && readFileSync(copy).equals(readFileSync(file));
  return {
    name: 'given-files',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const wanted = resolve(resolveDir, path);
        const name = givenAt(wanted, within, given);
        if (name === undefined) return { path: findFile(wanted, within) };
        const copy = join(within, name);
        return { path: isSame(copy, given[name]) ? copy : given[name] };
      });
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, ({ path }) => {
        try {
          return { contents: textOf(path), loader: loaderOf(path) };
        } catch (error) {
          return { errors: [{ text: (error as Error).message }] };
        }
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

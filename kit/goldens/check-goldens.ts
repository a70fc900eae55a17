/** Holds the oracles against golden files. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Oracle } from '../author/grader.ts';
import { type DType, type NdArray, ndarray } from '../author/ndarray.ts';
import { type Course, pathsOf } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { loadModule, loadOracle } from '../course/modules.ts';
import { compare } from '../judge/compare.ts';
import type { Golden, GoldenAdapter } from './golden.ts';

/** Both sides compute in double; what is left is the order of summation. Relative to the largest value of an output. */
const TOLERANCE = 1e-9;

export interface GoldenResult {
  file: string;
  mechanism: string;
  status: 'matched' | 'mismatched' | 'no-adapter';
  /** The exercise whose oracle was held against it. */
  exercise?: string;
  /** Outputs that were compared. */
  outputs?: string[];
  /** Largest error, relative to the largest value. */
  error?: number;
  /** Where it is mismatched, or why an adapter that covers it could not compute it. */
  message?: string;
}

interface Loaded {
  exercise: string;
  oracle: Oracle;
  adapters: GoldenAdapter[];
}

export async function checkGoldens(course: Course, folder: string): Promise<GoldenResult[]> {
  const loaded: Loaded[] = [];
  for (const exercise of course.exercises) {
    if (!existsSync(pathsOf(course, exercise).goldens)) continue;
    loaded.push({
      exercise,
      oracle: await loadOracle(course, exercise),
      adapters: await loadGoldenAdapters(course, exercise),
    });
  }
  return jsonFiles(folder).flatMap((file) => {
    const golden = readGolden(file);
    return golden ? [checkGolden(golden, relative(folder, file), loaded)] : [];
  });
}

function checkGolden(golden: Golden, file: string, loaded: Loaded[]): GoldenResult {
  const { mechanism } = golden;
  const covering = loaded.flatMap(({ exercise, oracle, adapters }) =>
    adapters.filter((adapter) => covers(adapter, golden)).map((adapter) => ({ exercise, oracle, adapter })),
  );
  if (covering.length === 0) return { file, mechanism, status: 'no-adapter' };
  const results = covering.map(({ exercise, oracle, adapter }) => ({
    file,
    mechanism,
    exercise,
    ...held(adapter, oracle, golden),
  }));
  return (
    results.find(({ status }) => status === 'mismatched') ??
    results.find(({ status }) => status === 'matched') ??
    results[0]
  );
}

function covers(adapter: GoldenAdapter, golden: Golden): boolean {
  const has =
    adapter.mechanism === golden.mechanism && adapter.inputs.every((name) => Object.hasOwn(golden.inputs, name));
  try {
    return has && (adapter.covers?.(golden) ?? true);
  } catch {
    // Inputs whose shapes say that the file means something else.
    return false;
  }
}

function held(adapter: GoldenAdapter, oracle: Oracle, golden: Golden): Omit<GoldenResult, 'file' | 'mechanism'> {
  let computed: Record<string, NdArray>;
  try {
    computed = adapter.compute(oracle, golden);
  } catch (error) {
    // Sizes that do not fit each other as the adapter reads them.
    return { status: 'no-adapter', message: `its sizes are not understood: ${(error as Error).message}` };
  }
  const outputs = Object.keys(computed).filter((name) => Object.hasOwn(golden.outputs, name));
  if (outputs.length === 0) return { status: 'no-adapter' };
  let worst = 0;
  for (const name of outputs) {
    const [got, want] = [computed[name], golden.outputs[name]];
    const scale =
      want.data.reduce((max, value) => (Number.isFinite(value) ? Math.max(max, Math.abs(value)) : max), 0) || 1;
    const mismatch = compare(got, want, { tolerance: TOLERANCE * scale, strictDType: false });
    if (mismatch?.kind === 'values') {
      const { index, got: value, want: due, error } = mismatch.worst;
      return {
        status: 'mismatched',
        outputs,
        error: error / scale,
        message: `${name}[${index}] is ${value}, but the file has ${due}`,
      };
    }
    if (mismatch)
      return {
        status: 'mismatched',
        outputs,
        error: Infinity,
        message: `${name} has ${mismatch.kind} ${mismatch.got}, but ${mismatch.want} in the file`,
      };
    for (const [i, value] of want.data.entries())
      if (Number.isFinite(value)) worst = Math.max(worst, Math.abs(got.data[i] - value) / scale);
  }
  return { status: 'matched', outputs, error: worst };
}

function jsonFiles(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new InputError(`there is no folder "${folder}"`);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => join(folder, name));
}

interface RawTensor {
  shape: number[];
  dtype: string;
  data: (number | string)[];
}

const DTYPES: Record<string, DType> = { float: 'float32', int: 'int32', bool: 'bool' };

/** Null for a JSON file that is not a golden (an index). @throws InputError for a broken one */
export function readGolden(file: string): Golden | null {
  try {
    const raw = JSON.parse(readFileSync(file, 'utf8'));
    if (!raw?.mechanism || !raw.inputs || !raw.outputs) return null;
    const tensors = (group: Record<string, RawTensor>) =>
      Object.fromEntries(
        Object.entries(group).map(([name, { shape, dtype, data }]) => [
          name,
          ndarray(shape, data.map(Number), DTYPES[dtype]),
        ]),
      );
    return {
      mechanism: raw.mechanism,
      case: raw.case,
      params: raw.params ?? {},
      inputs: tensors(raw.inputs),
      outputs: tensors(raw.outputs),
    };
  } catch (error) {
    throw new InputError(`${file} is not a golden file: ${(error as Error).message}`);
  }
}

export async function loadGoldenAdapters(course: Course, id: string): Promise<GoldenAdapter[]> {
  const { default: adapters } = (await loadModule(course, pathsOf(course, id).goldens)) as { default: GoldenAdapter[] };
  return adapters;
}

/**
 * A submission in this very process, without a sandbox or a host: what the checks cost where nothing is kept apart.
 * It meters nothing, so budgets always hold, and has no tape across calls, so gradient checks are left out.
 */
import * as tf from '@tensorflow/tfjs';
import type { Submission } from '../kit/author/grader.ts';
import { type NdArray, ndarray } from '../kit/author/ndarray.ts';
import type { CheckSpec, ExerciseSpec } from '../kit/course/exercise.ts';
import { METRICS } from '../kit/course/metrics.ts';
import { encodeArgument, type RemoteTensor, structured, tensorsIn } from '../kit/subject/remote-values.ts';
import type { Subject } from '../kit/subject/subject.ts';
import { Thrown } from '../kit/subject/thrown-fault.ts';
import type { WireValue } from '../kit/wire/messages.ts';

type Functions = Record<string, (...args: unknown[]) => unknown>;

/** Those that both a sandboxed and a local submission can be held to, on a machine without a GPU too. */
export const comparable = ({ checks }: ExerciseSpec): CheckSpec[] =>
  checks.filter(({ kind }) => kind !== 'gradient' && kind !== 'time');

export function localSubject(functions: Functions, exports: ExerciseSpec['exports']): Subject {
  const tensors: tf.Tensor[] = [];
  let handles = new Map<NdArray, number>();
  let results: unknown[] = [];

  const upload = (x: NdArray) => {
    if (handles.has(x)) return;
    handles.set(x, tensors.push(tf.tensor(Array.from(x.data), [...x.shape], x.dtype)) - 1);
  };
  const decode = (value: WireValue): unknown => {
    if (value[0] === 't') return tensors[value[1]];
    if (value[0] === 'r') return value[2].reduce((at, key) => (at as Record<string, unknown>)[key], results[value[1]]);
    if (value[0] === 'a') return value[1].map(decode);
    if (value[0] === 'o') return Object.fromEntries(Object.entries(value[1]).map(([key, item]) => [key, decode(item)]));
    return value[0] === 'v' ? value[1] : undefined;
  };
  const encode = (value: unknown): WireValue => {
    if (value instanceof tf.Tensor) {
      return ['t', tensors.push(value) - 1, value.shape, value.dtype as 'float32' | 'int32' | 'bool'];
    }
    if (typeof value !== 'object' || value === null) return ['v', value as number];
    return ['o', Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]))];
  };

  const submission: Submission = Object.fromEntries(
    Object.keys(exports).map((fn) => [
      fn,
      async (...args: unknown[]) => {
        for (const x of args.flatMap(tensorsIn)) upload(x);
        const given = args.map((arg) => decode(encodeArgument(arg, (x) => handles.get(x) as number)));
        let result: unknown;
        try {
          result = functions[fn](...given);
        } catch (error) {
          const { name, message } = error as Error;
          throw new Thrown({ code: `threw:${name}`, message }, name, message, true);
        }
        return structured(encode(result), exports[fn], fn, results.push(result) - 1);
      },
    ]),
  );

  const local = {
    submission,
    async ready() {},
    async read(value: unknown): Promise<NdArray> {
      const { handle, shape, dtype } = value as RemoteTensor;
      return ndarray(shape, Float32Array.from(tensors[handle].dataSync()), dtype as NdArray['dtype']);
    },
    async usage() {
      const cost = { ...Object.fromEntries(METRICS.map((metric) => [metric, 0])), byName: {} };
      return { cost, leaked: [], disposedOfCallers: 0 };
    },
    takePrinted: () => '',
    async takeFault() {
      return null;
    },
    async forget() {
      for (const tensor of tensors) if (!tensor.isDisposed) tensor.dispose();
      tensors.length = 0;
      handles = new Map();
      results = [];
    },
  };
  return local as unknown as Subject;
}

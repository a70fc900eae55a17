/** Results of a submission, held by handle, in the structure that the exercise declares. */

import { isNdArray, type NdArray } from '../author/ndarray.ts';
import type { ResultShape } from '../course/exercise.ts';
import type { WireDType, WireValue } from '../wire/messages.ts';
import { SubmissionFault } from './failure.ts';

export class RemoteTensor {
  constructor(
    readonly handle: number,
    readonly shape: number[],
    readonly dtype: WireDType,
    /** As the exercise declares it, its axes at the end: out_BHTV. */
    readonly name: string,
    /** Where it lies in which result, so that the submission gets its own object back. */
    readonly result: number,
    readonly path: string[],
  ) {}
}

const ORIGIN = Symbol('origin');

type WithOrigin = { [ORIGIN]?: { result: number; path: string[] } };

/**
 * The result as the exercise declares it.
 * @throws SubmissionFault where it is something else
 */
export function structured(
  value: WireValue,
  declared: ResultShape,
  fn: string,
  result: number,
  path: string[] = [],
): unknown {
  const what = path.length ? `${fn} returned ${path.join('.')}` : `${fn} returned`;
  const wrong = (message: string) => new SubmissionFault({ code: 'wrong-kind', message });
  if (typeof declared === 'object') {
    if (value[0] !== 'o')
      throw wrong(`${what} ${kindOf(value)}, but an object with ${Object.keys(declared).join(', ')} is due`);
    const fields = Object.entries(declared).map(([field, shape]) => {
      if (!Object.hasOwn(value[1], field)) {
        throw wrong(
          `${fn} returned no ${[...path, field].join('.')}; an object with ${Object.keys(declared).join(', ')} is due`,
        );
      }
      return [field, structured(value[1][field], shape, fn, result, [...path, field])];
    });
    return Object.assign(Object.fromEntries(fields), { [ORIGIN]: { result, path } });
  }
  if (declared === 'number') {
    if (value[0] === 'v' && typeof value[1] === 'number') return value[1];
    throw wrong(`${what} ${kindOf(value)}, but a number is due`);
  }
  if (value[0] !== 't') throw wrong(`${what} ${kindOf(value)}, but a tensor is due${wayToTensor(value)}`);
  const name = declared === 'tensor' ? (path.at(-1) ?? 'result') : declared;
  return new RemoteTensor(value[1], value[2], value[3], name, result, path);
}

/** An argument for the wire; `handleOf` gives the handle of an NdArray that is already there. */
export function encodeArgument(arg: unknown, handleOf: (x: NdArray) => number): WireValue {
  if (arg === undefined) return ['u'];
  if (isNdArray(arg)) return ['t', handleOf(arg), [...arg.shape], arg.dtype];
  if (arg instanceof RemoteTensor) return ['r', arg.result, arg.path];
  if (Array.isArray(arg)) return ['a', arg.map((item) => encodeArgument(item, handleOf))];
  if (typeof arg === 'object' && arg !== null) {
    const origin = (arg as WithOrigin)[ORIGIN];
    if (origin) return ['r', origin.result, origin.path];
    return ['o', Object.fromEntries(Object.entries(arg).map(([key, item]) => [key, encodeArgument(item, handleOf)]))];
  }
  return ['v', arg as number | string | boolean | null];
}

/** All NdArrays in the arguments. */
export function tensorsIn(arg: unknown): NdArray[] {
  if (isNdArray(arg)) return [arg];
  if (arg instanceof RemoteTensor || typeof arg !== 'object' || arg === null || ORIGIN in arg) return [];
  return Object.values(arg).flatMap(tensorsIn);
}

/** How what should have been a tensor probably stopped being one. */
function wayToTensor(value: WireValue): string {
  const left =
    value[0] === 'a' ||
    (value[0] === 'v' && typeof value[1] === 'number') ||
    (value[0] === 'x' && /Array$/.test(value[1]));
  if (value[0] === 'x' && value[1].includes('disposed'))
    return ' (dispose of what lies in between, and return this one)';
  return left ? ' (stay with tf operations; arraySync and dataSync lead out of them)' : '';
}

function kindOf(value: WireValue): string {
  switch (value[0]) {
    case 't':
      return 'a tensor';
    case 'v':
      return value[1] === null ? 'null' : `the ${typeof value[1]} ${JSON.stringify(value[1])?.slice(0, 40)}`;
    case 'u':
      return 'nothing (is there a return?)';
    case 'a':
      return `an array of ${value[1].length} items`;
    case 'o':
      return `an object with ${Object.keys(value[1]).slice(0, 5).join(', ').slice(0, 100) || 'no fields'}`;
    case 'x':
      return value[1].slice(0, 100);
    default:
      return 'something unknown';
  }
}

/** As a sandbox's inputs travel. */
export function bytesOf({ data, dtype }: NdArray): Uint8Array {
  const view =
    dtype === 'float32' ? Float32Array.from(data) : dtype === 'int32' ? Int32Array.from(data) : Uint8Array.from(data);
  return new Uint8Array(view.buffer);
}

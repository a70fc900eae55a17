/** Results of a submission, held by handle, in the structure that the exercise declares. */

import { isNdArray, type NdArray, ndarray } from '../author/ndarray.ts';
import type { ResultShape } from '../course/exercise.ts';
import type { WireDType, WireValue } from '../wire/messages.ts';
import { SubmissionFault } from './failure.ts';
import {
  Allowance,
  kindOfShape,
  listItems,
  OtherKind,
  otherKindInWords,
  placeOf,
  plainData,
  scalar,
} from './plain-results.ts';

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

/** Where lists and objects of results lie. It is not a field of theirs: a copy with something changed travels as what it is. */
const origins = new WeakMap<object, { result: number; path: string[] }>();

function withOrigin<T extends object>(value: T, result: number, path: string[]): T {
  origins.set(value, { result, path });
  return value;
}

/**
 * The result as the exercise declares it. Lists and objects of it are the submission's own again when they are passed to
 * the next call; lists and plain values are frozen, and a copy of them (structuredClone) is passed as it is.
 * @throws SubmissionFault where it is something else
 */
export function structured(
  value: WireValue,
  declared: ResultShape,
  fn: string,
  result: number,
  path: string[] = [],
  allowance = new Allowance(),
): unknown {
  const where = path.length > 0 ? `${fn} returned ${placeOf(path)}` : fn;
  const other = (hint = '') => wrong(`${where}: expected ${kindOfShape(declared)}, got ${kindOf(value)}${hint}`);
  const wrong = (message: string) => new SubmissionFault({ code: 'wrong-kind', message });
  const inside = (item: WireValue, shape: ResultShape, key: string) =>
    structured(item, shape, fn, result, [...path, key], allowance);
  try {
    if (Array.isArray(declared)) {
      const items = listItems(value, declared, path, allowance).map((item, i) => inside(item, declared[0], String(i)));
      return Object.freeze(withOrigin(items, result, path));
    }
    if (declared === 'boolean' || declared === 'string') return scalar(value, declared, path);
    if (declared === 'data') {
      const data = plainData(value, path, allowance);
      return typeof data === 'object' && data !== null ? withOrigin(data, result, path) : data;
    }
  } catch (error) {
    throw error instanceof OtherKind ? wrong(otherKindInWords(error, fn, kindOf(error.value))) : error;
  }
  if (typeof declared === 'object') {
    if (value[0] !== 'o') throw other();
    const fields = Object.entries(declared).map(([field, shape]) => {
      if (!Object.hasOwn(value[1], field)) {
        throw wrong(`${fn} returned no ${[...path, field].join('.')}; expected ${kindOfShape(declared)}`);
      }
      return [field, inside(value[1][field], shape, field)];
    });
    return withOrigin(Object.fromEntries(fields), result, path);
  }
  if (declared === 'number') {
    if (value[0] === 'v' && typeof value[1] === 'number') return value[1];
    throw other();
  }
  if (value[0] !== 't') throw other(wayToTensor(value));
  const name = declared === 'tensor' ? (path.findLast((key) => !/^\d+$/.test(key)) ?? 'result') : declared;
  return new RemoteTensor(value[1], value[2], value[3], name, result, path);
}

/** An argument for the wire; `handleOf` gives the handle of an NdArray that is already there. */
export function encodeArgument(arg: unknown, handleOf: (x: NdArray) => number): WireValue {
  if (arg === undefined) return ['u'];
  if (isNdArray(arg)) return ['t', handleOf(arg), [...arg.shape], arg.dtype];
  if (arg instanceof RemoteTensor) return ['r', arg.result, arg.path];
  const origin = typeof arg === 'object' && arg !== null ? origins.get(arg) : undefined;
  if (origin) return ['r', origin.result, origin.path];
  if (Array.isArray(arg)) return ['a', arg.map((item) => encodeArgument(item, handleOf))];
  if (typeof arg === 'object' && arg !== null) {
    return ['o', Object.fromEntries(Object.entries(arg).map(([key, item]) => [key, encodeArgument(item, handleOf)]))];
  }
  return ['v', arg as number | string | boolean | null];
}

/** All NdArrays in the arguments. */
export function tensorsIn(arg: unknown): NdArray[] {
  if (isNdArray(arg)) return [arg];
  if (arg instanceof RemoteTensor || typeof arg !== 'object' || arg === null || origins.has(arg)) return [];
  return Object.values(arg).flatMap(tensorsIn);
}

/** Where among the arguments, "3" or "1.k", lies the tensor that a result is, where it is one of the grader's. */
export function argumentReturned(
  result: unknown,
  args: readonly unknown[],
  handleOf: (x: NdArray) => number | undefined,
): { name: string; argument: string } | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  if (result instanceof RemoteTensor) {
    const argument = placeIn(args, (x) => handleOf(x) === result.handle);
    if (argument === undefined) return undefined;
    const [position, ...path] = argument;
    return { name: result.name, argument: [Number(position) + 1, ...path].join('.') };
  }
  for (const part of Object.values(result)) {
    const found = argumentReturned(part, args, handleOf);
    if (found) return found;
  }
}

function placeIn(value: unknown, isIt: (x: NdArray) => boolean): string[] | undefined {
  if (isNdArray(value)) return isIt(value) ? [] : undefined;
  if (value instanceof RemoteTensor || typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const rest = placeIn(part, isIt);
    if (rest) return [key, ...rest];
  }
}

/** How what should have been a tensor probably stopped being one. */
function wayToTensor(value: WireValue): string {
  const left =
    value[0] === 'a' ||
    (value[0] === 'v' && typeof value[1] === 'number') ||
    (value[0] === 'x' && /Array$/.test(value[1]));
  if (value[0] === 'x' && value[1].includes('disposed'))
    return ' (a result must be alive: tf.tidy disposes everything that its function does not return)';
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

/** The same way back. */
export function arrayOf(bytes: Uint8Array, shape: readonly number[], dtype: NdArray['dtype']): NdArray {
  // A typed array needs its bytes to begin at a multiple of their size.
  const { buffer } = Uint8Array.from(bytes);
  const data =
    dtype === 'float32'
      ? new Float32Array(buffer)
      : dtype === 'int32'
        ? new Int32Array(buffer)
        : new Uint8Array(buffer);
  return ndarray(shape, data, dtype);
}

/**
 * What a case computes, by name: from the submission as handles and plain values, from the oracle as arrays and plain values.
 *
 * Fields of objects have dotted names (`cache.k`). A list of plain values is one output. A list of tensors is an output for
 * each item, `out[2]`, and one for their number, `out[]`.
 */
import { isNdArray, type NdArray, ndarray } from '../author/ndarray.ts';
import { isPlain, isRecord, numbersIn, type Plain, shapeOfNumbers } from '../author/plain.ts';
import { RemoteTensor } from '../subject/remote-values.ts';
import { fieldsOf } from '../wire/fields.ts';

/** Handles and plain values of a submission's outputs. */
export function flattenRemote(returned: unknown): Record<string, RemoteTensor | Plain> {
  const isTensor = (value: unknown) => value instanceof RemoteTensor;
  return flattened(returned, isTensor) as Record<string, RemoteTensor | Plain>;
}

/** An oracle's output. */
export interface Expected {
  /** A number is a scalar; of a plain value, the numbers in it: in their shape where it is nested lists of them, else in order. */
  array: NdArray;
  /** A single number. */
  isNumber: boolean;
  /** Of any other plain value: the value. */
  plain?: Plain;
}

/** @throws Error naming the output that is neither an NdArray nor plain */
export function flattenExpected(returned: unknown): Record<string, Expected> {
  const flat = flattened(returned, isNdArray);
  // How long a plain list is, is judged with the list.
  const names = Object.keys(flat).filter((name) => !(name.endsWith('[]') && name.slice(0, -2) in flat));
  const entries = names.map((name) => [name, expectedOf(name, flat[name])]);
  return Object.fromEntries(entries.filter(([, expected]) => expected !== null));
}

function expectedOf(name: string, value: unknown): Expected | null {
  if (isNdArray(value)) return { array: value, isNumber: false };
  if (typeof value === 'number') return { array: ndarray([], [value]), isNumber: true };
  // Of an object each field is expected by itself.
  if (isRecord(value)) return null;
  if (!isPlain(value)) throw new Error(`expected: ${name} must hold NdArrays or plain values, but not both or others`);
  return { array: numbersOf(value), isNumber: false, plain: value };
}

/** What an output came out as. */
export type Value = NdArray | { plain: Plain };

export const isPlainValue = (value: Value): value is { plain: Plain } => 'plain' in value;

/** The single values in it: finite numbers, strings, booleans. */
export function partsOf(value: Value): (number | string | boolean)[] {
  if (!isPlainValue(value)) return Array.from(value.data).filter(Number.isFinite);
  const { plain } = value;
  if (typeof plain === 'object' && plain !== null)
    return Object.values(plain).flatMap((item) => partsOf({ plain: item }));
  return plain === null || (typeof plain === 'number' && !Number.isFinite(plain)) ? [] : [plain];
}

/** The numbers of a plain value, as doubles. */
export function numbersOf(value: Plain): NdArray {
  const numbers = numbersIn(value);
  const shape = shapeOfNumbers(value);
  return ndarray(shape ?? [numbers.length], numbers);
}

/** @param isTensor what is neither looked into nor plain */
export function flattened(returned: unknown, isTensor: (value: unknown) => boolean): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  const add = (name: string, value: unknown): void => {
    if (value === undefined) return;
    if (isTensor(value) || typeof value !== 'object' || value === null) flat[name] = value;
    else if (Array.isArray(value)) {
      flat[`${name}[]`] = value.length;
      if (holds(value, isTensor)) value.forEach((item, i) => void add(`${name}[${i}]`, item));
      else flat[name] = value;
    } else {
      // As a whole too: something else may be expected in its place, and is told what it is.
      if (!holds(value, isTensor)) flat[name] = value;
      for (const [field, item] of fieldsOf(value)) add(`${name}.${field}`, item);
    }
  };
  const isOne = isTensor(returned) || typeof returned !== 'object' || returned === null || Array.isArray(returned);
  for (const [name, value] of fieldsOf(isOne ? { out: returned } : returned)) add(name, value);
  return flat;
}

function holds(value: unknown, isTensor: (value: unknown) => boolean): boolean {
  if (isTensor(value)) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some((item) => holds(item, isTensor));
}

/** What a case computes, by dotted name: from the submission as handles, from the oracle as arrays. */
import type { Outputs } from '../author/grader.ts';
import { isNdArray, type NdArray, ndarray } from '../author/ndarray.ts';
import { RemoteTensor } from '../subject/remote-values.ts';

/** Handles and numbers of a submission's outputs. */
export function flattenRemote(outputs: Outputs, prefix = ''): Record<string, RemoteTensor | number> {
  return Object.assign(
    {},
    ...Object.entries(outputs).map(([name, value]) =>
      value instanceof RemoteTensor || typeof value === 'number'
        ? { [prefix + name]: value }
        : typeof value === 'object' && value !== null
          ? flattenRemote(value as Outputs, `${prefix}${name}.`)
          : {},
    ),
  );
}

/** The oracle's outputs; a plain number becomes a scalar, which `isNumber` remembers. */
export interface Expected {
  array: NdArray;
  isNumber: boolean;
}

export function flattenExpected(outputs: Outputs, prefix = ''): Record<string, Expected> {
  return Object.assign(
    {},
    ...Object.entries(outputs).map(([name, value]) =>
      typeof value === 'number'
        ? { [prefix + name]: { array: ndarray([], [value]), isNumber: true } }
        : isNdArray(value)
          ? { [prefix + name]: { array: value, isNumber: false } }
          : flattenExpected(value as Outputs, `${prefix}${name}.`),
    ),
  );
}

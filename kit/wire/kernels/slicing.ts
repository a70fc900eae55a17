/** Kernels that cut tensors: 0 flops. The wasm backend cuts where it is told to, inside the tensor or not. */

import { slice_util } from '@tensorflow/tfjs-core';
import type { Plan } from '../kernel.ts';
import { MAX_SIZE } from './attributes.ts';
import { type Call, kernel, REAL } from './call.ts';

export const slice = kernel('Slice', ['x'], (call): Plan => {
  const x = call.input('x', REAL);
  const rank = x.shape.length;
  if (rank === 0) call.refuse('a scalar cannot be sliced');
  const given = (name: string, min: number, rest: number) => {
    const value = call.raw(name);
    if (value === undefined && name === 'size') return x.shape.map(() => rest);
    const list = call.integers(name, typeof value === 'number' ? [value] : value, min, MAX_SIZE);
    if (list.length > rank) call.refuse(`${name} [${list}] has more numbers than [${x.shape}] has axes`);
    return x.shape.map((_, axis) => list[axis] ?? rest);
  };
  const begin = call.keep('begin', given('begin', 0, 0));
  const size = given('size', -1, -1).map((length, axis) => (length === -1 ? x.shape[axis] - begin[axis] : length));
  size.forEach((length, axis) => {
    if (length < 0 || begin[axis] + length > x.shape[axis]) {
      call.refuse(`axis ${axis} of [${x.shape}] has no ${Math.max(length, 0)} values from ${begin[axis]} on`);
    }
  });
  return call.plan({ shape: call.keep('size', size), dtype: x.dtype }, 0);
});

const MASKS = ['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'] as const;

export const stridedSlice = kernel('StridedSlice', ['x'], (call): Plan => {
  const x = call.input('x', REAL);
  if (x.shape.length === 0) call.refuse('a scalar cannot be sliced');
  const list = (name: string) => call.keep(name, call.integers(name, call.raw(name), -MAX_SIZE, MAX_SIZE));
  const [begin, end] = [list('begin'), list('end')];
  const strides =
    call.raw('strides') === undefined
      ? call.keep(
          'strides',
          begin.map(() => 1),
        )
      : list('strides');
  if (begin.length !== end.length || begin.length !== strides.length) {
    call.refuse(`begin [${begin}], end [${end}] and strides [${strides}] must be of one length`);
  }
  // tfjs shifts 1 by the position, and counts one ellipsis more than it was given.
  if (begin.length > 20) call.refuse(`begin has ${begin.length} numbers`);
  const masks = MASKS.map((name) => call.integer(name, 0, 2 ** begin.length - 1, 0));
  const info = sliceInfo(call, x.shape, begin, end, strides, masks);
  const whole = { shape: info.finalShape, dtype: x.dtype };
  if (info.isIdentity) return call.plan(whole, 0, { view: true });
  if (info.sliceDim0 || info.isSimpleSlice) return call.plan(whole, 0);
  if (info.finalShapeSparse.length !== x.shape.length) {
    call.refuse('tfjs gives wrong values for a shrinkAxisMask together with strides other than 1: slice in two steps');
  }
  // The wasm backend calls the output float32 and moves four bytes an element, whatever they are.
  return call.plan(whole, 0, x.dtype === 'float32' ? {} : { notOnWasm: true });
});

function sliceInfo(
  call: Call,
  shape: readonly number[],
  begin: number[],
  end: number[],
  strides: number[],
  [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask]: number[],
) {
  try {
    return slice_util.sliceInfo(
      [...shape],
      [...begin],
      [...end],
      [...strides],
      beginMask,
      endMask,
      ellipsisMask,
      newAxisMask,
      shrinkAxisMask,
    );
  } catch (error) {
    return call.refuse((error as Error).message);
  }
}

export const split = kernel('SplitV', ['x'], (call): Plan => {
  const x = call.input('x', REAL);
  const axis = call.axis('axis', x.shape.length, 0);
  const length = x.shape[axis];
  const given = call.raw('numOrSizeSplits');
  const sizes = call.keep(
    'numOrSizeSplits',
    typeof given === 'number' ? equalParts(call, given, length) : parts(call, given, length),
  );
  return call.plan(
    sizes.map((size) => ({ shape: x.shape.with(axis, size), dtype: x.dtype })),
    0,
  );
});

/** More parts than anyone means, and still few enough to list. */
const MAX_PARTS = 65_536;

function equalParts(call: Call, given: number, length: number): number[] {
  const count = call.asInteger('numOrSizeSplits', given, 1, MAX_PARTS);
  if (length % count) call.refuse(`an axis of ${length} does not divide into ${count} equal parts`);
  return Array<number>(count).fill(length / count);
}

function parts(call: Call, given: unknown, length: number): number[] {
  const sizes = call.integers('numOrSizeSplits', given, -1, MAX_SIZE);
  const open = sizes.indexOf(-1);
  if (open !== sizes.lastIndexOf(-1)) call.refuse(`numOrSizeSplits [${sizes}] leaves more than one size open`);
  const sum = sizes.reduce((total, size) => total + Math.max(size, 0), 0);
  if (open >= 0 ? sum > length : sum !== length) call.refuse(`the parts [${sizes}] are not the ${length} of the axis`);
  return open >= 0 ? sizes.with(open, length - sum) : sizes;
}

export const unpack = kernel('Unpack', ['value'], (call): Plan => {
  const value = call.input('value', REAL);
  const axis = call.axis('axis', value.shape.length, 0);
  const count = value.shape[axis];
  if (count > MAX_PARTS) call.refuse(`it would make ${count} tensors`);
  const part = { shape: value.shape.toSpliced(axis, 1), dtype: value.dtype };
  return call.plan(Array(count).fill(part), 0);
});

/** Kernels that move values without arithmetic: 0 flops. */
import type { Kernel, Plan, TensorMeta } from '../kernel.ts';
import { MAX_SIZE } from './attributes.ts';
import { ANY, BOOL, kernel, REAL, sizeOf } from './call.ts';
import { slice, split, stridedSlice, unpack } from './slicing.ts';

const reshape = kernel('Reshape', ['x'], (call): Plan => {
  const x = call.input('x', ANY);
  const size = sizeOf(x.shape);
  const shape = call.sizes('shape', -1);
  const open = shape.indexOf(-1);
  if (open !== shape.lastIndexOf(-1)) call.refuse(`shape [${shape}] leaves more than one size open`);
  if (open >= 0) {
    const known = sizeOf(shape.toSpliced(open, 1));
    if (known === 0) call.refuse(`shape [${shape}] leaves a size open that no size would settle`);
    shape[open] = size / known;
    if (size % known) call.refuse(`shape [${shape.with(open, -1)}] does not divide the ${size} values of [${x.shape}]`);
  }
  if (sizeOf(shape) !== size)
    call.refuse(`shape [${shape}] has ${sizeOf(shape)} values, but x, [${x.shape}], has ${size}`);
  return call.plan({ shape, dtype: x.dtype }, 0, { view: true });
});

const expandDims = kernel('ExpandDims', ['input'], (call): Plan => {
  const input = call.input('input', ANY);
  const rank = input.shape.length;
  const dim = call.integer('dim', -(rank + 1), rank);
  const at = call.keep('dim', dim < 0 ? dim + rank + 1 : dim);
  return call.plan({ shape: input.shape.toSpliced(at, 0, 1), dtype: input.dtype }, 0, { view: true });
});

const transpose = kernel('Transpose', ['x'], (call): Plan => {
  const x = call.input('x', REAL);
  const rank = x.shape.length;
  const perm = call.keep('perm', call.integers('perm', call.raw('perm'), 0, rank - 1));
  if (perm.length !== rank || new Set(perm).size !== rank) {
    call.refuse(`perm [${perm}] is not a permutation of the ${rank} axes of [${x.shape}]`);
  }
  return call.plan({ shape: perm.map((axis) => x.shape[axis]), dtype: x.dtype }, 0);
});

const concat = kernel('Concat', undefined, (call): Plan => {
  const tensors = call.list(ANY);
  const { shape, dtype } = tensors[0];
  const axis = call.axis('axis', shape.length, 0);
  tensors.forEach((tensor, i) => {
    if (tensor.shape.length !== shape.length || tensor.shape.some((size, at) => at !== axis && size !== shape[at])) {
      call.refuse(`tensor ${i} is [${tensor.shape}], but must be [${shape}] but for axis ${axis}`);
    }
  });
  const length = tensors.reduce((sum, tensor) => sum + tensor.shape[axis], 0);
  return call.plan({ shape: shape.with(axis, length), dtype }, 0);
});

const pack = kernel('Pack', undefined, (call): Plan => {
  const tensors = call.list(ANY);
  const { shape, dtype } = tensors[0];
  for (let i = 1; i < tensors.length; i++) call.sameShape('0', String(i));
  const axis = call.axis('axis', shape.length + 1, 0);
  return call.plan({ shape: shape.toSpliced(axis, 0, tensors.length), dtype }, 0);
});

const tile = kernel('Tile', ['x'], (call): Plan => {
  const x = call.input('x', REAL);
  const reps = call.sizes('reps');
  if (reps.length !== x.shape.length)
    call.refuse(`reps [${reps}] has ${reps.length} numbers for x of shape [${x.shape}]`);
  return call.plan({ shape: x.shape.map((size, axis) => size * reps[axis]), dtype: x.dtype }, 0);
});

function padded({ shape, dtype }: TensorMeta, paddings: [number, number][]): TensorMeta {
  return { shape: shape.map((size, axis) => paddings[axis][0] + size + paddings[axis][1]), dtype };
}

const padV2 = kernel('PadV2', ['x'], (call): Plan => {
  const x = call.input('x', REAL);
  if (x.shape.length === 0) call.refuse('a scalar has no axes to pad');
  const paddings = call.paddings('paddings', x.shape.length);
  // XNNPACK takes no NaN to pad with, and C++ converts to other dtypes only what fits in them.
  if (x.dtype === 'float32') call.number('constantValue', { infinite: true, fallback: 0 });
  else if (x.dtype === 'int32') call.integer('constantValue', -(2 ** 31), 2 ** 31 - 1, 0);
  else call.integer('constantValue', 0, 1, 0);
  return call.plan(padded(x, paddings), 0);
});

const mirrorPad = kernel('MirrorPad', ['x'], (call): Plan => {
  const x = call.input('x', REAL);
  if (x.shape.length === 0) call.refuse('a scalar has no axes to pad');
  const paddings = call.paddings('paddings', x.shape.length);
  const edge = call.choice('mode', ['reflect', 'symmetric']) === 'reflect' ? 1 : 0;
  paddings.forEach((pair, axis) => {
    const most = Math.max(0, x.shape[axis] - edge);
    if (Math.max(...pair) > most)
      call.refuse(`paddings[${axis}] is [${pair}], but axis ${axis} of [${x.shape}] has ${most} to mirror`);
  });
  return call.plan(padded(x, paddings), 0);
});

const reverse = kernel('Reverse', ['x'], (call): Plan => {
  const x = call.input('x', REAL);
  call.axes('dims', x.shape.length);
  // The wasm backend moves four bytes an element, whatever they are.
  return call.plan(x, 0, BOOL.includes(x.dtype) ? { notOnWasm: true } : {});
});

const diag = kernel('Diag', ['x'], (call): Plan => {
  const x = call.input('x', REAL);
  return call.plan({ shape: [...x.shape, ...x.shape], dtype: x.dtype }, 0);
});

const fill = kernel('Fill', [], (call): Plan => {
  const shape = call.sizes('shape');
  const value = call.raw('value');
  const inferred = typeof value === 'boolean' ? 'bool' : 'float32';
  const dtype = call.choice('dtype', ['float32', 'int32', 'bool'], inferred);
  if (typeof value === 'boolean') call.keep('value', Number(value));
  else call.number('value', { infinite: true, nan: true });
  return call.plan({ shape, dtype }, 0);
});

const range = kernel('Range', [], (call): Plan => {
  const [start, stop, step] = [call.number('start'), call.number('stop'), call.number('step', { fallback: 1 })];
  const dtype = call.choice('dtype', ['float32', 'int32'], 'float32');
  if (step === 0) call.refuse('step is 0');
  // tfjs's own rules, the odd one (a step of 1 counts down too, and so does any below it) included.
  const none = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
  const length = none ? 0 : Math.abs(Math.ceil((stop - start) / step));
  return call.plan({ shape: [length], dtype }, 0);
});

const linSpace = kernel('LinSpace', [], (call): Plan => {
  call.number('start');
  call.number('stop');
  return call.plan({ shape: [call.integer('num', 1, MAX_SIZE)], dtype: 'float32' }, 0);
});

export const moving: Record<string, Kernel> = {
  Reshape: reshape,
  ExpandDims: expandDims,
  Transpose: transpose,
  Concat: concat,
  Pack: pack,
  Unpack: unpack,
  Slice: slice,
  StridedSlice: stridedSlice,
  SplitV: split,
  Tile: tile,
  PadV2: padV2,
  MirrorPad: mirrorPad,
  Reverse: reverse,
  Diag: diag,
  Fill: fill,
  Range: range,
  LinSpace: linSpace,
};

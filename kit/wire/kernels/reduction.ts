/**
 * Kernels that reduce or run along axes. Flops: 1 an input element, 1 more for Mean's division of each;
 * Softmax 5 an element (maximum, subtraction, exponential, sum, division).
 */
import type { Kernel, TensorDType, TensorMeta } from '../kernel.ts';
import { BOOL, type Call, FLOAT, kernel, NUMERIC, REAL, sizeOf } from './call.ts';

interface Reduction {
  dtypes: readonly TensorDType[];
  dtype?: TensorDType;
  /** What tfjs calls the axes. */
  attribute?: string;
  flopsEach?: number;
}

function reduction(name: string, { dtypes, dtype, attribute = 'axis', flopsEach = 1 }: Reduction): [string, Kernel] {
  const planOf = (call: Call) => {
    const x = call.input('x', dtypes);
    const axes = call.axes(attribute, x.shape.length);
    const shape = reduced(x, axes, call.flag('keepDims'));
    return call.plan({ shape, dtype: dtype ?? x.dtype }, flopsEach * sizeOf(x.shape));
  };
  return [name, kernel(name, ['x'], planOf)];
}

function reduced({ shape }: TensorMeta, axes: number[], keepDims: boolean): number[] {
  return keepDims
    ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.includes(axis));
}

function argument(name: string): [string, Kernel] {
  const planOf = (call: Call) => {
    const x = call.input('x', REAL);
    const axis = call.axis('axis', x.shape.length, 0);
    return call.plan({ shape: reduced(x, [axis], false), dtype: 'int32' }, sizeOf(x.shape));
  };
  return [name, kernel(name, ['x'], planOf)];
}

function scan(name: string): [string, Kernel] {
  const planOf = (call: Call) => {
    const x = call.input('x', NUMERIC);
    call.axis('axis', x.shape.length, 0);
    call.flag('exclusive');
    call.flag('reverse');
    return call.plan(x, sizeOf(x.shape));
  };
  return [name, kernel(name, ['x'], planOf)];
}

const softmax = kernel('Softmax', ['logits'], (call) => {
  const logits = call.input('logits', FLOAT);
  const last = logits.shape.length - 1;
  const dim = call.axis('dim', logits.shape.length, -1);
  if (dim !== last) call.refuse(`dim is ${dim}, but tfjs knows only the last axis, ${last}`);
  return call.plan(logits, 5 * sizeOf(logits.shape));
});

export const reductions: Record<string, Kernel> = {
  ...Object.fromEntries([
    reduction('Sum', { dtypes: NUMERIC }),
    reduction('Prod', { dtypes: NUMERIC }),
    reduction('Mean', { dtypes: REAL, dtype: 'float32', flopsEach: 2 }),
    reduction('Max', { dtypes: REAL, attribute: 'reductionIndices' }),
    reduction('Min', { dtypes: REAL }),
    reduction('All', { dtypes: BOOL }),
    reduction('Any', { dtypes: BOOL }),
    ...['ArgMax', 'ArgMin'].map(argument),
    ...['Cumsum', 'Cumprod'].map(scan),
  ]),
  Softmax: softmax,
};

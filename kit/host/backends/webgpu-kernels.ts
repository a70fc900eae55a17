/** Where tfjs's WebGPU kernels go wrong, or the device refuses them, and what is made of it. */
import * as tf from '@tensorflow/tfjs-core';
import { putRight, UNSOUND } from './wgsl-arithmetic.ts';

type Inputs = Record<string, tf.Tensor>;

/** With more axes one reads synchronously, one gives an output of another shape, and the device refuses the others. */
const FOUR_AXES = new Set(['Tile', 'Select', 'Reverse', 'PadV2', 'MirrorPad']);

/** A vector with so many axes beside it: its shader indexes coordinates that are not an array there. */
const isVectorBeyondFourAxes = ({ a, b }: Inputs) =>
  a !== undefined && b !== undefined && Math.min(a.rank, b.rank) === 1 && Math.max(a.rank, b.rank) > 4;

/** A reversed sum, which is also the gradient of a plain one, takes its length from the shader of another. */
const WRONG_LENGTH = new Set(['Cumsum', 'Cumprod']);

/**
 * Transpose keeps one shader for all dtypes, so after floats it fails for integers, and so does all that is built on it;
 * the others give another dtype than is expected.
 */
const FLOATS_ONLY = new Set('Transpose ArgMax ArgMin All Any Max Min Sum Prod Mean Neg Einsum TopK'.split(' '));

/** Each takes a buffer, as does the sum; WebGPU promises eight, and tfjs asks for no more. */
const MOST_SUMMANDS = 7;

/** The largest of one is given as the input itself, and is disposed of for both. */
const isTopOfOne = (kernel: string, { x }: Inputs) => kernel === 'TopK' && x.shape[x.rank - 1] === 1;

/** What the processor must run instead. */
export function mustNotRun(kernel: string, inputs: Inputs): boolean {
  const tensors = Object.values(inputs);
  return (
    UNSOUND.has(kernel) ||
    WRONG_LENGTH.has(kernel) ||
    isVectorBeyondFourAxes(inputs) ||
    isTopOfOne(kernel, inputs) ||
    (kernel === 'AddN' && tensors.length > MOST_SUMMANDS) ||
    (FOUR_AXES.has(kernel) && tensors.some(({ rank }) => rank > 4)) ||
    (FLOATS_ONLY.has(kernel) && tensors.some(({ dtype }) => dtype !== 'float32'))
  );
}

/** @returns what the kernel should have given; it owns the outputs that it replaces */
export function amend(kernel: string, inputs: Inputs, outputs: tf.Tensor[]): tf.Tensor[] {
  return kernel === 'Cast' ? asFloats(inputs.x, outputs) : putRight(kernel, inputs, outputs);
}

/** Cast only calls integers floats, and a shader made for floats fails on them; a product with a float is one. */
function asFloats(x: tf.Tensor, [output]: tf.Tensor[]): tf.Tensor[] {
  if (x.dtype === 'float32' || output.dtype !== 'float32') return [output];
  const one = tf.tensor([1], [1], 'float32');
  const result = tf.engine().runKernel('Multiply', { a: output, b: one }) as tf.Tensor;
  for (const tensor of [output, one]) tensor.dispose();
  return [result];
}

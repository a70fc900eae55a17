/**
 * NaN on WebGPU. Its shading language promises nothing of NaN, and drivers make use of that: exp(NaN) was seen to be
 * Infinity, and log(NaN) to be 89. A submission's NaN would turn into a plausible number, or into another mistake's,
 * so these kernels are followed by one that puts NaN back. It all stays on the GPU.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Elementwise: NaN in, NaN out. */
const ELEMENTWISE = new Set(
  'Exp Expm1 Log Sqrt Rsqrt Sigmoid Tanh Sin Cos Tan Sinh Cosh Elu Selu Relu Relu6 LeakyRelu Softplus Erf'.split(' '),
);

/** Wrong for NaN or outside their domain in other ways; rare enough to be run on the processor. */
export const UNSOUND = new Set(['Log1p', 'Prelu', 'Atan2', 'FloorDiv', 'Mod', 'Pow']);

export function putNaNBack(kernel: string, inputs: Record<string, tf.Tensor>, outputs: tf.Tensor[]): tf.Tensor[] {
  if (ELEMENTWISE.has(kernel) && inputs.x.dtype === 'float32') return [elementwise(inputs.x, outputs[0])];
  return kernel === 'Softmax' ? [softmax(inputs.logits, outputs[0])] : outputs;
}

/** Flat, as Select takes four axes at most. */
function elementwise(x: tf.Tensor, output: tf.Tensor): tf.Tensor {
  const [flatX, flatOutput] = [flat(x), flat(output)];
  const nan = run('IsNan', { x: flatX });
  const chosen = run('Select', { condition: nan, t: flatX, e: flatOutput });
  const result = run('Reshape', { x: chosen }, { shape: output.shape });
  for (const tensor of [output, flatX, flatOutput, nan, chosen]) tensor.dispose();
  return result;
}

/** NaN or Infinity in a row, or -Infinity all along, makes NaN of it: just where 0 · (its largest) is NaN. */
function softmax(logits: tf.Tensor, output: tf.Tensor): tf.Tensor {
  const axis = logits.shape.length - 1;
  const largest = run('Max', { x: logits }, { axis: [axis], reductionIndices: [axis], keepDims: true });
  const row = run('Reshape', { x: largest }, { shape: [...logits.shape.slice(0, -1), 1] });
  const zero = tf.tensor([0], [1], 'float32');
  const mark = run('Multiply', { a: row, b: zero });
  const result = run('Add', { a: output, b: mark });
  for (const tensor of [output, largest, row, zero, mark]) tensor.dispose();
  return result;
}

const flat = (x: tf.Tensor) => run('Reshape', { x }, { shape: [x.size] });

function run(name: string, inputs: tf.NamedTensorMap, attrs: object = {}): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;
}

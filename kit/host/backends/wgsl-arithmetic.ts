/**
 * Where WebGPU's shading language promises too little. Of NaN it promises nothing, and drivers make use of that: exp(NaN)
 * was seen to be Infinity, and log(NaN) to be 89. Nor does it of log(0), which was seen to be -88. Such a number is a
 * plausible one, or another mistake's, so these kernels are followed by some that put right what they left. It all stays
 * on the GPU.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Elementwise: NaN in, NaN out. */
const ELEMENTWISE = new Set('Exp Log Sqrt Rsqrt Sigmoid Tanh Elu Selu Relu Relu6 LeakyRelu Softplus Erf'.split(' '));

/**
 * Run on the processor, since they are rare and wrong for more than NaN. Sine and cosine may be off by 1/2048 in the
 * circle around zero, and by anything beyond it: SwiftShader's are off by 5e-5, where a rotation may be off by 4e-6. So
 * are the functions that are made of them or of logarithms. Expm1 is exp(x) - 1, without the digits that it is for.
 */
export const UNSOUND = new Set(
  'Sin Cos Tan Asin Acos Atan Atan2 Sinh Cosh Asinh Acosh Atanh Expm1 Log1p Pow Mod FloorDiv Prelu'.split(' '),
);

/** @returns what the kernel should have given; it owns the outputs that it replaces */
export function putRight(kernel: string, inputs: Record<string, tf.Tensor>, outputs: tf.Tensor[]): tf.Tensor[] {
  if (ELEMENTWISE.has(kernel) && inputs.x.dtype === 'float32') return [elementwise(kernel, inputs.x, outputs[0])];
  return kernel === 'Softmax' ? [softmax(inputs.logits, outputs[0])] : outputs;
}

/** Flat, as Select takes four axes at most. */
function elementwise(kernel: string, x: tf.Tensor, output: tf.Tensor): tf.Tensor {
  const [flatX, flatOutput] = [flat(x), flat(output)];
  const withPole = kernel === 'Log' ? poleAtZero(flatX, flatOutput) : flatOutput;
  const nan = run('IsNan', { x: flatX });
  const chosen = run('Select', { condition: nan, t: flatX, e: withPole });
  const result = run('Reshape', { x: chosen }, { shape: output.shape });
  for (const tensor of new Set([output, flatX, flatOutput, withPole, nan, chosen])) tensor.dispose();
  return result;
}

/** -Infinity where the device takes x for 0, which may be at denormals too. */
function poleAtZero(x: tf.Tensor, log: tf.Tensor): tf.Tensor {
  const zero = tf.tensor([0], [1], 'float32');
  const isZero = run('Equal', { a: x, b: zero });
  const pole = run('Fill', {}, { shape: x.shape, value: -Infinity, dtype: 'float32' });
  const result = run('Select', { condition: isZero, t: pole, e: log });
  for (const tensor of [zero, isZero, pole]) tensor.dispose();
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

/**
 * Products of matrices. Flops of a product: 2 · batch · rows · columns · inner, and of a fused one 1 an output element
 * for the bias and 1 for the activation.
 */
import type { Kernel, Plan, TensorMeta } from '../kernel.ts';
import { type Call, FLOAT, kernel, NUMERIC, repeatsAlong, sizeOf } from './call.ts';
import { einsum } from './einsum.ts';

interface Product {
  shape: number[];
  flops: number;
  /** One matrix times one matrix, neither transposed: the one case that XNNPACK multiplies for the wasm backend. */
  plain: boolean;
}

function product(call: Call, a: TensorMeta, b: TensorMeta): Product {
  const [transposeA, transposeB] = [call.flag('transposeA'), call.flag('transposeB')];
  const [rows, inner] = matrix(call, 'a', a, transposeA);
  const [innerB, columns] = matrix(call, 'b', b, transposeB);
  if (inner !== innerB) {
    const of = (transposed: boolean) => (transposed ? ' transposed' : '');
    call.refuse(
      `the inner sizes ${inner} and ${innerB} of [${a.shape}]${of(transposeA)} and [${b.shape}]${of(transposeB)} differ`,
    );
  }
  const batch = batchShape(call, a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, rows, columns];
  const plain = !transposeA && !transposeB && sizeOf(batch) === 1;
  return { shape, flops: 2 * sizeOf(shape) * inner, plain };
}

function matrix(call: Call, name: string, { shape }: TensorMeta, transposed: boolean): [number, number] {
  if (shape.length < 2) return call.refuse(`${name} must be of rank 2 or more, but is [${shape}]`);
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}

/**
 * tfjs counts batches in memory order and takes each operand's number modulo its own count. That is broadcasting only
 * if one operand's batch axes are the last of the other's; else it pairs the wrong matrices, or makes too few of them.
 */
function batchShape(call: Call, a: readonly number[], b: readonly number[]): number[] {
  const batch = call.broadcast(a, b);
  const whole = (axes: readonly number[]) => sizeOf(axes) === sizeOf(batch);
  if (!(whole(a) && repeatsAlong(batch, b)) && !(whole(b) && repeatsAlong(batch, a))) {
    call.refuse(
      `tfjs would pair the wrong matrices of batches [${a}] and [${b}]: give both the shape [${batch}] with tf.tile or tf.broadcastTo`,
    );
  }
  return batch;
}

const batchMatMul = kernel('BatchMatMul', ['a', 'b'], (call): Plan => {
  const a = call.input('a', NUMERIC);
  const b = call.input('b', NUMERIC);
  call.sameDtype('a', 'b');
  const { shape, flops } = product(call, a, b);
  return call.plan({ shape, dtype: a.dtype }, flops, a.dtype === 'float32' ? {} : { notOnWasm: true });
});

const ACTIVATIONS = ['linear', 'relu', 'relu6', 'leakyrelu', 'sigmoid', 'elu'] as const;

const fusedMatMul = kernel('_FusedMatMul', ['a', 'b', 'bias'], (call): Plan => {
  const a = call.input('a', FLOAT);
  const b = call.input('b', FLOAT);
  const bias = call.optional('bias', FLOAT);
  call.rank('a', 3);
  call.rank('b', 3);
  const { shape, flops, plain } = product(call, a, b);
  const activation = call.choice('activation', ACTIVATIONS, 'linear');
  if (activation === 'leakyrelu') call.number('leakyreluAlpha', { fallback: 0.2 });
  if (bias && String(call.broadcast(shape, bias.shape)) !== String(shape)) {
    call.refuse(`bias [${bias.shape}] does not broadcast to [${shape}]`);
  }
  // Elsewhere the wasm backend gives all rows but the first the last of the biases.
  const wasmAddsBias = plain && bias?.shape.length === 1 && bias.shape[0] === shape[2];
  const perElement = (bias ? 1 : 0) + (activation === 'linear' ? 0 : 1);
  const more = bias && !wasmAddsBias ? { notOnWasm: true } : {};
  return call.plan({ shape, dtype: 'float32' }, flops + perElement * sizeOf(shape), more);
});

export const matrices: Record<string, Kernel> = {
  BatchMatMul: batchMatMul,
  _FusedMatMul: fusedMatMul,
  Einsum: einsum,
};

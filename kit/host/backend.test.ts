import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { DIST } from '../course/course.ts';
import { BACKENDS } from '../wire/backend-names.ts';
import type { TensorDType } from '../wire/kernel.ts';
import { kernels } from '../wire/kernels/table.ts';
import { bytesOf, download, runKernel, startBackend, upload } from './backend.ts';

type Attributes = Record<string, unknown>;

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, complex64: Float32Array };
const made = (shape: number[], values: number[], dtype: TensorDType = 'float32') =>
  upload(new Uint8Array(ARRAYS[dtype].from(values).buffer), shape, dtype);

/** As the host runs it: planned from what is known of the inputs, then run. */
function run(name: string, inputs: Record<string, tf.Tensor>, attrs: Attributes = {}): tf.Tensor[] {
  const metas = Object.entries(inputs).map(([key, { shape, dtype }]) => [key, { shape, dtype: dtype as TensorDType }]);
  const plan = kernels.get(name)!(Object.fromEntries(metas), attrs);
  const outputs = runKernel(name, inputs, plan);
  expect(outputs.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(plan.outputs);
  return outputs;
}

async function valuesOf(tensor: tf.Tensor): Promise<number[]> {
  const bytes = Uint8Array.from(await download(tensor));
  return Array.from(new ARRAYS[tensor.dtype as TensorDType](bytes.buffer));
}

const matMul = (a: tf.Tensor, b: tf.Tensor) =>
  run('BatchMatMul', { a, b }, { transposeA: false, transposeB: false })[0];
const reshape = (x: tf.Tensor, shape: number[]) => run('Reshape', { x }, { shape })[0];

/** The product of two matrices, as the equation says. */
function product(a: number[], b: number[], rows: number, inner: number, columns: number): number[] {
  return Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return Array.from({ length: inner }, (_, k) => a[i * inner + k] * b[k * columns + j]).reduce((x, y) => x + y, 0);
  });
}

const counted = (size: number) => Array.from({ length: size }, (_, i) => i + 1);

describe.each(BACKENDS.filter((name) => name === 'wasm' || name === 'cpu'))('on %s', (name) => {
  beforeAll(async () => {
    expect(await startBackend(name, `${DIST}/`)).toMatchObject({ name, accelerated: false });
  });

  it('a product with a reshape of its right-hand side is right, after a product with that itself', async () => {
    const values = counted(24);
    const b = made([4, 6], values);
    for (const [inner, columns] of [
      [4, 6],
      [6, 4],
      [2, 12],
      [8, 3],
      [4, 6],
      [24, 1],
      [1, 24],
    ]) {
      const a = counted(2 * inner);
      const got = await valuesOf(matMul(made([2, inner], a), reshape(b, [inner, columns])));
      expect(got, `[2,${inner}] × [${inner},${columns}]`).toEqual(product(a, values, 2, inner, columns));
    }
  });

  it('the same holds for batches, and leaves the inputs as they were', async () => {
    const values = counted(12);
    const b = made([1, 3, 4], values);
    matMul(made([1, 1, 3], [1, 1, 1]), b);
    const got = await valuesOf(matMul(made([2, 1, 2], [1, 0, 0, 1]), reshape(b, [2, 2, 3])));
    expect(got).toEqual([1, 2, 3, 10, 11, 12]);
    expect(await valuesOf(b)).toEqual(values);
  });

  it('integers and booleans cast to floats are those numbers, here and in the next kernel', async () => {
    for (const [dtype, values] of [
      ['int32', [0, 1, -2, 7]],
      ['bool', [0, 1, 1, 0]],
    ] as const) {
      const [x] = run('Cast', { x: made([4], [...values], dtype) }, { dtype: 'float32' });
      expect(await valuesOf(x)).toEqual([...values]);
      expect(await valuesOf(run('Add', { a: x, b: made([1], [0.5]) })[0])).toEqual(values.map((value) => value + 0.5));
      expect(await valuesOf(run('Exp', { x: reshape(x, [2, 2]) })[0])).toEqual(
        values.map((value) => expect.closeTo(Math.exp(value), 2)),
      );
    }
    const [back] = run('Cast', { x: made([3], [1.9, -1.9, 0]) }, { dtype: 'int32' });
    expect(await valuesOf(back)).toEqual([1, -1, 0]);
  });

  it('a Fourier transform is one', async () => {
    const signal = [1, 2, 0, -1];
    const [complex] = run('Complex', { real: made([4], signal), imag: made([4], [0, 0, 0, 0]) });
    const [spectrum] = run('FFT', { input: complex });
    const dft = (part: (angle: number) => number) =>
      counted(4).map((k) => signal.reduce((sum, x, t) => sum + x * part((-2 * Math.PI * (k - 1) * t) / 4), 0));
    const near = (values: number[]) => values.map((value) => expect.closeTo(value, 5));
    expect(await valuesOf(run('Real', { input: spectrum })[0])).toEqual(near(dft(Math.cos)));
    expect(await valuesOf(run('Imag', { input: spectrum })[0])).toEqual(near(dft(Math.sin)));
    const [there] = run('IFFT', { input: spectrum });
    expect(await valuesOf(run('Real', { input: there })[0])).toEqual(near(signal));
  });

  it('a sum in Einstein’s notation is one', async () => {
    const [a, b] = [counted(6), counted(12)];
    const [sum] = run('Einsum', { 0: made([2, 3], a), 1: made([3, 4], b) }, { equation: 'ij,jk->ik' });
    expect(await valuesOf(sum)).toEqual(product(a, b, 2, 3, 4));
  });

  it('the gradient of a gather adds up by index', async () => {
    const inputs = { x: made([4, 2], counted(8)), segmentIds: made([4], [2, 0, 2, 2], 'int32') };
    const [sums] = run('UnsortedSegmentSum', inputs, { numSegments: 4 });
    expect(await valuesOf(sums)).toEqual([3, 4, 0, 0, 13, 16, 0, 0]);
  });

  it('what a kernel that is missing here has made can be used by one that is not', async () => {
    const inputs = { x: made([2], [3, 4]), segmentIds: made([2], [1, 1], 'int32') };
    const [sums] = run('UnsortedSegmentSum', inputs, { numSegments: 2 });
    expect(await valuesOf(matMul(made([1, 2], [10, 100]), reshape(sums, [2, 1])))).toEqual([700]);
  });

  it('results without elements have their shape, and sums over nothing are zero', async () => {
    const empty = matMul(made([0, 3], []), made([3, 2], counted(6)));
    expect([empty.shape, await valuesOf(empty)]).toEqual([[0, 2], []]);
    const nothing = matMul(made([2, 0], []), made([0, 2], []));
    expect([nothing.shape, await valuesOf(nothing)]).toEqual([
      [2, 2],
      [0, 0, 0, 0],
    ]);
    const [sums] = run('Sum', { x: made([2, 0], []) }, { axis: [1], keepDims: false });
    expect(await valuesOf(sums)).toEqual([0, 0]);
    const [joined] = run('Concat', { 0: made([0, 2], []), 1: made([1, 2], [1, 2]) }, { axis: 0 });
    expect(await valuesOf(joined)).toEqual([1, 2]);
  });

  it('bytes go in and come out as they are, copied, with booleans as 0 or 1', async () => {
    const floats = [Number.NaN, Infinity, -Infinity, -0, 1e-45, 3.4e38].map(Math.fround);
    const bytes = new Uint8Array(Float32Array.from(floats).buffer);
    const unaligned = new Uint8Array(bytes.length + 1).subarray(1);
    unaligned.set(bytes);
    const tensor = upload(unaligned, [6], 'float32');
    unaligned.fill(0);
    expect(await valuesOf(tensor)).toEqual(floats);
    expect(await valuesOf(made([3], [0, 255, 7], 'bool'))).toEqual([0, 1, 1]);
    expect(await valuesOf(made([], [-(2 ** 31)], 'int32'))).toEqual([-(2 ** 31)]);
  });
});

it('a tensor’s bytes are its values’', () => {
  const dtypes: TensorDType[] = ['float32', 'int32', 'bool', 'complex64'];
  expect(dtypes.map((dtype) => bytesOf({ shape: [2, 3], dtype }))).toEqual([24, 24, 6, 48]);
  expect(bytesOf({ shape: [], dtype: 'float32' })).toBe(4);
  expect(bytesOf({ shape: [2, 0], dtype: 'float32' })).toBe(0);
});

it('a backend that there is not says so', async () => {
  await expect(startBackend('abacus' as 'cpu', '')).rejects.toThrow();
});

/** Through a host, as submissions are judged; on a software driver, if there is no GPU. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ndarray } from '../../author/ndarray.ts';
import { bundle, isBundleError } from '../../subject/bundle.ts';
import { HostPool } from '../../subject/host-pool.ts';
import type { RemoteTensor } from '../../subject/remote-values.ts';
import { Sandbox } from '../../subject/sandbox.ts';
import { Subject } from '../../subject/subject.ts';
import { ATTENTION, grade, SOLUTIONS } from '../../testing/submissions.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { BackendAbsent } from '../../wire/backend-names.ts';
import { describe as described } from './webgpu.ts';

const SOURCE = `
import * as tf from '@tensorflow/tfjs';
export const product = (a, b) => tf.matMul(a, b);
export const elementwise = (x) => tf.stack([tf.exp(x), tf.log(x), tf.tanh(x), tf.relu(x), tf.sigmoid(x)]);
export const softmax = (x) => tf.softmax(x);
export const waves = (x) => tf.concat([tf.sin(x), tf.cos(x)]);
export const growth = (x) => tf.concat([tf.expm1(x), tf.sinh(x), tf.asinh(x)]);
export const gatherGradient = (x) => tf.grad((y) => tf.gather(y, tf.tensor1d([2, 0, 2, 2], 'int32')).sum())(x);
export const ranks = (x) => {
  const wide = x.reshape([1, 1, 1, 1, 4]);
  return tf.where(tf.greater(wide, 2), tf.neg(wide), wide).tile([1, 1, 1, 2, 1]).reshape([8]);
};
export const fiveAxes = (x) => {
  const wide = x.reshape([1, 1, 1, 2, 2]);
  return tf.concat([tf.add(wide, tf.tensor1d([10, 20])), tf.mul(tf.tensor1d([1, -1]), wide)]).flatten();
};
export const padded = (x) => x.reshape([1, 1, 1, 1, 4]).pad([[0, 0], [0, 0], [0, 0], [0, 0], [1, 0]]).flatten();
export const sumGradients = (x) => {
  const gradient = (y) => tf.grad((z) => tf.cumsum(z).mul(tf.range(1, 1 + z.size)).sum())(y);
  return tf.concat([gradient(x), gradient(x.slice(0, 2)), gradient(tf.concat([x, x]))]);
};
export const transposed = (x) => {
  const matrix = x.reshape([1, 2, 2]);
  const integers = (y) => tf.cast(y, 'int32').transpose([0, 2, 1]);
  return tf.concat([matrix.transpose([0, 2, 1]).flatten(), integers(matrix).flatten().toFloat(), matrix.transpose([0, 2, 1]).flatten()]);
};
export const opened = (x) => {
  const open = tf.cast(tf.greater(x.reshape([1, 2, 2]), 1), 'float32');
  return tf.concat([open.transpose([0, 2, 1]).flatten(), open.sum(1).flatten(), tf.range(0, 2, 1, 'int32').toFloat()]);
};
export const manySummands = (x) => tf.addN(Array.from({ length: 9 }, (_, i) => tf.add(x, i)));
export const topOfOne = (x) => {
  tf.tidy(() => void tf.topk(x, 1));
  return tf.max(x, 1);
};
export const doubled = (x) => tf.tensor1d(Array.from(x.dataSync(), (value) => 2 * value));
export const spectrum = (x) => tf.real(tf.spectral.fft(tf.complex(x, tf.zerosLike(x))));
`;
const FUNCTIONS = [...SOURCE.matchAll(/^export const (\w+)/gm)].map(([, name]) => name);

const hosts = new HostPool({ backend: 'webgpu' });
const sandbox = new Sandbox(hosts);
let absent: string | null = null;
let subject: Subject;

beforeAll(async () => {
  try {
    await hosts.get();
  } catch (error) {
    if (!(error instanceof BackendAbsent)) throw error;
    absent = error.message;
    return;
  }
  const folder = temporaryFolder({ 'exercises/some.ts': SOURCE });
  const within = join(folder, 'exercises');
  const bundled = await bundle({ entry: join(within, 'some.ts'), root: folder, within, given: {} });
  if (isBundleError(bundled)) throw new Error(bundled.message);
  const exports = Object.fromEntries(FUNCTIONS.map((name) => [name, 'tensor']));
  subject = new Subject(sandbox, { exports, bundle: bundled, timeout: 60 });
});
afterAll(async () => {
  await sandbox.close();
  await hosts.stop();
});

const vector = (values: number[], shape = [values.length]) => ndarray(shape, Float32Array.from(values));
async function result(fn: string, ...args: unknown[]): Promise<number[]> {
  const tensor = (await subject.submission[fn](...args)) as RemoteTensor;
  return Array.from((await subject.read(tensor)).data);
}

describe('on WebGPU', () => {
  beforeEach((context) => {
    if (absent) context.skip(`not tried here: ${absent}`);
  });

  it('a product is right', async () => {
    const [a, b] = [vector([1, 2, 3, 4, 5, 6], [2, 3]), vector([1, 0, 0, 1, 1, 1], [3, 2])];
    expect(await result('product', a, b)).toEqual([4, 5, 10, 11]);
  });

  it('NaN stays NaN, and infinities are what they should be', async () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    const near = (value: number) => expect.closeTo(value, 5);
    expect(await result('elementwise', vector([nan, -inf, inf, 0, 1]))).toEqual(
      [
        [nan, 0, inf, 1, near(Math.E)],
        [nan, nan, inf, -inf, near(0)],
        [nan, -1, 1, 0, near(Math.tanh(1))],
        [nan, 0, inf, 0, 1],
        [nan, 0, 1, 0.5, near(1 / (1 + Math.exp(-1)))],
      ].flat(),
    );
    expect(await result('softmax', vector([nan, 1, inf, 1, -inf, 1], [3, 2]))).toEqual([nan, nan, nan, nan, 0, 1]);
  });

  it('sine and cosine hold to the last digit, far from zero too', async () => {
    const angles = [0.5, -3, 100, 131_072.5];
    const due = [Math.sin, Math.cos].flatMap((wave) => angles.map(wave));
    expect(await result('waves', vector(angles))).toEqual(due.map(Math.fround));
  });

  it('so do the functions that are made for small numbers, or of logarithms', async () => {
    const numbers = [2 ** -20, -(2 ** 14)];
    const due = [Math.expm1, Math.sinh, Math.asinh].flatMap((f) => numbers.map(f));
    expect(await result('growth', vector(numbers))).toEqual(due.map(Math.fround));
  });

  it('the gradient of a gather adds up by index', async () => {
    expect(await result('gatherGradient', vector([1, 2, 3, 4]))).toEqual([1, 0, 3, 0]);
  });

  it('complex numbers are the cpu backend’s, and what runs there is counted', async () => {
    expect(await result('spectrum', vector([1, 2, 0, -1]))).toEqual(
      [2, 1, 0, 1].map((value) => expect.closeTo(value, 5)),
    );
    expect((await sandbox.usageTotals()).fallbacks).toMatchObject({ Complex: 1, FFT: 1, Real: 1 });
  });

  it('so does one that takes no more than four axes, with values that were made on the device', async () => {
    expect(await result('ranks', vector([1, 2, 3, 4]))).toEqual([1, 2, -3, -4, 1, 2, -3, -4]);
  });

  it('nor does one that pads, or adds a vector', async () => {
    expect(await result('fiveAxes', vector([1, 2, 3, 4]))).toEqual([11, 22, 13, 24, 1, -2, 3, -4]);
    expect(await result('padded', vector([1, 2, 3, 4]))).toEqual([0, 1, 2, 3, 4]);
  });

  it('a running sum has a gradient whatever its length, and whatever was summed before', async () => {
    expect(await result('sumGradients', vector([1, 2, 3, 4]))).toEqual(
      [
        [10, 9, 7, 4],
        [3, 2],
        [36, 35, 33, 30, 26, 21, 15, 8],
      ].flat(),
    );
  });

  it('integers are transposed as floats are, also after them', async () => {
    const once = [1, 3, 2, 4];
    expect(await result('transposed', vector([1, 2, 3, 4]))).toEqual([...once, ...once, ...once]);
  });

  it('a mask that is cast to floats is transposed and added up as floats are', async () => {
    expect(await result('opened', vector([1, 2, 3, 4]))).toEqual([0, 1, 1, 1, 1, 2, 0, 1]);
  });

  it('a sum may have more terms than a shader takes buffers', async () => {
    expect(await result('manySummands', vector([1, 2]))).toEqual([45, 54]);
  });

  it('the largest of one is a tensor of its own', async () => {
    expect(await result('topOfOne', vector([1, 2, 3, 4], [4, 1]))).toEqual([1, 2, 3, 4]);
  });

  it('a submission can read its tensors at once, though the backend cannot', async () => {
    expect(await result('doubled', vector([1, 2, 3]))).toEqual([2, 4, 6]);
  });

  it('an exercise is graded, hidden cases and all', async () => {
    const report = await grade({ [ATTENTION]: SOLUTIONS[ATTENTION] }, { hosts, timeout: 60 });
    const unpassed = report.exercises[0].checks.filter(({ status }) => status !== 'pass');
    expect(unpassed.map(({ id, message }) => `${id}: ${message}`)).toEqual([]);
    expect(report.backend.name).toBe('webgpu');
  }, 300_000);
});

describe('an adapter', () => {
  const info = { vendor: 'v', architecture: 'a', device: 'd', description: 'Some card' };

  it('in software is none that accelerates, whatever it says of itself', () => {
    expect(described({ info })).toEqual({ device: 'd, Some card', accelerated: true });
    expect(described({ info: { ...info, isFallbackAdapter: true } }).accelerated).toBe(false);
    for (const description of ['llvmpipe (LLVM 15.0.6)', 'SwiftShader driver 5.0.0', 'Microsoft Basic Render Driver'])
      expect(described({ info: { ...info, description } }).accelerated, description).toBe(false);
  });
});

/** What the device can do at most, measured: the roof that any kernel's speed is below. */
import * as tf from '@tensorflow/tfjs-core';
import type { Roofline } from '../wire/roofline.ts';

/** Grown until a run takes so long that the clock and the launch no longer count. */
const LONG_ENOUGH_MS = 30;
const SIZES = [256, 512, 1024, 2048, 4096];
const RUNS = 3;

/** Takes a second or so. The best of a few runs counts, since noise only ever slows. */
export async function measureRoofline(): Promise<Roofline> {
  let matMul = { size: 0, ms: 0 };
  for (const size of SIZES) {
    const a = tf.fill([size, size], 0.5);
    matMul = { size, ms: await best(() => run('BatchMatMul', { a, b: a }, { transposeA: false, transposeB: false })) };
    a.dispose();
    if (matMul.ms > LONG_ENOUGH_MS) break;
  }
  let copy = { bytes: 0, ms: 0 };
  for (const size of SIZES) {
    const x = tf.fill([size, size], 1);
    const one = tf.fill([1], 1);
    // Read once and written once.
    copy = { bytes: 2 * 4 * size * size, ms: await best(() => run('Add', { a: x, b: one })) };
    x.dispose();
    one.dispose();
    if (copy.ms > LONG_ENOUGH_MS) break;
  }
  return {
    matMulGflops: (2 * matMul.size ** 3) / (matMul.ms * 1e6),
    matMulSize: matMul.size,
    copyGBs: copy.bytes / (copy.ms * 1e6),
    copyBytes: copy.bytes,
  };
}

/** Milliseconds of the fastest run, from the launch until a value of the result has come back. */
async function best(kernel: () => tf.Tensor): Promise<number> {
  let least = Infinity;
  // The first run compiles.
  for (let i = 0; i <= RUNS; i++) {
    const started = performance.now();
    const output = kernel();
    const corner = run('Slice', { x: output }, { begin: output.shape.map(() => 0), size: output.shape.map(() => 1) });
    await corner.data();
    if (i > 0) least = Math.min(least, performance.now() - started);
    output.dispose();
    corner.dispose();
  }
  return least;
}

function run(name: string, inputs: tf.NamedTensorMap, attrs: object = {}): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;
}

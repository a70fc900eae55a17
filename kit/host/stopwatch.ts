/** Wall time of work on a device that does it later than it is told to. */
import * as tf from '@tensorflow/tfjs-core';

/** Milliseconds from an idle device until the device has done all of the work, its outputs included. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  await deviceIdle();
  const started = performance.now();
  const result = await work();
  await deviceIdle();
  return { result, ms: performance.now() - started };
}

/** A device works in order: what the last kernel wrote can be read only when all before it is done. */
async function deviceIdle(): Promise<void> {
  const attrs = { shape: [1], value: 0, dtype: 'float32' };
  const last = tf.engine().runKernel('Fill', {}, attrs as unknown as tf.NamedAttrMap) as tf.Tensor;
  await last.data();
  last.dispose();
}

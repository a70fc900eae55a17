import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { timed } from './stopwatch.ts';

/** What happened, in order. */
const log: string[] = [];
/** Lets the device finish what it was given; it does so only when told. */
let finish: () => void = () => {};

/** A device that answers a read when it has done what was asked of it before. */
class Queue extends tf.KernelBackend {
  override read(): Promise<Float32Array> {
    log.push('waits');
    return new Promise((resolve) => {
      finish = () => {
        log.push('idle');
        resolve(Float32Array.of(0));
      };
    });
  }
  override disposeData(): boolean {
    return true;
  }
  override numDataIds(): number {
    return 0;
  }
}

beforeAll(async () => {
  tf.registerBackend('queue', () => new Queue());
  const kernelFunc = () => ({ dataId: {}, shape: [1], dtype: 'float32' }) as tf.TensorInfo;
  tf.registerKernel({ kernelName: 'Fill', backendName: 'queue', kernelFunc });
  await tf.setBackend('queue');
});

it('work begins on an idle device, and ends when the device has done it', async () => {
  const measured = timed(async () => log.push('works')).then(({ result, ms }) => {
    log.push('measured');
    return { result, ms };
  });
  const turn = () => new Promise(setImmediate);
  await turn();
  expect(log).toEqual(['waits']);
  finish();
  await turn();
  expect(log).toEqual(['waits', 'idle', 'works', 'waits']);
  finish();
  const { result, ms } = await measured;
  expect(log.slice(4)).toEqual(['idle', 'measured']);
  expect(result).toBe(3);
  expect(ms).toBeGreaterThan(0);
});

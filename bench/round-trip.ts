/** Milliseconds for one small kernel: from a sandbox through the host, and directly on the same backend in this process. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { ndarray } from '../kit/author/ndarray.ts';
import { bundle, isBundleError } from '../kit/subject/bundle.ts';
import { HostPool } from '../kit/subject/host-pool.ts';
import { Sandbox } from '../kit/subject/sandbox.ts';
import { Subject } from '../kit/subject/subject.ts';

const KERNELS = 5000;
const SOURCE = `
import * as tf from '@tensorflow/tfjs';
export function add(x: tf.Tensor, times: number) {
  return tf.tidy(() => {
    let y = x;
    for (let i = 0; i < times; i++) y = tf.add(y, x);
    return y;
  });
}`;

export async function roundTrip(): Promise<{ remote: number; local: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'kit-bench-'));
  const hosts = new HostPool({ backend: 'wasm' });
  try {
    const entry = join(folder, 'add.ts');
    writeFileSync(entry, SOURCE);
    const bundled = await bundle({ entry, within: folder });
    if (isBundleError(bundled)) throw new Error(bundled.message);
    const subject = new Subject(new Sandbox(hosts), { exports: { add: 'sum' }, bundle: bundled });
    const x = ndarray([4], [1, 2, 3, 4]);
    const remote = await timed(() => subject.submission.add(x, KERNELS));
    await tf.setBackend('wasm');
    const local = await timed(async () => {
      const y = tf.tensor([1, 2, 3, 4]);
      tf.tidy(() => {
        let sum: tf.Tensor = y;
        for (let i = 0; i < KERNELS; i++) sum = tf.add(sum, y);
        return sum;
      }).dataSync();
    });
    return { remote, local };
  } finally {
    await hosts.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  await run();
  const started = performance.now();
  await run();
  return (performance.now() - started) / KERNELS;
}

/** TensorFlow's C library through tfjs-node: CUDA with `@tensorflow/tfjs-node-gpu`, the processor with `@tensorflow/tfjs-node`. */
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo } from '../../wire/backend-names.ts';
import { BackendAbsent } from '../../wire/backend-names.ts';
import type { Backend } from './backend.ts';
import { findPackage } from './optional-package.ts';

const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

export const tensorflow: Backend = { name: 'tensorflow', start };

async function start(): Promise<BackendInfo> {
  const [name, file] = PACKAGES.map((candidate) => [candidate, findPackage(candidate)] as const).find(
    ([, found]) => found !== null,
  ) ?? [PACKAGES[0], null];
  if (file === null) {
    throw new BackendAbsent(
      `neither ${PACKAGES.join(' nor ')} is installed; \`npm install --no-save ${name}\` installs the one for CUDA on Linux (see docs/gpu.md)`,
    );
  }
  const require = createRequire(file);
  restoreTypeTests(require('node:util'));
  // It brings a tfjs-core of its own, but tfjs keeps engine and kernels in the global object, so it registers here.
  require(file);
  if (!(await tf.setBackend('tensorflow'))) throw new Error(`${name} is installed, and does not start`);
  return described(tf.backend(), name);
}

/** What tfjs-node's backend tells of its device, and of the library beneath it. */
export function described(backend: object, through: string): BackendInfo {
  const { isUsingGpuDevice, binding } = backend as { isUsingGpuDevice?: boolean; binding?: { TF_Version?: string } };
  const onGpu = isUsingGpuDevice === true;
  const library = binding?.TF_Version ? ` (TensorFlow ${binding.TF_Version})` : '';
  return {
    name: 'tensorflow',
    device: `${onGpu ? 'CUDA' : 'the processor'} through ${through}${library}`,
    accelerated: onGpu,
  };
}

/** Type tests that tfjs-node calls, and that Node 23 took out of its `util`. */
export function restoreTypeTests(util: Record<string, unknown>): void {
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

import { describe, expect, it } from 'vitest';
import { HostPool } from '../../subject/host-pool.ts';
import { BackendAbsent } from '../../wire/backend-names.ts';
import { findPackage } from './optional-package.ts';
import { described, restoreTypeTests } from './tensorflow.ts';

describe('tensorflow', () => {
  it.skipIf(findPackage('@tensorflow/tfjs-node') || findPackage('@tensorflow/tfjs-node-gpu'))(
    'that is not installed says so, and what to install; auto goes on to the next',
    async () => {
      const hosts = new HostPool({ backend: 'tensorflow' });
      const error = await hosts.get().catch((caught) => caught);
      expect(error).toBeInstanceOf(BackendAbsent);
      expect(error.message).toMatch(/^tensorflow does not start: .*npm install --no-save @tensorflow\/tfjs-node-gpu/);
      await hosts.stop();

      const auto = new HostPool({ backend: 'auto' });
      expect((await auto.get()).backend.name).toMatch(/^(webgpu|wasm)$/);
      await auto.stop();
    },
  );

  it('is named with its device and the version of the library', () => {
    const binding = { TF_Version: '2.9.1' };
    expect(described({ isUsingGpuDevice: true, binding }, 'some package')).toEqual({
      name: 'tensorflow',
      device: 'CUDA through some package (TensorFlow 2.9.1)',
      accelerated: true,
    });
    expect(described({ isUsingGpuDevice: false }, 'some package')).toMatchObject({
      device: 'the processor through some package',
      accelerated: false,
    });
  });

  it('gets back the type tests that newer Nodes have dropped, and keeps those that there are', () => {
    const kept = () => true;
    const util: Record<string, unknown> = { isArray: kept };
    restoreTypeTests(util);
    expect(util.isArray).toBe(kept);
    const isNullOrUndefined = util.isNullOrUndefined as (value: unknown) => boolean;
    expect([null, undefined, 0, ''].map(isNullOrUndefined)).toEqual([true, true, false, false]);
  });
});

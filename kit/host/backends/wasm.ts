/** WebAssembly with SIMD: the embedded default. */
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from './backend.ts';

/** @param folder where the .wasm files are */
export function wasmIn(folder: string): Backend {
  return {
    name: 'wasm',
    async start() {
      const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
      setWasmPaths(folder);
      if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly does not start here');
      return { name: 'wasm', device: 'WebAssembly with SIMD', accelerated: false };
    },
    mustNotRun: (_, __, plan) => plan.notOnWasm === true,
  };
}

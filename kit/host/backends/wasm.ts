/** WebAssembly with SIMD: the embedded default. */
import * as tf from '@tensorflow/tfjs-core';
import { KernelRefused } from '../../wire/kernel.ts';
import type { Backend } from './backend.ts';

/** Of its 4 GiB, so many for tensors. The rest is for what kernels need while they run, which none of them looks after. */
const HEAP_BYTES = 2.5 * 1024 ** 3;
/** A heap never shrinks. One that has grown beyond this is not kept for the next submission. */
const WHOLE_BYTES = 512 * 1024 ** 2;

/** The part of Emscripten's module that allocates. */
export interface Module {
  HEAPU8: Uint8Array;
  _malloc: (bytes: number) => number;
  _free: (address: number) => void;
}

/** @param folder where the .wasm files are */
export function wasmIn(folder: string): Backend {
  let memory: BoundedMemory | undefined;
  return {
    name: 'wasm',
    async start() {
      const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
      setWasmPaths(folder);
      const isStarted = await listening(() => tf.setBackend('wasm'));
      if (!isStarted) throw new Error('WebAssembly does not start here');
      memory = new BoundedMemory((tf.backend() as unknown as { wasm: Module }).wasm);
      return { name: 'wasm', device: 'WebAssembly with SIMD', accelerated: false };
    },
    mustNotRun: (_, __, plan) => plan.notOnWasm === true,
    isWhole: () => (memory?.isWhole ?? true) && !hasComplained,
    takeFault() {
      const fault = complaint;
      complaint = null;
      return fault;
    },
  };
}

/** What the library said of a kernel that it could not run as asked; it goes on with whatever lies in its output. */
let complaint: string | null = null;
let hasComplained = false;

/** Where the library speaks is settled while it starts. */
async function listening<T>(start: () => Promise<T>): Promise<T> {
  const { log, warn, error } = console;
  const hear = (...words: unknown[]) => {
    const text = words.join(' ');
    if (!text.includes('XNN status')) return;
    complaint ??= text.slice(0, 300);
    hasComplained = true;
  };
  Object.assign(console, { log: hear, warn: hear, error: hear });
  try {
    return await start();
  } finally {
    Object.assign(console, { log, warn, error });
  }
}

/** tfjs takes whatever `malloc` gives for an address, also the 0 that says that nothing is left. */
export class BoundedMemory {
  #refused = false;

  constructor(
    readonly module: Module,
    readonly limitBytes = HEAP_BYTES,
  ) {
    // The first call puts the real function in place of one that waited for the module.
    module._free(module._malloc(1));
    const malloc = module._malloc;
    module._malloc = (bytes) => {
      const address = malloc(bytes) >>> 0;
      const isRefused = (address === 0 && bytes > 0) || this.module.HEAPU8.length > this.limitBytes;
      if (!isRefused) return address;
      this.#refused = true;
      if (address !== 0) module._free(address);
      throw new KernelRefused(
        `out of memory: ${(bytes / 1024 ** 2).toFixed(1)} MiB more do not fit into the ${this.limitBytes / 1024 ** 3} GiB for all tensors`,
      );
    };
  }

  get isWhole(): boolean {
    return !this.#refused && this.module.HEAPU8.length <= WHOLE_BYTES;
  }
}

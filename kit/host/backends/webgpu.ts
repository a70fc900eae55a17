/**
 * tfjs's WebGPU backend over Dawn (the npm package `webgpu`): Vulkan on Linux, Metal on macOS, D3D12 on Windows.
 *
 * It was written for browsers. Here its synchronous reads do not work, so what must leave the GPU is awaited.
 */
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendInfo } from '../../wire/backend-names.ts';
import { BackendAbsent } from '../../wire/backend-names.ts';
import type { Backend } from './backend.ts';
import { findPackage } from './optional-package.ts';
import { amend, mustNotRun } from './webgpu-kernels.ts';

interface Dawn {
  create(options: string[]): Gpu;
  globals: Record<string, unknown>;
}
interface Gpu {
  requestAdapter(options: { powerPreference: string }): Promise<Adapter | null>;
}
interface Adapter {
  info: { vendor: string; architecture: string; device: string; description: string; isFallbackAdapter?: boolean };
}
interface Device {
  addEventListener(event: 'uncapturederror', listener: (event: { error: { message: string } }) => void): void;
  lost: Promise<{ reason: string; message: string }>;
}

const DRIVER = {
  linux: 'a Vulkan driver and its loader (apt-get install libvulkan1, and the driver of the card)',
  darwin: 'macOS with Metal',
  win32: 'a driver with D3D12',
}[process.platform as 'linux'];

let fault: string | null = null;

/** @param evenInSoftware whether a software adapter will do; it is right, and slower than wasm */
export function webgpuOn({ evenInSoftware }: { evenInSoftware: boolean }): Backend {
  return {
    name: 'webgpu',
    start: () => start(evenInSoftware),
    mustNotRun,
    amend,
    readsAsynchronously: true,
    moveToDevice({ dataId, size }) {
      if (size > 0) (tf.backend() as unknown as { uploadToGPU(dataId: object): void }).uploadToGPU(dataId);
    },
    takeFault() {
      const message = fault;
      fault = null;
      return message;
    },
  };
}

async function start(evenInSoftware: boolean): Promise<BackendInfo> {
  const adapter = await adapterOf(await installDawn());
  if (!adapter) throw new BackendAbsent(`no adapter was found; it needs ${DRIVER ?? 'a GPU and its driver'}`);
  const { accelerated, device } = describe(adapter);
  if (!accelerated && !evenInSoftware) throw new BackendAbsent(`the only adapter is software (${device})`);

  if (!accelerated) pauseBetweenTurns();
  await import('@tensorflow/tfjs-backend-webgpu');
  // Small tensors would be computed in JavaScript: what is judged is to have run on the GPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  if (!(await tf.setBackend('webgpu'))) throw new Error(`${device} gives no device`);
  listen((tf.backend() as unknown as { device: Device }).device);
  return { name: 'webgpu', device, accelerated };
}

/** Puts into this process what a browser would have. */
async function installDawn(): Promise<Gpu> {
  const file = findPackage('webgpu');
  if (!file) throw new BackendAbsent('the package `webgpu` is not installed; `npm install webgpu` gets it');
  const dawn: Dawn = await import(pathToFileURL(file).href);
  const gpu = dawn.create([]);
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  return gpu;
}

const adapterOf = (gpu: Gpu) => gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);

/** Milliseconds: nothing beside what a kernel takes in software. */
const PAUSE = 0.1;

/**
 * Dawn waits for its device by asking at every turn of the event loop. A driver in software computes on the cores that
 * this takes, so there each turn begins with a pause.
 */
function pauseBetweenTurns(): void {
  const { setImmediate } = globalThis;
  const never = new Int32Array(new SharedArrayBuffer(4));
  globalThis.setImmediate = ((turn: (...args: unknown[]) => void, ...args: unknown[]) =>
    setImmediate(() => {
      Atomics.wait(never, 0, 0, PAUSE);
      turn(...args);
    })) as typeof setImmediate;
}

/** Software is what the adapter says of itself, or is known to be. */
export function describe({ info }: Adapter): { device: string; accelerated: boolean } {
  const named = [info.vendor, info.architecture, info.device].join(' ');
  const software =
    info.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|softpipe|warp|basic render/i.test(`${named} ${info.description}`);
  const words = [info.device || info.architecture, info.description].filter(Boolean).join(', ');
  return {
    device: `${words || info.vendor || 'unnamed adapter'}${software ? ' (software)' : ''}`,
    accelerated: !software,
  };
}

/** A kernel that the GPU refuses leaves zeros behind and tells it later: nobody may be judged by those. */
function listen(device: Device): void {
  device.addEventListener('uncapturederror', ({ error }) => {
    fault ??= `the GPU refused a kernel: ${error.message.split('\n')[0].slice(0, 300)}`;
  });
  void device.lost.then(({ reason, message }) => {
    if (reason === 'destroyed') return;
    process.stderr.write(`Error: the GPU was lost (${message.slice(0, 200)})\n`);
    process.exit(70);
  });
}

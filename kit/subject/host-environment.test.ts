import { describe, expect, it } from 'vitest';
import { hostEnvironment } from './host-environment.ts';

const chromium = (file: string) => file.startsWith('/usr/lib/chromium/');

describe('the environment of a host', () => {
  it('is left as it is for the embedded backends, and where there is nothing to find', () => {
    for (const backend of ['wasm', 'cpu'] as const) expect(hostEnvironment(backend, {}, chromium, 'linux')).toEqual({});
    expect(hostEnvironment('webgpu', {}, () => false, 'linux')).toEqual({});
    expect(hostEnvironment('webgpu', {}, chromium, 'darwin')).toEqual({});
  });

  it('has TF32 off for TensorFlow, so that float32 means float32', () => {
    expect(hostEnvironment('tensorflow', {}, () => false, 'linux')).toEqual({ NVIDIA_TF32_OVERRIDE: '0' });
    expect(hostEnvironment('auto', {}, () => false, 'linux')).toEqual({ NVIDIA_TF32_OVERRIDE: '0' });
  });

  it('leads to Chromium’s loader only where the system has none', () => {
    expect(hostEnvironment('webgpu', { LD_LIBRARY_PATH: '/mine' }, chromium, 'linux').LD_LIBRARY_PATH).toBe(
      '/mine:/usr/lib/chromium',
    );
    expect(hostEnvironment('webgpu', {}, () => true, 'linux').LD_LIBRARY_PATH).toBeUndefined();
  });

  it('adds a driver in software for who asks for WebGPU by name, unless one was chosen, and never for auto', () => {
    const software = '/usr/lib/chromium/vk_swiftshader_icd.json';
    expect(hostEnvironment('webgpu', {}, chromium, 'linux').VK_ADD_DRIVER_FILES).toBe(software);
    expect(hostEnvironment('webgpu', { VK_DRIVER_FILES: 'a' }, chromium, 'linux').VK_ADD_DRIVER_FILES).toBeUndefined();
    expect(hostEnvironment('auto', {}, chromium, 'linux').VK_ADD_DRIVER_FILES).toBeUndefined();
  });
});

/** What a host process must find in its environment: libraries and drivers are looked for once, at its start. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendChoice } from '../wire/backend-names.ts';

const LOADER = 'libvulkan.so.1';
const SYSTEM_FOLDERS = [
  '/lib64',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/lib/x86_64-linux-gnu',
  '/lib/aarch64-linux-gnu',
];
/** Chromium brings a loader, and a driver in software (SwiftShader). */
const CHROMIUM_FOLDERS = ['/usr/lib/chromium', '/usr/lib64/chromium', '/opt/google/chrome'];
const SOFTWARE_DRIVER = 'vk_swiftshader_icd.json';

/** @returns what is to be set besides what this process has */
export function hostEnvironment(
  backend: BackendChoice,
  env: NodeJS.ProcessEnv = process.env,
  exists: (file: string) => boolean = existsSync,
  platform: string = process.platform,
): NodeJS.ProcessEnv {
  const added: NodeJS.ProcessEnv = {};
  // On Ampere and later CUDA cuts the factors of a float32 product to ten bits of mantissa, unless told not to.
  if (backend === 'tensorflow' || backend === 'auto') added.NVIDIA_TF32_OVERRIDE = '0';
  if (platform !== 'linux' || (backend !== 'webgpu' && backend !== 'auto')) return added;

  const holds = (file: string) => (folder: string) => exists(join(folder, file));
  const loader = SYSTEM_FOLDERS.some(holds(LOADER)) ? undefined : CHROMIUM_FOLDERS.find(holds(LOADER));
  if (loader) added.LD_LIBRARY_PATH = [env.LD_LIBRARY_PATH, loader].filter(Boolean).join(':');

  // Software is for those who ask for WebGPU by name. It is added to the machine's drivers and hides none of them.
  const chosen = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES ?? env.VK_ADD_DRIVER_FILES;
  const software = CHROMIUM_FOLDERS.find(holds(SOFTWARE_DRIVER));
  if (backend === 'webgpu' && !chosen && software) added.VK_ADD_DRIVER_FILES = join(software, SOFTWARE_DRIVER);
  return added;
}

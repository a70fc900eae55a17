/** The backends by name, apart from their code, so that naming one costs nothing. In the order in which `auto` tries them. */
export const BACKENDS = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** `auto`: the first that starts, where WebGPU counts only if a real GPU is behind it. */
export type BackendChoice = BackendName | 'auto';

/** These come with the kit and need nothing of the machine. */
export const EMBEDDED: readonly BackendName[] = ['wasm', 'cpu'];

export interface BackendInfo {
  name: BackendName;
  /** What it runs on, in words. */
  device: string;
  /** True on a real GPU only. */
  accelerated: boolean;
}

/** The backend cannot start here, and this is what to install. */
export class BackendAbsent extends Error {
  override name = 'BackendAbsent';
}

/** The backends by name, apart from their code, so that naming one costs nothing. In the order in which `auto` would try them. */
export const BACKENDS = ['wasm', 'cpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface BackendInfo {
  name: BackendName;
  /** What it runs on, in words. */
  device: string;
  /** True on a real GPU only. */
  accelerated: boolean;
}

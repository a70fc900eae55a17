/** What the host must know of a backend: how it starts, and where it differs from the others. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { BackendInfo, BackendName } from '../../wire/backend-names.ts';
import type { Plan } from '../../wire/kernel.ts';

export interface Backend {
  readonly name: BackendName;
  /** Makes it the backend of this process. @throws BackendAbsent; Error if it is there and does not start */
  start(): Promise<BackendInfo>;
  /** Kernels that it has, and that must not be run on it as they are: they would be wrong, or crash. */
  mustNotRun?(kernel: string, inputs: Record<string, Tensor>, plan: Plan): boolean;
  /** Makes a kernel's outputs what they should have been; it owns those that it replaces. */
  amend?(kernel: string, inputs: Record<string, Tensor>, outputs: Tensor[]): Tensor[];
  /** Tensors can be read only with `await`, so what the cpu backend will compute with is fetched beforehand. */
  readonly readsAsynchronously?: boolean;
  /** Moves it to the device now, where that would wait until a kernel needs it. */
  moveToDevice?(tensor: Tensor): void;
  /** What went wrong on the device since this was last asked: a GPU tells it later than the kernel that caused it. */
  takeFault?(): string | null;
  /** Whether it is as good as new: nothing was refused for want of memory, and what is held of it is little. */
  isWhole?(): boolean;
}

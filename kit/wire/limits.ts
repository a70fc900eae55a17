/**
 * What a submission may use. The host sees to it; the sandbox, which is not believed, says it first, at the learner's
 * own line.
 */
import { KernelRefused } from './kernel.ts';

export interface SessionLimits {
  /** Live bytes of the submission's tensors. */
  memoryBytes: number;
  /** Per request: so much arithmetic, so many kernels (uploads and downloads count too), so much text. */
  flops: number;
  kernels: number;
  logBytes: number;
}

export const SESSION_LIMITS: SessionLimits = {
  memoryBytes: 1024 ** 3,
  flops: 5e10,
  kernels: 200_000,
  logBytes: 64 * 1024,
};

/** Each takes some room of the host's, even one without elements. */
export const MAX_TENSORS = 250_000;

/** @throws KernelRefused if so many bytes more would not fit, or a tensor more, however small */
export function requireRoom(bytes: number, inUse: { tensors: number; bytes: number }, limitBytes: number): void {
  if (inUse.tensors >= MAX_TENSORS) {
    throw new KernelRefused(
      `out of memory: ${MAX_TENSORS} tensors are alive; tf.tidy disposes everything that its function does not return`,
    );
  }
  if (!(inUse.bytes + bytes <= limitBytes)) {
    throw new KernelRefused(
      `out of memory: ${mebibytes(bytes)} more, with ${mebibytes(inUse.bytes)} in use, are over the limit of ${mebibytes(limitBytes)}`,
    );
  }
}

const mebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

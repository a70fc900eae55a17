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

/** Characters of an error that refuses an argument. It is to say what is invalid, not all that could be. */
export const REFUSAL_CHARACTERS = 1000;

/** How large a result may be that is not a tensor. The sandbox describes what is larger; the judge refuses it. */
export const RESULT_LIMITS = {
  /** Items of one list, fields of one object. */
  items: 10_000,
  /** Lists and objects inside each other. */
  depth: 8,
  /** Of one string … */
  characters: 1000,
  /** … and of all strings and fields' names together. */
  charactersInAll: 1_000_000,
  /** Of one result in all, lists, objects and tensors among them. */
  values: 200_000,
} as const;

/**
 * Elements of tensors that the grader reads. What an exercise expects is known by its shape before anything is read, and what
 * has another shape is not; these hold for what nobody expects: results that are compared with each other.
 */
export const READ_LIMITS = {
  /** Of one tensor. */
  elements: 2 ** 20,
  /** From one `forget` to the next. */
  inAll: 2 ** 23,
} as const;

/** What a sandbox says in words, as far as the host passes it on: characters. */
export const TEXT_LIMITS = {
  errorName: 100,
  message: 4000,
  stack: 8000,
  /** Of an argument that is not as it was passed, and of a value that cannot leave. */
  description: 1000,
  /** Of one exported name; and so many names. */
  exportedName: 200,
  exports: 10_000,
  /** What the grader keeps of what is printed in a check. */
  printed: 16_384,
} as const;

/** Tensors that are still in memory after a call: so many are told one by one, and the others counted. */
export const MOST_LEAKS = 1000;

/** To find where NaN arises, results are fetched and looked through. */
export const TRACE_LIMITS = {
  kernels: 2000,
  /** Of one tensor; a larger one is not looked at. */
  values: 1_000_000,
  /** Fetched in all. */
  fetched: 20_000_000,
  /** Of inputs that are kept to say what a value was made of. */
  kept: 4_000_000,
  operands: 1000,
} as const;

/** What a worker may take before it is ended from outside. */
export interface WorkerLimits {
  /** Resident, of all processes of the worker together: grader, bundler, kernel host, sandboxes. */
  memoryBytes: number;
  /** Of the grader's own heap, which V8 ends itself. */
  heapMegabytes: number;
  /** An honest grader says every second that it is alive. One that has computed for so long without a word is stuck. */
  silentCpuMs: number;
  /** The same, whether it computed or not: a machine that sleeps or is overloaded may leave it no time for long. */
  silentMs: number;
  /** For one submission. */
  jobMs: number;
}

export const WORKER_LIMITS: WorkerLimits = {
  memoryBytes: 6 * 1024 ** 3,
  heapMegabytes: 2048,
  silentCpuMs: 30_000,
  silentMs: 300_000,
  jobMs: 3_600_000,
};

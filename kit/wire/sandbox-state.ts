/** What the host tells of a sandbox: what it used, and why it is gone. Apart from the session, whose backends take long to load. */

import type { Cost } from './cost.ts';
import type { FirstNaN } from './first-nan.ts';

/** Why a sandbox is no longer there. `timeout`, `exited` and `limit` are the submission's doing, so is `protocol`. */
export interface Death {
  reason: 'exited' | 'timeout' | 'protocol' | 'limit';
  detail: string;
  /** Of one that exited: the signal that ended it, which the host did not send. */
  signal?: string;
  /** What it printed last. */
  printed?: string;
}

export class SandboxDied extends Error {
  constructor(readonly death: Death) {
    super(death.detail);
  }
}

export interface Usage {
  cost: Cost;
  /** Names of all kernels that ran since the code was loaded, in this case and in those before. */
  ran: string[];
  /** Shapes of tensors that are alive, though neither inputs nor results: the first of them … */
  leaked: number[][];
  /** … and how many there are. */
  leakedInAll: number;
  /** The kernel that made each of the first, or `upload` for a tensor made of JavaScript values. */
  leakedFrom: string[];
  /** Disposals of what belongs to the caller: inputs and earlier results. */
  disposedOfCallers: number;
  /** Where NaN first arose, if that was asked for with `traceNaN` and it did. */
  firstNaN: FirstNaN | null;
}

/** What a sandbox has had to do with the host since it was opened. */
export interface UsageTotals {
  /** Over the pipe from it, and to it. */
  bytesIn: number;
  bytesOut: number;
  /** Of the tensors that it was given, uploaded or computed. */
  tensorBytes: number;
  /** Kernels that the chosen backend lacks, or gets wrong, and that ran on the cpu backend in its place, with how often. */
  fallbacks: Record<string, number>;
}

/** What the host tells of a sandbox: what it used, and why it is gone. Apart from the session, whose backends take long to load. */
import type { Cost } from './meter.ts';

/** Why a sandbox is no longer there. `timeout`, `exited` and `limit` are the submission's doing, so is `protocol`. */
export interface Death {
  reason: 'exited' | 'timeout' | 'protocol' | 'limit';
  detail: string;
}

export class SandboxDied extends Error {
  constructor(readonly death: Death) {
    super(death.detail);
  }
}

export interface Usage {
  cost: Cost;
  /** Shapes of tensors that are alive, though neither inputs nor results. */
  leaked: number[][];
  /** Disposals of what belongs to the caller: inputs and earlier results. */
  disposedOfCallers: number;
  /** What the submission printed. */
  log: string;
}

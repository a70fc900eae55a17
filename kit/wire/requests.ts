/** What the grader asks of the host, over Node's IPC. */

import type { BackendChoice, BackendInfo } from './backend-names.ts';
import type { Isolation } from './isolation.ts';
import type { Final, WireValue } from './messages.ts';
import type { Roofline } from './roofline.ts';
import type { Death, Usage, UsageTotals } from './sandbox-state.ts';

export interface InputTensor {
  /** Negative, chosen by the grader. */
  handle: number;
  bytes: Uint8Array;
  shape: number[];
  dtype: string;
}

/** A sandbox's final word on what it was asked: its tensors as they really are. */
export type Answer = Final & {
  /** Values of its small tensors, by handle, to save asking for them. */
  inline?: Map<number, Uint8Array>;
  /** What was printed since the answer before. */
  printed?: string;
};

export type Outcome = Answer & {
  /** Of a timed call: from an idle device until its outputs were there, by the host's clock. */
  ms?: number;
};

interface Request<Params, Result> {
  params: Params;
  result: Result;
}

export interface Requests {
  start: Request<
    { backend: BackendChoice; isolation?: Isolation; keepStandby?: boolean },
    { backend: BackendInfo; isolation: Isolation }
  >;
  open: Request<object, { session: number }>;
  load: Request<{ session: number; code: string; file: string; path: string[]; timeoutMs: number }, Outcome>;
  inputs: Request<{ session: number; tensors: InputTensor[] }, void>;
  /** A timed one runs while no other sandbox does; the sandbox cannot tell. */
  call: Request<{ session: number; fn: string; args: WireValue[]; timeoutMs: number; timed?: boolean }, Outcome>;
  gradient: Request<{ session: number; wrt: WireValue[]; timeoutMs: number }, Outcome>;
  gradientEnd: Request<{ session: number; outputs: WireValue[]; cotangents: WireValue[]; timeoutMs: number }, Outcome>;
  read: Request<{ session: number; handle: number }, Uint8Array>;
  /** Up to the next `forget`, `usage` tells where NaN first arose. */
  traceNaN: Request<{ session: number }, void>;
  /** What `usage` tells counts from here on: after the calls asked for before, and before those asked for later. */
  mark: Request<{ session: number }, void>;
  usage: Request<{ session: number }, Usage>;
  /** Whether the next submission may use this host. */
  isWhole: Request<object, boolean>;
  roofline: Request<object, Roofline>;
  /** Also of a sandbox that died, until it is closed. */
  usageTotals: Request<{ session: number }, UsageTotals>;
  takeFault: Request<{ session: number }, string | null>;
  forget: Request<{ session: number }, void>;
  close: Request<{ session: number }, void>;
}

export interface Response {
  id: number;
  result?: unknown;
  error?: string;
  death?: Death;
  /** A handle that is not, or no longer, alive. */
  refused?: boolean;
  /** The backend cannot start on this machine. */
  absent?: boolean;
}

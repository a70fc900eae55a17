/** Tests only: a sandbox that says whatever a test likes, on a pipe in memory. */
import { type Duplex, duplexPair } from 'node:stream';
import { Session } from '../host/session.ts';
import { encodeFrame, FrameReader } from '../wire/frames.ts';
import { SESSION_LIMITS, type SessionLimits } from '../wire/limits.ts';
import type { FromSandbox, ToSandbox, WireValue } from '../wire/messages.ts';
import { SandboxDied } from '../wire/sandbox-state.ts';

export class FakePeer {
  readonly session: Session;
  /** What the host has said. */
  readonly heard: ToSandbox[] = [];
  kills = 0;
  readonly pipe: Duplex;

  constructor(limits: Partial<SessionLimits> = {}, { reads = true } = {}) {
    const [host, peer] = duplexPair();
    this.pipe = peer;
    this.session = new Session(host, () => this.kills++, { ...SESSION_LIMITS, ...limits });
    const reader = new FrameReader();
    if (reads) peer.on('data', (chunk) => this.heard.push(...(reader.push(chunk) as ToSandbox[])));
  }

  send(...messages: unknown[]): void {
    for (const message of messages) this.pipe.write(encodeFrame(message));
  }

  /** The host calls a function; the peer sends these messages, the last of which may end the call. */
  async call(...messages: unknown[]): Promise<unknown> {
    const asked = this.session.ask({ op: 'call', fn: 'f', args: [] }, 5000);
    this.send(...messages);
    const answer = await asked;
    // What the host has said arrives a turn later.
    await new Promise(setImmediate);
    return answer;
  }

  /** The same, where it ends the sandbox: why. */
  async deathBy(...messages: unknown[]): Promise<string> {
    return deathOf(this.call(...messages));
  }
}

/** Why a sandbox ended: `reason: detail`. */
export async function deathOf(request: Promise<unknown>): Promise<string> {
  const error = await request.then(
    (answer) => new Error(`it lives, and says ${JSON.stringify(answer)}`),
    (thrown) => thrown,
  );
  if (!(error instanceof SandboxDied)) throw error;
  return `${error.death.reason}: ${error.death.detail}`;
}

export const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

export const uploadOf = (handle: number, ...values: number[]): FromSandbox => ({
  op: 'upload',
  handle,
  shape: [values.length],
  dtype: 'float32',
  bytes: floats(...values),
});

export const kernel = (
  name: string,
  inputs: Record<string, number>,
  outputs: number[],
  attrs: Record<string, unknown> = {},
): FromSandbox => ({ op: 'kernel', name, inputs, attrs, outputs });

export const returned = (value: WireValue = ['u']): FromSandbox => ({
  op: 'returned',
  result: 0,
  value,
  promise: false,
});
export const tensor = (handle: number): WireValue => ['t', handle, [], 'float32'];

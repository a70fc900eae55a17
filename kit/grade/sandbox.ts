/**
 * One submission's sandbox: a process on a host, opened when first needed and again when it was lost.
 * The submission's exercises share it, one after the other; no other submission ever does.
 */
import type { Host } from '../host/client.ts';
import type { HostPool } from './host-pool.ts';

/** The judgement was called off; nothing that it found is of interest. */
export class Superseded extends Error {
  override name = 'Superseded';
}

export class Sandbox {
  /** Whose code is loaded. */
  tenant: object | undefined;
  #session: { host: Host; id: number } | undefined;
  #abandoned = false;

  constructor(readonly hosts: HostPool) {}

  get current(): { host: Host; id: number } | undefined {
    return this.#session;
  }

  async open(): Promise<{ host: Host; id: number }> {
    this.throwIfAbandoned();
    if (!this.#session) {
      const host = await this.hosts.get();
      const { session: id } = await host.request('open', {});
      this.#session = { host, id };
      if (this.#abandoned) await this.close();
      this.throwIfAbandoned();
    }
    return this.#session as { host: Host; id: number };
  }

  /** Ends the process now, whatever it is doing, and opens no other: the judgement ends with `Superseded`. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    await this.close();
  }

  /** @throws Superseded */
  throwIfAbandoned(): void {
    if (this.#abandoned) throw new Superseded('a newer judgement takes its place');
  }

  /** The process, or its host, is gone. */
  lost(): void {
    this.#session = undefined;
    this.tenant = undefined;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.lost();
    // A host that is gone has closed it.
    if (session?.host.alive) await session.host.request('close', { session: session.id }).catch(() => {});
  }
}

/**
 * One submission's sandbox: a process on a host, opened when first needed and again when it was lost.
 * The submission's exercises share it, one after the other; no other submission ever does.
 */

import type { UsageTotals } from '../wire/sandbox-state.ts';
import type { Host } from './host.ts';
import type { HostPool } from './host-pool.ts';

/** The judgement was called off; nothing that it found is of interest. */
export class Aborted extends Error {
  override name = 'Aborted';
}

export interface OpenSession {
  host: Host;
  id: number;
}

export class Sandbox {
  /** Whose code is loaded. */
  tenant: object | undefined;
  #session: OpenSession | undefined;
  /** Those before it were lost. */
  #opened: OpenSession[] = [];
  /** Of all that find none, the first opens one, and the others wait for that. */
  #opening: Promise<OpenSession> | undefined;
  #abandoned = false;

  constructor(readonly hosts: HostPool) {}

  get current(): OpenSession | undefined {
    return this.#session;
  }

  async open(): Promise<OpenSession> {
    this.throwIfAbandoned();
    if (this.#session) return this.#session;
    this.#opening ??= this.#openAnother().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openAnother(): Promise<OpenSession> {
    const host = await this.hosts.get();
    const { session: id } = await host.request('open', {});
    const session = { host, id };
    this.#session = session;
    this.#opened.push(session);
    if (this.#abandoned) await this.#closeOpened();
    this.throwIfAbandoned();
    return session;
  }

  /** Ends the process now, whatever it is doing, and opens no other: the judgement ends with `Aborted`. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    await this.close();
  }

  /** @throws Aborted */
  throwIfAbandoned(): void {
    if (this.#abandoned) throw new Aborted('a newer judgement takes its place');
  }

  /** The process, or its host, is gone. */
  lost(): void {
    this.#session = undefined;
    this.tenant = undefined;
  }

  /** What all its processes have had to do with their hosts; without those whose host is gone. */
  async usageTotals(): Promise<UsageTotals> {
    const total: UsageTotals = { bytesIn: 0, bytesOut: 0, tensorBytes: 0, fallbacks: {} };
    for (const { host, id } of this.#opened) {
      const usageTotals = await host.request('usageTotals', { session: id }).catch(() => null);
      if (!usageTotals) continue;
      total.bytesIn += usageTotals.bytesIn;
      total.bytesOut += usageTotals.bytesOut;
      total.tensorBytes += usageTotals.tensorBytes;
      for (const [name, count] of Object.entries(usageTotals.fallbacks))
        total.fallbacks[name] = (total.fallbacks[name] ?? 0) + count;
    }
    return total;
  }

  async close(): Promise<void> {
    // One that is on its way would stay open for ever.
    await this.#opening?.catch(() => {});
    await this.#closeOpened();
  }

  async #closeOpened(): Promise<void> {
    // A host that is gone has closed its own.
    const open = this.#opened.filter(({ host }) => host.alive);
    this.#opened = [];
    this.lost();
    await Promise.all(open.map(({ host, id }) => host.request('close', { session: id }).catch(() => {})));
  }
}

/** A warm host, started when it is first needed and again after it has failed. */
import { join } from 'node:path';
import { DIST } from '../course/course.ts';
import type { BackendChoice } from '../wire/backend-names.ts';
import type { Isolation } from '../wire/isolation.ts';
import { Host } from './host.ts';

export interface HostOptions {
  backend: BackendChoice;
  isolation?: Isolation;
  /** Have another sandbox waiting as soon as one is taken. */
  keepStandby?: boolean;
}

export class HostPool {
  #host: Promise<Host> | undefined;
  #onWasm: HostPool | undefined;

  constructor(readonly options: HostOptions) {}

  async get(): Promise<Host> {
    const seen = this.#host;
    const current = await seen?.catch(() => undefined);
    if (current?.alive) return current;
    // Of several that found none, or found it gone, the first starts the next, and the others wait for that one.
    if (this.#host === seen || !this.#host) this.#host = Host.start(join(DIST, 'host.cjs'), this.options);
    return this.#host;
  }

  /** Begins to start the host, so that it is there when it is needed. */
  warm(): void {
    this.#host ??= Host.start(join(DIST, 'host.cjs'), this.options);
    this.#host.catch(() => {});
  }

  /** Ends the host unless it is as good as new, so that nothing of this submission is felt by the next. */
  async keepIfWhole(): Promise<void> {
    await this.#onWasm?.keepIfWhole();
    const host = await this.#host?.catch(() => undefined);
    if (!host?.alive) return;
    const isWhole = await host.request('isWhole', {}).catch(() => false);
    if (!isWhole) host.stop();
  }

  /** The same on wasm, for what is to be judged there too. It is stopped with this one. */
  onWasm(): HostPool {
    this.#onWasm ??= new HostPool({ isolation: this.options.isolation, backend: 'wasm' });
    return this.#onWasm;
  }

  async stop(): Promise<void> {
    await this.#onWasm?.stop();
    const host = await this.#host?.catch(() => undefined);
    host?.stop();
    this.#host = undefined;
  }
}

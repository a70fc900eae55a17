/** What the host says to a sandbox. Each write wakes the peer, which costs more than most of what it is told. */
import type { Writable } from 'node:stream';
import { encodeFrame } from '../wire/frames.ts';
import type { ToSandbox } from '../wire/messages.ts';

export class Outbox {
  /** Over the pipe so far. */
  bytes = 0;
  #unsent: Uint8Array[] = [];
  #scheduled = false;

  constructor(readonly stream: Writable) {}

  /** What is asked in one turn goes together, and nobody waits for the peer to have forgotten; but it waits for an answer. */
  put(message: ToSandbox): void {
    this.#unsent.push(encodeFrame(message));
    if (message.op === 'answer') this.#flush();
    else if (message.op !== 'forget' && !this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#flush();
      });
    }
  }

  #flush(): void {
    if (this.#unsent.length === 0 || this.stream.destroyed) return;
    const bytes = Buffer.concat(this.#unsent);
    this.#unsent = [];
    this.bytes += bytes.length;
    this.stream.write(bytes);
  }
}

/** What a peer has been asked and has not answered. It answers in the order of the questions, and has time for each. */
import type { Final } from '../wire/messages.ts';
import type { Answer } from '../wire/requests.ts';

interface Question {
  end: Final['op'];
  timeoutMs: number;
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

export class PendingRequests {
  #open: Question[] = [];
  #clock: NodeJS.Timeout | undefined;

  constructor(readonly onTimeout: (timeoutMs: number) => void) {}

  /** @param end what answers it, unless it threw */
  ask(end: Final['op'], timeoutMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#open.push({ end, timeoutMs, resolve, reject });
      if (this.#open.length === 1) this.#startClock();
    });
  }

  /** What answers the oldest; undefined where nothing was asked. */
  get awaited(): Final['op'] | undefined {
    return this.#open[0]?.end;
  }

  /** The oldest has its answer as soon as the host has put it together; the next one's time begins then. */
  async settle(answer: () => Promise<Answer>): Promise<void> {
    clearTimeout(this.#clock);
    const [{ resolve, reject }] = this.#open.splice(0, 1);
    await answer().then(resolve, reject);
    this.#startClock();
  }

  fail(error: Error): void {
    clearTimeout(this.#clock);
    for (const { reject } of this.#open) reject(error);
    this.#open = [];
  }

  #startClock(): void {
    clearTimeout(this.#clock);
    const [oldest] = this.#open;
    if (oldest) this.#clock = setTimeout(() => this.onTimeout(oldest.timeoutMs), oldest.timeoutMs);
  }
}

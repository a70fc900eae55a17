/** What a peer has been asked and has not answered. It answers in the order of the questions, and has time for each. */
import type { Final } from '../wire/messages.ts';
import { afterOwnTime } from '../wire/own-time.ts';
import type { Answer } from '../wire/requests.ts';

interface Question {
  end: Final['op'];
  timeoutMs: number;
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
  /** What is to be done between this and the next. */
  after: (() => void)[];
}

export class PendingRequests {
  #open: Question[] = [];
  /** Its answer is being put together. */
  #settling: Question | undefined;
  #stopClock = () => {};

  constructor(readonly onTimeout: (timeoutMs: number) => void) {}

  /** @param end what answers it, unless it threw */
  ask(end: Final['op'], timeoutMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#open.push({ end, timeoutMs, resolve, reject, after: [] });
      if (this.#open.length === 1) this.#startClock();
    });
  }

  /** Is done once all that was asked is answered, and before anything comes of what is asked next. */
  inTurn(action: () => void): void {
    const last = this.#open.at(-1) ?? this.#settling;
    if (last) last.after.push(action);
    else action();
  }

  /** What answers the oldest; undefined where nothing was asked. */
  get awaited(): Final['op'] | undefined {
    return this.#open[0]?.end;
  }

  /** The oldest has its answer as soon as the host has put it together; the next one's time begins then. */
  async settle(answer: () => Promise<Answer>): Promise<void> {
    this.#stopClock();
    const [question] = this.#open.splice(0, 1);
    this.#settling = question;
    await answer().then(question.resolve, question.reject);
    this.#settling = undefined;
    for (const action of question.after) action();
    this.#startClock();
  }

  fail(error: Error): void {
    this.#stopClock();
    for (const { reject } of this.#open) reject(error);
    this.#open = [];
  }

  #startClock(): void {
    this.#stopClock();
    const [oldest] = this.#open;
    if (oldest) this.#stopClock = afterOwnTime(oldest.timeoutMs, () => this.onTimeout(oldest.timeoutMs));
  }
}

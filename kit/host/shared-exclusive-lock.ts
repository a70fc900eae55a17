/**
 * Whose work the device does: that of several sandboxes side by side, but what is timed runs alone.
 * First come, first served, so that neither kind waits for ever.
 */
export class SharedExclusiveLock {
  /** Ends with the last that ran alone. */
  #alone: Promise<unknown> = Promise.resolve();
  /** Ends with the last of all. */
  #all: Promise<unknown> = Promise.resolve();

  beside<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#alone.then(work);
    this.#all = ended([this.#all, turn]);
    return turn;
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#all.then(work);
    this.#alone = this.#all = ended([turn]);
    return turn;
  }
}

/** Keeps none of the results, as the chain of turns never ends. */
const ended = (turns: Promise<unknown>[]) => Promise.allSettled(turns).then(() => {});

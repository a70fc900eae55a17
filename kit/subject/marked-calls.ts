/**
 * Calls with marks between them, where neither waits for the other: a mark leaves for the host after all calls that were
 * made before it, and before any that is made after it.
 */
export class MarkedCalls {
  /** How many marks there were. */
  marks = 0;
  /** One for each call that is under way; it ends when the call has left. */
  readonly #leaving = new Set<Promise<void>>();
  #marked: Promise<void> | undefined;

  /** Ends when the last mark has left. */
  get marked(): Promise<void> | undefined {
    return this.#marked;
  }

  mark(leave: () => void): void {
    this.marks++;
    this.#marked = Promise.all([this.#marked, ...this.#leaving]).then(leave);
  }

  /** @param call tells when it has left for the host */
  async call<T>(call: (left: () => void) => Promise<T>): Promise<T> {
    const marked = this.#marked;
    let left = () => {};
    const leaving = new Promise<void>((resolve) => {
      left = resolve;
    });
    this.#leaving.add(leaving);
    try {
      if (marked) await marked;
      return await call(left);
    } finally {
      // One that failed before it left holds nobody up.
      left();
      this.#leaving.delete(leaving);
    }
  }

  /** Calls to come have no mark before them. */
  forget(): void {
    this.#marked = undefined;
  }
}

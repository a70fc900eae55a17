/** How long there was anything to wait for: what is waited for side by side counts once. */
export class BusyTime {
  #ms = 0;
  #open = 0;
  #since = 0;

  get ms(): number {
    return this.#ms;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open++ === 0) this.#since = performance.now();
    try {
      return await work();
    } finally {
      if (--this.#open === 0) this.#ms += performance.now() - this.#since;
    }
  }
}

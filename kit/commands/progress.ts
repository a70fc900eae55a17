/** Progress of long work: one line that is rewritten, with an estimate, on a terminal; plain lines elsewhere. On stderr, so that stdout stays data. */
export class Progress {
  readonly #started = Date.now();
  #count = 0;

  constructor(
    readonly verb: string,
    readonly total: number,
    readonly stream: NodeJS.WriteStream = process.stderr,
  ) {}

  get #live(): boolean {
    return this.stream.isTTY === true && !process.env.CI;
  }

  done(what: string): void {
    this.#count++;
    const counted = `${this.#count}/${this.total}`;
    if (!this.#live) {
      this.stream.write(`${counted} ${what}\n`);
      return;
    }
    const left = ((Date.now() - this.#started) / this.#count) * (this.total - this.#count);
    const bar = '█'.repeat(Math.round((20 * this.#count) / this.total)).padEnd(20, '░');
    this.#rewrite(`${this.verb} ${bar} ${counted}, ${seconds(left)} left · ${what}`);
  }

  end(): void {
    if (this.#live) this.#rewrite('');
  }

  #rewrite(text: string): void {
    this.stream.write(`\r\u001b[K${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }
}

function seconds(ms: number): string {
  const total = Math.round(ms / 1000);
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}

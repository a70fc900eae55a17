/**
 * ProgressLine of long work, on stderr, so that stdout stays data. On a terminal: one line that is rewritten, with an
 * estimate, below the last few results where they are wanted. Elsewhere: plain lines.
 */
import { columnsOf, cut } from '../text/columns.ts';
export class ProgressLine {
  readonly #started = Date.now();
  #count = 0;
  #recent: string[] = [];
  /** Lines that are on the terminal now. */
  #shown: string[] = [];

  constructor(
    readonly verb: string,
    readonly total: number,
    readonly stream: NodeJS.WriteStream = process.stderr,
    /** How many results stay in sight. */
    readonly keep = 0,
  ) {}

  get #live(): boolean {
    return this.stream.isTTY === true && !process.env.CI && process.env.TERM !== 'dumb';
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
    const line = `${this.verb} ${bar} ${counted}, ${seconds(left)} left`;
    if (this.keep === 0) this.#rewrite([`${line} · ${what}`]);
    else {
      this.#recent = [...this.#recent, `  ${what}`].slice(-this.keep);
      this.#rewrite([...this.#recent, line]);
    }
  }

  end(): void {
    if (this.#live) this.#rewrite([]);
  }

  #rewrite(lines: string[]): void {
    const columns = this.stream.columns ?? 80;
    // A terminal that has become narrower since has wrapped what is on it.
    const rows = this.#shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / columns)), 0);
    const up = rows > 1 ? `\u001b[${rows - 1}A` : '';
    this.#shown = lines.map((line) => cut(line, columns - 1));
    this.stream.write(`${up}\r\u001b[J${this.#shown.join('\n')}`);
  }
}

function seconds(ms: number): string {
  const total = Math.round(ms / 1000);
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}

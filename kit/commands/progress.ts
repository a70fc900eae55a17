/**
 * Progress of long work, on stderr, so that stdout stays data. On a terminal: one line that is rewritten, with an
 * estimate, below the last few results where they are wanted. Elsewhere: plain lines.
 */
export class Progress {
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
    const rows = this.#shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    const up = rows > 1 ? `\u001b[${rows - 1}A` : '';
    this.#shown = lines.map((line) => fitting(line, columns - 1));
    this.stream.write(`${up}\r\u001b[J${this.#shown.join('\n')}`);
  }
}

/** East Asian characters and emoji take two columns, combining marks none. */
function widthOf(text: string): number {
  return [...text].reduce((sum, c) => sum + columnsOf(c), 0);
}

function columnsOf(c: string): number {
  if (/\p{M}/u.test(c)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]|\p{Emoji_Presentation}/u.test(
    c,
  )
    ? 2
    : 1;
}

function fitting(text: string, columns: number): string {
  const characters = [...text];
  while (widthOf(characters.join('')) > columns) characters.pop();
  return characters.join('');
}

function seconds(ms: number): string {
  const total = Math.round(ms / 1000);
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}

/** The terminal while it is watched: a screen of its own, keys one by one, and everything as it was in the end. */
import { emitKeypressEvents, type Key } from 'node:readline';
import type { Size } from './screen.ts';

/** Another screen, no cursor, no wrapping: lines that are too long are cut by the terminal, not broken. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';

export class WatchedTerminal {
  #open = false;
  readonly #restore = () => this.close();
  readonly #onCrash = (error: Error) => {
    this.close();
    process.stderr.write(`kit: ${error.stack ?? error.message}\n`);
    process.exit(3);
  };

  constructor(
    readonly onKey: (key: string) => void,
    readonly onResize: () => void,
    /** The terminal was closed: nothing can be read from it or written to it any more. */
    readonly onGone: () => void,
    readonly input = process.stdin,
    readonly output = process.stdout,
  ) {}

  get size(): Size {
    return { columns: this.output.columns || 80, rows: this.output.rows || 24 };
  }

  open(): void {
    this.#open = true;
    this.output.write(ENTER);
    emitKeypressEvents(this.input);
    this.input.setRawMode(true);
    this.input.on('keypress', this.#keypress);
    this.input.resume();
    // They stay when it is closed: to set a terminal that is gone as it was fails too.
    this.input.on('error', this.onGone);
    this.input.on('end', this.onGone);
    this.output.on('error', this.onGone);
    this.output.on('resize', this.onResize);
    process.on('exit', this.#restore);
    process.on('uncaughtException', this.#onCrash);
    process.on('unhandledRejection', this.#onCrash);
  }

  /** Each line over what was there, in one write, so that nothing flickers. */
  paint(lines: string[]): void {
    if (!this.#open) return;
    const text = lines.map((line) => `${line}\u001b[0m\u001b[K`).join('\r\n');
    this.output.write(`\u001b[?2026h\u001b[H${text}\u001b[J\u001b[?2026l`);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.input.off('keypress', this.#keypress);
    this.output.off('resize', this.onResize);
    process.off('exit', this.#restore);
    process.off('uncaughtException', this.#onCrash);
    process.off('unhandledRejection', this.#onCrash);
    this.input.setRawMode(false);
    this.input.pause();
    this.output.write(LEAVE);
  }

  readonly #keypress = (text: string | undefined, { name, ctrl }: Key) => {
    this.onKey(ctrl ? `ctrl-${name}` : text && text >= ' ' && text !== '\u007f' ? text : (name ?? ''));
  };
}

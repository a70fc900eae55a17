/** The loop as a learner has it: the command in a pseudo-terminal, saves and keys in, screens out. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../course/course.ts';
import { courseToWorkOn, FIRST, KIT, solution } from '../testing/course-to-work-on.ts';

const LATE_MS = 60_000;

class WatchedSession {
  readonly root = courseToWorkOn();
  readonly terminal = new Terminal({ cols: 90, rows: 40, allowProposedApi: true });
  readonly pty: IPty;
  exitCode: number | undefined;
  raw = '';

  constructor() {
    const env = { PATH: process.env.PATH, HOME: this.root, TERM: 'xterm-256color', NO_COLOR: '1' };
    this.pty = spawn(process.execPath, [KIT, 'watch'], { cwd: this.root, cols: 90, rows: 40, env });
    this.pty.onData((data) => {
      this.raw += data;
      this.terminal.write(data);
    });
    this.pty.onExit(({ exitCode }) => {
      this.exitCode = exitCode;
    });
  }

  get lines(): string[] {
    const { active } = this.terminal.buffer;
    return Array.from(
      { length: this.terminal.rows },
      (_, row) => active.getLine(row)?.translateToString(true, 0, this.terminal.cols) ?? '',
    );
  }

  get screen(): string {
    return this.lines.join('\n');
  }

  async shows(...wanted: (string | RegExp)[]): Promise<void> {
    const missing = () => wanted.filter((part) => !this.screen.match(part instanceof RegExp ? part : literally(part)));
    await expect
      .poll(() => (missing().length > 0 ? `${missing()} in\n${this.screen}` : ''), { timeout: LATE_MS })
      .toBe('');
  }

  file(id: string): string {
    return join(this.root, 'exercises', `${id}.ts`);
  }

  save(id: string, text: string): void {
    writeFileSync(this.file(id), text);
  }

  press(keys: string): void {
    this.pty.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
    this.pty.resize(columns, rows);
  }
}

const literally = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
const stub = (id: string) => readFileSync(join(PACKAGE_ROOT, 'exercises', `${id}.ts`), 'utf8');
/** The stub, with this in place of what it throws. */
const written = (body: string) => stub(FIRST).replace(/throw new Error\('TODO.*/, body);

describe('kit watch in a terminal', () => {
  let session: WatchedSession;
  beforeAll(() => {
    session = new WatchedSession();
  });
  afterAll(() => session.pty.kill());

  it('opens on the first exercise and says why its first check fails', async () => {
    await session.shows('Softmax', '0/10', '0/13 done', 'not written yet: TODO 1', 'judged in', 'q quit');
  });

  it('names file and line of a syntax error', async () => {
    session.save(FIRST, `${stub(FIRST)}\nconst = 3;\n`);
    await session.shows(/exercises\/01-.*softmax\.ts:\d+: .*"="/);
  });

  it('shows what the code prints, and what its types are', async () => {
    const body = "console.log('here', x);\n  const size: string = x.rank;\n  return x;";
    session.save(FIRST, written(body));
    await session.shows('Your code printed:', /here Tensor/, 'Types do not fit:', "Type 'number' is not assignable");
    await session.shows(/✗ Each row along the last axis .* 0\/3/);
  });

  it('is not held up by an endless loop: the next save is judged at once', async () => {
    session.save(FIRST, written('for (;;) {}'));
    await session.shows('judging …', /… \d checks to come/);
    session.save(FIRST, solution(FIRST));
    await session.shows('10/10', 'All checks pass. Press n for the next: Scaled dot-product', '1/13 done');
    expect(session.screen).not.toContain('did not finish');
  });

  it('shows the last of two saves at once', async () => {
    session.save(FIRST, 'export const one = 1;');
    session.save(FIRST, 'export const two = ;');
    await session.shows(/softmax\.ts:1: Unexpected ";"/);
    session.save(FIRST, solution(FIRST));
    await session.shows('10/10');
  });

  it('survives that the file is deleted, and that the folder is renamed', async () => {
    rmSync(session.file(FIRST));
    await session.shows('there is no such file', 'Press r to reset to the stub.');
    session.save(FIRST, solution(FIRST));
    await session.shows('10/10');
    renameSync(join(session.root, 'exercises'), join(session.root, 'renamed'));
    await session.shows('there is no such file');
    renameSync(join(session.root, 'renamed'), join(session.root, 'exercises'));
    await session.shows('10/10');
  });

  it('goes to the next and back, and gives one hint more at each press', async () => {
    session.press('n');
    await session.shows('Scaled dot-product attention', '0/10', 'judged in');
    session.press('h');
    await session.shows(/Hint 1 of \d/);
    session.press('h');
    await session.shows(/Hint 2 of \d/);
    session.press('p');
    await session.shows('10/10');
  });

  it('has a list to choose from, help, and where the handout is', async () => {
    session.press('l');
    await session.shows('Softmax (here)', 'Enter open', '12-mixture-of-experts');
    session.press('\u001b[B');
    await session.shows(/› .*Scaled dot-product/);
    session.press('\r');
    await session.shows('2 of 2', '0/10');
    session.press('?');
    await session.shows('one hint more', 'any key back');
    session.press('x');
    await session.shows('h hint');
    session.press('o');
    await session.shows('The handout is exercises/01-attention-fundamentals/README.md');
  });

  it('goes to an exercise that is saved', async () => {
    session.save(FIRST, written('return x;'));
    await session.shows('1 of 2', /✗ Each row along the last axis/, 'judged in');
  });

  it('fits itself to a terminal of 60 columns', async () => {
    session.resize(60, 24);
    await session.shows('more below');
    for (const line of session.lines) expect(line.length).toBeLessThanOrEqual(60);
    expect(session.lines[0]).toMatch(/\/13 done$/);
    session.resize(90, 40);
    await session.shows('h hint  n next  p previous');
  });

  it('resets only when told so twice, and keeps the file', async () => {
    session.press('r');
    await session.shows('to the stub?');
    session.press('n');
    await session.shows('Nothing was changed.');
    expect(readFileSync(session.file(FIRST), 'utf8')).toBe(written('return x;'));
    session.press('r');
    await session.shows('to the stub?');
    session.press('y');
    await session.shows('not written yet: TODO 1');
    expect(readFileSync(session.file(FIRST), 'utf8')).toBe(stub(FIRST));
    const kept = join(session.root, '.kit/kept', `${FIRST}.1.ts`);
    expect(readFileSync(kept, 'utf8')).toBe(written('return x;'));
  });

  it('begins anew without a word when the progress file is broken', async () => {
    writeFileSync(join(session.root, '.kit/progress.json'), 'broken');
    session.save(FIRST, solution(FIRST));
    await session.shows('10/10', '1/13 done');
    expect(existsSync(join(session.root, '.kit/progress.json'))).toBe(true);
  });

  it('leaves the terminal as it was', async () => {
    session.press('q');
    await expect.poll(() => session.exitCode, { timeout: LATE_MS }).toBe(0);
    expect(session.terminal.buffer.active.type).toBe('normal');
    expect(session.raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(session.raw.lastIndexOf('\u001b[?25l'));
  });
}, 120_000);

/** However a watch ends, the terminal is as it was: in a pseudo-terminal, with a shell that looks at it afterwards. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { courseToWorkOn, KIT } from '../testing/course-to-work-on.ts';
import { alive, below } from '../testing/process-tree.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const LATE_MS = 60_000;
/** Loaded before the kit: what no one has thought of, at a time of the test's choosing. */
const TROUBLE = `
process.on('SIGUSR1', () => { throw new Error('thrown by accident'); });
process.on('SIGUSR2', () => { void Promise.reject(new Error('rejected by accident')); });
`;

class ShellSession {
  readonly folder = temporaryFolder({ 'trouble.cjs': TROUBLE, err: '' });
  readonly terminal = new Terminal({ cols: 90, rows: 40, allowProposedApi: true });
  readonly pty: IPty;
  raw = '';

  constructor() {
    const command = `(exec "$NODE" --require "$FOLDER/trouble.cjs" "$KIT" watch 2> "$FOLDER/err"); echo "ended with $?"; stty -a; echo done; sleep 60`;
    const { folder: FOLDER } = this;
    const env = { PATH: process.env.PATH, NODE: process.execPath, FOLDER, KIT, TERM: 'xterm', NO_COLOR: '1' };
    this.pty = spawn('/bin/sh', ['-c', command], { cwd: courseToWorkOn(), cols: 90, rows: 40, env });
    this.pty.onData((data) => {
      this.raw += data;
      this.terminal.write(data);
    });
    running.push(this.pty);
  }

  get shown(): string {
    const { active } = this.terminal.buffer;
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true)).join('\n');
  }

  async shows(wanted: string | RegExp): Promise<void> {
    await vi.waitFor(() => expect(this.shown).toMatch(wanted), { timeout: LATE_MS });
  }

  /** What the kit, not the shell, wrote to its standard error. */
  get complaint(): string {
    return readFileSync(join(this.folder, 'err'), 'utf8').split('\n')[0];
  }

  /** The kit, then all below it. */
  get family(): number[] {
    return below(this.pty.pid);
  }
}

const running: IPty[] = [];
afterEach(() => {
  for (const pty of running.splice(0)) pty.kill('SIGKILL');
});

describe.skipIf(process.platform !== 'linux')('the terminal', () => {
  it.each<[how: string, keyOrSignal: string, code: number, complaint: string]>([
    ['q', 'q', 0, ''],
    ['Ctrl-C', '\u0003', 0, ''],
    ['SIGINT', 'SIGINT', 130, ''],
    ['SIGTERM', 'SIGTERM', 143, ''],
    ['SIGHUP', 'SIGHUP', 129, ''],
    ['an exception that nobody caught', 'SIGUSR1', 3, 'kit: Error: thrown by accident'],
    ['a promise that nobody caught', 'SIGUSR2', 3, 'kit: Error: rejected by accident'],
  ])(
    'is as it was after %s',
    async (_, keyOrSignal, code, complaint) => {
      const session = new ShellSession();
      await session.shows('judged in');
      expect(session.terminal.buffer.active.type).toBe('alternate');
      const { family } = session;
      if (keyOrSignal.startsWith('SIG')) process.kill(family[0], keyOrSignal);
      else session.pty.write(keyOrSignal);
      await session.shows(/^done$/m);
      expect(session.shown).toContain(`ended with ${code}`);
      expect(session.complaint).toBe(complaint);
      expect(session.terminal.buffer.active.type).toBe('normal');
      for (const [on, off] of [
        ['?25h', '?25l'],
        ['?7h', '?7l'],
      ])
        expect(session.raw.lastIndexOf(on)).toBeGreaterThan(session.raw.lastIndexOf(off));
      const modes = session.shown.split(/[\s;]+/);
      expect(modes).toEqual(expect.arrayContaining(['icanon', 'echo', 'isig', 'icrnl', 'opost']));
      // The shell itself, which sleeps, is not of the family.
      await vi.waitFor(() => expect(family.filter(alive)).toEqual([]), { timeout: LATE_MS });
    },
    3 * LATE_MS,
  );

  it(
    'may be closed: nothing stays behind, and nothing falls over',
    async () => {
      const session = new ShellSession();
      await session.shows('judged in');
      const { family } = session;
      const { destroy } = session.pty as IPty & { destroy: () => void };
      destroy.call(session.pty);
      await vi.waitFor(() => expect(family.filter(alive)).toEqual([]), { timeout: LATE_MS });
      expect(session.complaint).toBe('');
    },
    3 * LATE_MS,
  );
});

/** The loop where there is no terminal: lines for a file, a pipe, a log. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { courseToWorkOn, FIRST, KIT, solution } from '../testing/course-to-work-on.ts';
import { alive, below } from '../testing/process-tree.ts';

const LATE_MS = 60_000;
const PATIENCE = 3 * LATE_MS;

class PlainSession {
  readonly root = courseToWorkOn();
  readonly file = join(this.root, 'exercises', `${FIRST}.ts`);
  readonly child: ChildProcess;
  out = '';
  err = '';

  constructor(env: NodeJS.ProcessEnv = {}) {
    const { PATH } = process.env;
    this.child = spawn(process.execPath, [KIT, 'watch'], {
      cwd: this.root,
      env: { PATH, TERM: 'xterm', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk) => (this.out += chunk));
    this.child.stderr?.on('data', (chunk) => (this.err += chunk));
    running.push(this.child);
  }

  /** Waits for it in what was printed since the last that was waited for. */
  async prints(...wanted: (string | RegExp)[]): Promise<void> {
    const hasAll = () => {
      for (const part of wanted) expect(this.out).toMatch(part);
    };
    await vi.waitFor(hasAll, { timeout: LATE_MS });
    this.out = '';
  }
}

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

describe('kit watch without a terminal', () => {
  it.each([{}, { NO_COLOR: '1' }, { CI: 'true' }])(
    'prints a verdict for each save, without colours, with %j',
    async (env) => {
      const session = new PlainSession(env);
      let all = '';
      session.child.stdout?.on('data', (chunk) => (all += chunk));
      await session.prints(/^01-\S+, 0 of \d+ exercises done$/m, /^Softmax ·+ 0\/10$/m, 'not written yet');
      writeFileSync(session.file, solution(FIRST).replace('tf.exp', 'tf.abs'));
      await session.prints(/^ {2}✗ Each row along the last axis ·* ?/m, /got {2,}expected {2,}error\n +[░▒▓█ ]+$/m);
      writeFileSync(session.file, solution(FIRST));
      await session.prints(/, 1 of \d+ exercises done$/m, /^Softmax ·+ 10\/10$/m);
      session.child.kill();
      await once(session.child, 'close');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them is what is looked for
      expect(all).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
      expect(session.err).toBe('');
    },
    PATIENCE,
  );

  it(
    'is in colour where that is asked for',
    async () => {
      await new PlainSession({ FORCE_COLOR: '1' }).prints('\u001b[');
    },
    PATIENCE,
  );
});

describe.skipIf(process.platform !== 'linux')('kit watch that is told to end', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'by %s ends by that, and leaves no process, while it judges an endless loop',
    async (signal) => {
      const session = new PlainSession();
      await session.prints('not written yet');
      const stub = readFileSync(session.file, 'utf8');
      writeFileSync(session.file, stub.replace(/throw new Error\('TODO.*/, "console.log('looping'); for (;;) {}"));
      await vi.waitFor(() => expect(below(session.child.pid as number).length).toBeGreaterThan(2), LATE_MS);
      const family = below(session.child.pid as number);
      session.child.kill(signal);
      expect(await once(session.child, 'close')).toEqual([null, signal]);
      await vi.waitFor(() => expect(family.filter(alive)).toEqual([]), { timeout: LATE_MS });
      expect(session.err).toBe('');
    },
    PATIENCE,
  );

  it(
    'because nobody reads on ends too, and that is not a failure',
    async () => {
      const session = new PlainSession();
      await session.prints('not written yet');
      const family = below(session.child.pid as number);
      session.child.stdout?.destroy();
      const ended = once(session.child, 'exit');
      writeFileSync(session.file, solution(FIRST));
      expect(await ended).toEqual([0, null]);
      await vi.waitFor(() => expect(family.filter(alive)).toEqual([]), { timeout: LATE_MS });
      expect(session.err).toBe('');
    },
    PATIENCE,
  );
});

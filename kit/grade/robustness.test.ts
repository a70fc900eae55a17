/** What may happen to a grading from outside: each ends in a clear message and the right exit code, and loses nothing. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { PACKAGE_ROOT } from '../course/course.ts';
import { alive, below } from '../testing/process-tree.ts';
import { ATTENTION, checksOf, grade, SOFTMAX, SOLUTIONS, softmaxWith, submitted } from '../testing/submissions.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const KIT = join(PACKAGE_ROOT, 'bin/kit.js');
const PATIENCE = 60_000;

interface Ended {
  code: number | null;
  signal: string | null;
  out: string;
  err: string;
}

function start(args: string[], stdout: 'pipe' | number = 'pipe'): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [KIT, ...args], { stdio: ['ignore', stdout, 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => (said.out += chunk));
  child.stderr?.on('data', (chunk) => (said.err += chunk));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, ...said })),
  );
  return { child, ended };
}

const gradeWith = (folder: string, ...more: string[]) =>
  start(['grade', folder, '--exercise', 'softmax', ...more]).ended;
const right = () => submitted({ [SOFTMAX]: SOLUTIONS[SOFTMAX] });

describe.skipIf(process.platform !== 'linux')('a grading that is told to end', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'by %s leaves no process, and no part of a report',
    async (signal) => {
      const folder = submitted({ [SOFTMAX]: softmaxWith('for (;;);') });
      const place = temporaryFolder();
      const { child, ended } = start(['grade', folder, '--exercise', 'softmax', '--out', join(place, 'r.txt')]);
      // The host, and the sandbox below it.
      await vi.waitFor(() => expect(below(child.pid as number).length).toBeGreaterThan(1), { timeout: PATIENCE });
      const family = below(child.pid as number);
      child.kill(signal);
      const { code } = await ended;
      expect(code).not.toBe(0);
      await vi.waitFor(() => expect(family.filter(alive)).toEqual([]), { timeout: PATIENCE });
      expect(readdirSync(place)).toEqual([]);
    },
    2 * PATIENCE,
  );
});

describe('a submission whose file is not a file', () => {
  const path = (folder: string) => join(folder, 'exercises', `${SOFTMAX}.ts`);
  const emptySubmission = () => submitted({ [ATTENTION]: SOLUTIONS[ATTENTION] });

  it.each<[string, (path: string) => unknown, RegExp]>([
    ['a folder', (at) => mkdirSync(at), /softmax\.ts: it is a folder; hand in a plain source file/],
    ['a pipe', (at) => execFileSync('mkfifo', [at]), /softmax\.ts: it is a pipe; hand in a plain source file/],
    [
      'a link to a device',
      (at) => symlinkSync('/dev/zero', at),
      /softmax\.ts: it is a link to .*zero; hand in a plain source file/,
    ],
    ['a link to itself', (at) => symlinkSync('softmax.ts', at), /softmax\.ts: it is a link to softmax\.ts; hand in/],
    ['of random bytes', (at) => writeFileSync(at, Buffer.from([0xff, 0xfe, 0, 1, 0x80])), /softmax\.ts:1: /],
  ])(
    'but %s gets no points, is told so, and is not waited for',
    async (_, make, message) => {
      const folder = emptySubmission();
      make(path(folder));
      const { code, out } = await gradeWith(folder);
      expect(out.replace(/\s+/g, ' ')).toMatch(message);
      expect(code).toBe(1);
    },
    PATIENCE,
  );

  it('but a socket is told so', async () => {
    const folder = emptySubmission();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path(folder), resolve));
    const { code, out } = await gradeWith(folder);
    server.close();
    expect(out).toContain('it is a socket');
    expect(code).toBe(1);
  }, 60_000);

  it('of letters in another encoding is graded by its code', async () => {
    const folder = emptySubmission();
    writeFileSync(
      path(folder),
      Buffer.concat([Buffer.from('// caf\u00e9\n', 'latin1'), Buffer.from(SOLUTIONS[SOFTMAX])]),
    );
    expect((await gradeWith(folder)).code).toBe(0);
  }, 60_000);
});

describe('a folder that is not a submission', () => {
  it('is refused in one line with the way out', async () => {
    const empty = temporaryFolder();
    expect(await gradeWith(empty)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^kit: .* has no exercises\/ .*\n$/),
    });
    const file = temporaryFolder({ exercises: '' });
    expect(await gradeWith(file)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/exercises is a file; hand in the folder/),
    });
    const odd = join(empty, 'caf\u{fffd}');
    expect(await gradeWith(odd)).toMatchObject({ code: 2, err: expect.stringContaining('its name is not UTF-8') });
  }, 60_000);
});

describe('a report', () => {
  it('whose place is full is printed, so that it is not lost, and the exit code says the machine failed', async () => {
    const link = join(temporaryFolder(), 'full');
    symlinkSync('/dev/full', link);
    const { code, out, err } = await gradeWith(right(), '--format', 'json', '--out', link);
    expect(JSON.parse(out)).toMatchObject({ schema: 'attention-kit/report/v1', score: 10 });
    expect(err).toMatch(/^kit: .*full cannot be written: ENOSPC/);
    expect(code).toBe(3);
  }, 60_000);

  it('that nobody reads to the end leaves the verdict what it is', async () => {
    const half = submitted({ [SOFTMAX]: softmaxWith('return tf.softmax(x);') });
    const { child, ended } = start(['grade', half, '--exercise', 'softmax']);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 1, err: '' });
  }, 60_000);

  it('of a submission with a name of 255 bytes has that name', async () => {
    const folder = join(temporaryFolder(), 'n'.repeat(255));
    cpSync(right(), folder, { recursive: true });
    const { code, out } = await gradeWith(folder, '--format', 'json');
    expect(JSON.parse(out).submission.id).toBe('n'.repeat(255));
    expect(code).toBe(0);
  }, 60_000);

  it('is whole and the same where two gradings write it at once', async () => {
    const folder = right();
    const file = join(folder, 'r.json');
    const args = ['--format', 'json', '--seed', 'course', '--out', file];
    const both = await Promise.all([gradeWith(folder, ...args), gradeWith(folder, ...args)]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ score: 10 });
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }, 120_000);
});

describe('a clock that is taken back', () => {
  it('by a day between one call and the next changes no verdict', async () => {
    let now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => (now -= 86_400_000));
    try {
      const report = await grade({ [SOFTMAX]: SOLUTIONS[SOFTMAX] });
      expect(checksOf(report).map(({ status }) => status)).toEqual(checksOf(report).map(() => 'pass'));
    } finally {
      vi.restoreAllMocks();
    }
  });
});

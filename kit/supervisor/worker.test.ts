import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { WORKER_LIMITS } from './limits.ts';
import { processes, treeOf } from './processes.ts';
import { Worker, WorkerEnded } from './worker.ts';

/** Does what a job says: it is the body of a function. */
const PROGRAM = `
process.on('message', (message) => {
  if (message.op === 'start') return message.config === 'absent'
    ? process.send({ op: 'failed', name: 'BackendAbsent', message: 'no GPU' })
    : process.send({ op: 'ready', ready: process.pid });
  new Function('send', 'require', message.job)((said) => process.send(said), require);
});
setInterval(() => process.send({ op: 'alive' }), 50);
process.on('disconnect', () => process.exit());
`;
const file = join(temporaryFolder({ 'worker.cjs': PROGRAM }), 'worker.cjs');

type TestWorker = Worker<string, string, number, string, string>;
const started: TestWorker[] = [];
afterEach(() => {
  for (const worker of started) worker.stop();
});

async function start(limits = {}): Promise<{ worker: TestWorker; pid: number }> {
  const program = { file, config: '', limits: { ...WORKER_LIMITS, ...limits } };
  const { worker, ready } = await Worker.start<string, string, number, string, string>(program);
  started.push(worker);
  return { worker, pid: ready };
}

const done = (result: string, whole = true) => `send({ op: 'done', result: ${result}, whole: ${whole} });`;
const endOf = (run: Promise<unknown>) =>
  run.then(
    () => 'it lives',
    (error) => (error instanceof WorkerEnded ? `${error.by}: ${error.message}` : String(error)),
  );

describe('a worker', () => {
  it('does one job after the other, and may say something meanwhile', async () => {
    const { worker } = await start();
    const notes: string[] = [];
    expect(await worker.run(`send({ op: 'note', note: 'begun' }); ${done("'one'")}`, (note) => notes.push(note))).toBe(
      'one',
    );
    expect(await worker.run(done("'two'"))).toBe('two');
    expect(notes).toEqual(['begun']);
  });

  it('that cannot judge here says why, by name', async () => {
    const program = { file, config: 'absent' };
    await expect(Worker.start(program)).rejects.toMatchObject({ name: 'BackendAbsent', message: 'no GPU' });
  });

  it('fails a job without an end of its own', async () => {
    const { worker } = await start();
    await expect(worker.run(`send({ op: 'failed', name: 'Error', message: 'no such folder' });`)).rejects.toThrow(
      'no such folder',
    );
    expect(await worker.run(done("'next'"))).toBe('next');
  });

  it('that is no longer whole is ended, with its result', async () => {
    const { worker } = await start();
    expect(await worker.run(done("'last'", false))).toBe('last');
    expect(worker.alive).toBe(false);
  });

  it('that ends itself was ended by what it judged', async () => {
    const ways = {
      'process.exit(3)': /exit status 3/,
      'process.abort()': /SIGABRT/,
      'throw new TypeError("odd")': /TypeError: odd/,
    };
    for (const [way, how] of Object.entries(ways)) {
      const end = await endOf((await start()).worker.run(way));
      expect(end, way).toMatch(/^submission: the grader ended/);
      expect(end, way).toMatch(how);
    }
  });

  it('that somebody else killed was not', async () => {
    const { worker, pid } = await start();
    const run = endOf(worker.run(''));
    process.kill(pid, 'SIGKILL');
    expect(await run).toBe('machine: the grader ended (SIGKILL)');
    expect(await endOf(worker.run(''))).toMatch(/^machine/);
  });

  it('that is stuck is ended from outside', async () => {
    const { worker } = await start({ silentCpuMs: 200 });
    expect(await endOf(worker.run('for (;;);'))).toMatch(/^submission: the grader was stuck/);
  });

  it('that takes too much memory, itself or below it, is ended from outside', async () => {
    const { worker } = await start({ memoryBytes: 400e6 });
    expect(await endOf(worker.run('globalThis.kept = Buffer.alloc(500e6, 1)'))).toMatch(/^submission: .* of memory$/);
    const below = await start({ memoryBytes: 400e6 });
    const child = `require('node:child_process').spawn(process.execPath, ['-e', 'const kept = Buffer.alloc(500e6, 1); setInterval(() => kept, 1000)'])`;
    expect(await endOf(below.worker.run(child))).toMatch(/^submission: .* of memory$/);
  });

  it('that takes too long is ended from outside', async () => {
    const { worker } = await start({ jobMs: 100 });
    expect(await endOf(worker.run(''))).toMatch(/^submission: judging it took more than/);
  });

  it('leaves nothing running that it started', async () => {
    const { worker } = await start();
    const child = `const { pid } = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true }); ${done('String(pid)')}`;
    const pid = Number(await worker.run(child));
    expect(treeOf(pid, processes())).toHaveLength(1);
    worker.stop();
    while (treeOf(pid, processes()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });
});

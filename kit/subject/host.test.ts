import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Meter } from '../host/meter.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Host, HostFailed } from './host.ts';
import { HostPool } from './host-pool.ts';

/** A program in the place of the host. */
function startProgram(source: string): Promise<Host> {
  return Host.start(join(temporaryFolder({ 'host.cjs': source }), 'host.cjs'), { backend: 'cpu' });
}

const answering = `process.on('message', (batch) => {
  for (const { id, method } of [batch].flat()) {
    if (method === 'start') process.send([{ id, result: { backend: { name: 'cpu' }, isolation: 'permissions' } }]);
    if (method === 'usage') { console.error('FATAL ERROR: heap limit'); setTimeout(() => process.exit(7), 50); }
    if (method === 'open') process.send([{ id, error: 'no room' }]);
    if (method === 'read') process.send([{ id, error: 'gone', refused: true }]);
    if (method === 'load') for (;;);
    if (method === 'call') process.send([{ id, error: 'it looped', death: { reason: 'timeout', detail: 'it looped' } }]);
  }
});`;

describe('a host', () => {
  it('that does not start is a fault of the machine, with its last words', async () => {
    await expect(startProgram(`throw new Error('no GPU');`)).rejects.toThrow(
      new HostFailed('the host ended (exit status 1): Error: no GPU'),
    );
    await expect(Host.start('/no/such/program.cjs', { backend: 'cpu' })).rejects.toThrow(HostFailed);
  });

  it('tells a fault of its own, a sandbox that died and a handle that is dead apart', async () => {
    const host = await startProgram(answering);
    await expect(host.request('open', {})).rejects.toMatchObject({ name: 'HostFailed', message: 'no room' });
    await expect(host.request('read', { session: 1, handle: 1 })).rejects.toMatchObject({ name: 'KernelRefused' });
    const call = host.request('call', { session: 1, fn: 'f', args: [], timeoutMs: 1 });
    await expect(call).rejects.toMatchObject({ death: { reason: 'timeout' } });
    host.stop();
  });

  it('that ends rejects what was asked of it and all that is asked afterwards', async () => {
    const host = await startProgram(answering);
    expect(host.alive).toBe(true);
    const asked = host.request('usage', { session: 1 });
    await expect(asked).rejects.toMatchObject({
      message: 'the host ended (exit status 7): FATAL ERROR: heap limit',
      crashed: true,
    });
    expect(host.alive).toBe(false);
    await expect(host.request('open', {})).rejects.toThrow(HostFailed);
  });

  it('that is in the middle of one operation for too long is ended, and the submission’s time was up', async () => {
    const host = await startProgram(answering);
    const { child } = host;
    const ended = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const asked = host.request('load', { session: 1, code: '', file: '', path: [], timeoutMs: 1000 });
      const death = expect(asked).rejects.toMatchObject({
        death: { reason: 'timeout', detail: 'no answer within 1 s' },
      });
      await vi.advanceTimersByTimeAsync(20_000);
      await death;
      await vi.advanceTimersByTimeAsync(1000);
    } finally {
      vi.useRealTimers();
    }
    expect(await ended).toBe('SIGKILL');
    expect(host.alive).toBe(false);
  });

  it('that is stopped says so', async () => {
    const host = await startProgram(answering);
    const asked = host.request('usage', { session: 1 });
    host.stop();
    await expect(asked).rejects.toThrow(new HostFailed('the host was stopped'));
  });
});

describe('a pool', () => {
  it('has one host, and a new one once that has failed', async () => {
    const pool = new HostPool({ backend: 'cpu' });
    const first = await pool.get();
    expect(await pool.get()).toBe(first);
    expect(first.backend).toMatchObject({ name: 'cpu' });
    first.child.kill('SIGKILL');
    await new Promise((resolve) => first.child.once('exit', resolve));
    const second = await pool.get();
    expect(second).not.toBe(first);
    expect(second.alive).toBe(true);
    await pool.stop();
    expect(second.alive).toBe(false);
  });

  it('tries again after a start that failed', async () => {
    const pool = new HostPool({ backend: 'abacus' as 'cpu' });
    await expect(pool.get()).rejects.toThrow(HostFailed);
    await expect(pool.get()).rejects.toThrow(HostFailed);
    await pool.stop();
  });

  it('that keeps a sandbox in readiness gives it out as good as new', async () => {
    const pool = new HostPool({ backend: 'cpu', keepStandby: true });
    const host = await pool.get();
    for (let turn = 0; turn < 2; turn++) {
      const { session } = await host.request('open', {});
      const { cost, leaked, disposedOfCallers } = await host.request('usage', { session });
      expect({ cost, leaked, disposedOfCallers }).toEqual({
        cost: new Meter().read(),
        leaked: [],
        disposedOfCallers: 0,
      });
    }
    await pool.stop();
  });
});

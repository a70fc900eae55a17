import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { DEFAULT_LIMITS, hasBubblewrap, type Isolation, launch, tryBubblewrap } from './launch.ts';

const bubblewrapProblem = tryBubblewrap();
const levels: Isolation[] = bubblewrapProblem === null ? ['bubblewrap', 'permissions'] : ['permissions'];

/** Runs a script as a sandbox would be run; what it prints. */
function inSandbox(level: Isolation, script: string, limits = DEFAULT_LIMITS) {
  const runtime = join(temporaryFolder({ 'sandbox.cjs': script }), 'sandbox.cjs');
  const { command, args } = launch(level, runtime, limits);
  return spawnSync(command, args, { encoding: 'utf8', env: { SECRET: 'seed' }, cwd: '/', timeout: 20_000 });
}

/** What each attempt ended in: a value, or the error's code. */
function attempts(level: Isolation, code: Record<string, string>): Record<string, unknown> {
  const tries = Object.entries(code).map(
    ([name, body]) =>
      `try { result.${name} = (() => { ${body} })() } catch (e) { result.${name} = e.code ?? e.message }`,
  );
  const { stdout, stderr } = inSandbox(
    level,
    `const result = {}; ${tries.join('; ')}; console.log(JSON.stringify(result))`,
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe.each(levels)('a process isolated by %s', (level) => {
  it('reads and writes no file, starts no process, worker or add-on', () => {
    const hostname = temporaryFolder({ 'secret.txt': 'seed' });
    const denied = attempts(level, {
      passwd: `return require('fs').readFileSync('/etc/passwd', 'utf8').length`,
      secret: `return require('fs').readFileSync(${JSON.stringify(join(hostname, 'secret.txt'))}, 'utf8')`,
      list: `return require('fs').readdirSync('/')`,
      write: `return require('fs').writeFileSync('/tmp/x', '')`,
      home: `return require('fs').readdirSync(${JSON.stringify(process.cwd())})`,
      spawn: `return require('child_process').execFileSync('/bin/true').length`,
      worker: `new (require('worker_threads').Worker)('1', { eval: true }); return 'started'`,
      addon: `process.dlopen({ exports: {} }, '/kit/node')`,
    });
    const codes = Object.fromEntries(Object.entries(denied).map(([name, code]) => [name, String(code)]));
    for (const [name, code] of Object.entries(codes)) {
      expect(code, name).toMatch(/ERR_ACCESS_DENIED|ERR_DLOPEN_DISABLED|ENOENT|EROFS|EACCES/);
    }
  });

  it('runs its own file, without __proto__', () => {
    expect(attempts(level, { two: 'return 1 + 1', proto: 'return typeof ({}).__proto__' })).toEqual({
      two: 2,
      proto: 'undefined',
    });
  });

  it('ends, and does not take the machine with it, when it eats too much memory or time', () => {
    const hungry = inSandbox(level, 'const all = []; for (;;) all.push(new Array(1e5).fill(0.5))', {
      ...DEFAULT_LIMITS,
      heapMiB: 64,
    });
    expect(hungry.status === 0 || hungry.error !== undefined).toBe(false);
    const busy = inSandbox(level, 'for (;;);', { ...DEFAULT_LIMITS, cpuSeconds: 1 });
    expect(busy.status === 0 || busy.error !== undefined).toBe(false);
  });
});

describe.skipIf(bubblewrapProblem !== null)('a process isolated by bubblewrap, besides,', () => {
  it('has no environment, no other processes and no network, not even this machine’s own', async () => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { stdout } = inSandbox(
      'bubblewrap',
      `const print = (network) => console.log(JSON.stringify({ env: process.env.SECRET ?? null, pid: process.pid < 20, network }));
       require('net').connect(${port}, '127.0.0.1').on('connect', () => print('open')).on('error', (e) => print(e.code))`,
    );
    server.close();
    expect(JSON.parse(stdout)).toEqual({ env: null, pid: true, network: 'ECONNREFUSED' });
  });

  it('is what a machine with bubblewrap gets', () => {
    expect(hasBubblewrap()).toBe(true);
  });
});

describe('a command line', () => {
  const limits = { heapMiB: 100, memoryMiB: 200, cpuSeconds: 3 };
  const line = (level: Isolation) => launch(level, '/somewhere/dist/sandbox.cjs', limits).args;

  it('limits memory, time and core files before anything else runs', () => {
    for (const level of ['permissions', 'bubblewrap'] as const) {
      expect(launch(level, '/x.cjs', limits).command).toBe('/bin/sh');
      const [flag, script] = line(level);
      expect(flag).toBe('-c');
      expect(script).toMatch(/^ulimit -c 0 .*ulimit -t 3 .*ulimit -d 204800 .*exec "\$0" "\$@"$/);
      expect(line(level)).toContain('--max-old-space-size=100');
    }
  });

  it('lets a process under Node’s permissions read the runtime and nothing else', () => {
    const args = line('permissions');
    expect(args[2]).toBe(process.execPath);
    expect(args.filter((arg) => arg.startsWith('--allow'))).toEqual(['--allow-fs-read=/somewhere/dist/sandbox.cjs']);
    expect(args.at(-1)).toBe('/somewhere/dist/sandbox.cjs');
  });

  it('shares with bubblewrap neither network nor any writable place, and dies with its parent', () => {
    const args = line('bubblewrap');
    expect(args[2]).toBe('bwrap');
    for (const flag of ['--unshare-all', '--die-with-parent', '--new-session', '--clearenv'])
      expect(args).toContain(flag);
    for (const flag of ['--share-net', '--bind', '--dev-bind', '--proc']) expect(args).not.toContain(flag);
    const targets = args.flatMap((arg, i) => (arg === '--ro-bind' ? [args[i + 2]] : []));
    expect(
      targets.filter((path) => !/^\/(usr\/)?(local\/)?lib(64)?$|^\/(nix\/store|etc\/ld\.so\.cache)$/.test(path)),
    ).toEqual(['/kit/node', '/kit/sandbox.cjs']);
  });
});

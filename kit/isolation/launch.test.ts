import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { Isolation } from '../wire/isolation.ts';
import { DEFAULT_LIMITS, hasBubblewrap, launch, tryBubblewrap } from './launch.ts';

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

/** Attempts that answer later: `done(answer)`; "nothing" if none comes within two seconds. */
function attemptLater(level: Isolation, script: string): string {
  const body = `const answer = (text) => { console.log(text); process.exit(); };
    const done = (text) => answer(text); setTimeout(() => answer('nothing'), 2000);
    try { ${script} } catch (e) { answer(e.code ?? e.message) }`;
  return inSandbox(level, body).stdout.trim();
}

describe.each(levels)('under %s the kernel of the system keeps out of reach, or does not', (level) => {
  const sealed = level === 'bubblewrap';

  it('other processes: reading them always, signalling them only with bubblewrap', () => {
    const { environ, others, parent } = attempts(level, {
      environ: `return require('fs').readFileSync('/proc/${process.pid}/environ', 'latin1')`,
      others: `return require('fs').readdirSync('/proc').length`,
      parent: `return process.kill(${process.pid}, 0)`,
    });
    expect([environ, others].join()).toMatch(/^(ERR_ACCESS_DENIED|ENOENT),(ERR_ACCESS_DENIED|ENOENT)$/);
    // Node's permissions do not cover signals: docs/security.md says so.
    expect(parent).toBe(sealed ? 'ESRCH' : true);
  });

  it('a UNIX socket of this machine: with bubblewrap', async () => {
    const path = join(temporaryFolder(), 'socket');
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const said = attemptLater(
      level,
      `require('net').connect(${JSON.stringify(path)}).on('connect', () => done('open')).on('error', (e) => done(e.code))`,
    );
    server.close();
    if (sealed) expect(said).toMatch(/ENOENT|ERR_ACCESS_DENIED/);
    // Later versions of Node deny it too; earlier ones do not.
    else expect(said).toMatch(/^(open|nothing|ERR_ACCESS_DENIED|EACCES|EPERM)$/);
  });

  it('UDP and names: with bubblewrap', () => {
    const udp = attemptLater(
      level,
      `const s = require('dgram').createSocket('udp4');
       s.on('error', (e) => done(e.code)).send('x', 53, '192.0.2.1', (e) => done(e ? e.code : 'sent'))`,
    );
    if (sealed) expect(udp).toMatch(/ENETUNREACH|EPERM|EACCES/);
    else expect(udp).toMatch(/^(sent|nothing|ENETUNREACH|ERR_ACCESS_DENIED|EPERM)$/);
    const name = attemptLater(
      level,
      `require('dns').lookup('example.com', (e, address) => done(e ? 'refused' : 'resolved'))`,
    );
    if (sealed) expect(name).toBe('refused');
  });

  it('a debugger, Node’s own bindings and the file descriptors of its parent: always', () => {
    const tried = attempts(level, {
      inspector: `require('inspector').open(0); return 'open'`,
      heap: `require('v8').writeHeapSnapshot('/tmp/x.heapsnapshot'); return 'written'`,
      descriptors: `return [4, 5, 6, 7, 8, 9].filter((fd) => { try { require('fs').fstatSync(fd); return false; } catch (e) { return !/EBADF|ERR_ACCESS_DENIED/.test(e.code); } }).length`,
    });
    expect(String(tried.inspector)).toMatch(/ERR_ACCESS_DENIED|ERR_INSPECTOR/);
    expect(String(tried.heap)).toMatch(/ERR_ACCESS_DENIED|EROFS|EACCES|ENOENT/);
    expect(tried.descriptors).toBe(0);
  });
});

describe.skipIf(bubblewrapProblem !== null)('a process isolated by bubblewrap, besides,', () => {
  it('has no place to write to: neither its root, /tmp, /dev nor shared memory', () => {
    const { command, args } = launch('bubblewrap', join(temporaryFolder({ 's.cjs': '' }), 's.cjs'), DEFAULT_LIMITS);
    // Without Node's permissions, bubblewrap alone must hold.
    const bare = args.filter((arg) => !/^--(experimental-)?permission$|^--allow-fs/.test(arg)).slice(0, -1);
    const code = `const fs = require('fs'); console.log(JSON.stringify(['/x', '/tmp/x', '/dev/x', '/dev/shm/x', '/kit/x', '/usr/lib/x', '/etc/x'].map((path) => { try { fs.writeFileSync(path, ''); return path; } catch (e) { return e.code; } })))`;
    const { stdout, stderr } = spawnSync(command, [...bare, '-e', code], { encoding: 'utf8', timeout: 20_000 });
    expect(stderr).toBe('');
    const codes = JSON.parse(stdout) as string[];
    for (const code of codes) expect(code).toMatch(/EROFS|ENOENT|EACCES|ENOSPC/);
  });

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

/** How a sandbox process is started, and what each level of isolation keeps it from. */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import type { Isolation } from '../wire/isolation.ts';

export interface Limits {
  /** V8's heap, in MiB. */
  heapMiB: number;
  /** All writable memory of the process, in MiB (RLIMIT_DATA), where the system can limit it. */
  memoryMiB: number;
  /** Seconds of processor time over the sandbox's life, where the system can limit it. */
  cpuSeconds: number;
}

export const DEFAULT_LIMITS: Limits = { heapMiB: 512, memoryMiB: 2048, cpuSeconds: 300 };

export interface Launch {
  command: string;
  args: string[];
}

const [NODE_MAJOR, NODE_MINOR] = process.versions.node.split('.').map(Number);
/** Node 23.5 took the word "experimental" off. */
const PERMISSION_FLAG =
  NODE_MAJOR > 23 || (NODE_MAJOR === 23 && NODE_MINOR >= 5) ? '--permission' : '--experimental-permission';

/** The command that starts the runtime with its pipe on descriptor 3. */
export function launch(isolation: Isolation, runtime: string, limits: Limits): Launch {
  const inside = isolation === 'bubblewrap' ? '/kit/sandbox.cjs' : runtime;
  const node = isolation === 'bubblewrap' ? '/kit/node' : process.execPath;
  const nodeArgs = [
    PERMISSION_FLAG,
    `--allow-fs-read=${inside}`,
    '--no-warnings',
    // Its life is too short for V8 to find out by itself what is worth compiling, or how much room there should be.
    '--always-sparkplug',
    '--min-semi-space-size=16',
    '--single-threaded-gc',
    ...(NODE_MAJOR === 20 ? ['--interrupt-budget=400000'] : []),
    '--disable-proto=delete',
    `--max-old-space-size=${limits.heapMiB}`,
    inside,
  ];
  const [command, ...args] =
    isolation === 'bubblewrap' ? bubblewrapped(runtime, [node, ...nodeArgs]) : [node, ...nodeArgs];
  return limited(command, args, limits);
}

function bubblewrapped(runtime: string, command: string[]): string[] {
  const libraries = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib', '/nix/store', '/etc/ld.so.cache'];
  return [
    'bwrap',
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    '--clearenv',
    '--cap-drop',
    'ALL',
    ...libraries.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]),
    '--dev',
    '/dev',
    '--ro-bind',
    realpathSync(process.execPath),
    '/kit/node',
    '--ro-bind',
    runtime,
    '/kit/sandbox.cjs',
    // Its /dev and its root are memory of this machine: what could be written there would fill it.
    '--remount-ro',
    '/dev',
    '--remount-ro',
    '/',
    '--chdir',
    '/',
    ...command,
  ];
}

/** Resource limits are set by a shell that then becomes the command; a system without one of them goes without it. */
function limited(command: string, args: string[], { memoryMiB, cpuSeconds }: Limits): Launch {
  if (process.platform === 'win32') return { command, args };
  const limits = [`-c 0`, `-t ${cpuSeconds}`, `-d ${memoryMiB * 1024}`].map((limit) => `ulimit ${limit} 2>/dev/null`);
  return { command: '/bin/sh', args: ['-c', [...limits, 'exec "$0" "$@"'].join('; '), command, ...args] };
}

/** Installed; whether it may make namespaces here, only trying it tells. */
export function hasBubblewrap(): boolean {
  const folders = process.platform === 'linux' ? (process.env.PATH ?? '').split(':') : [];
  return folders.some((folder) => existsSync(`${folder}/bwrap`));
}

/** Null if bubblewrap works here, else why not, in a few words. */
export function tryBubblewrap(): string | null {
  if (process.platform !== 'linux') return 'only on Linux';
  const [command, ...args] = bubblewrapped(process.execPath, ['/kit/node', '--version']);
  const tried = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 });
  if (tried.error) return 'not installed';
  return tried.status === 0
    ? null
    : (tried.stderr.trim().split('\n')[0] || `exit status ${tried.status}`).slice(0, 200);
}

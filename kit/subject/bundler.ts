/**
 * The process that bundles submissions. It is an esbuild of its own, apart from the course's: what a submission can do to
 * it ends with it. Its memory is limited by the system, its time and what it answers by us; it has one build at a time,
 * so that whoever ends it is known, and is started again for the next.
 */
import * as childProcess from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import type * as Esbuild from 'esbuild';
import { BUNDLER_LIMITS } from '../wire/source-limits.ts';

/** What was to be bundled takes more than it may, or ends the process that bundles. The message is for its author. */
export class CannotBeBundled extends Error {}

/** esbuild's process, while there is one. */
let child: childProcess.ChildProcess | undefined;
/** Bytes of its answers to this build. */
let answered = 0;
/** Why we ended it, if we did. */
let endedFor: string | undefined;
let own: Pick<typeof Esbuild, 'build' | 'transform' | 'stop'> | undefined;
let turn: Promise<unknown> = Promise.resolve();

/** @throws what esbuild throws for an error in what is built; CannotBeBundled */
export function buildInTurn(options: Esbuild.BuildOptions): Promise<Esbuild.BuildResult> {
  const mine = turn.then(() => buildTwice(options));
  turn = mine.catch(() => {});
  return mine;
}

/** For a plugin of a build: by the same process, within the same limits. */
export function transformWithin(text: string, options: Esbuild.TransformOptions): Promise<Esbuild.TransformResult> {
  own ??= load();
  return own.transform(text, options);
}

/** A process can be ended from outside, by chance: what ends a second one, that has had nothing else to do, ends it. */
async function buildTwice(options: Esbuild.BuildOptions): Promise<Esbuild.BuildResult> {
  for (const isLast of [false, true]) {
    try {
      return await build(options);
    } catch (error) {
      if ('errors' in (error as object)) throw error;
      const reason = endedFor;
      await renew();
      if (reason !== undefined) throw new CannotBeBundled(reason);
      if (!isLast) continue;
      // Where nothing can be bundled, nobody's file is to blame.
      await build({ stdin: { contents: '' }, write: false, logLevel: 'silent' });
      throw new CannotBeBundled('it is too large or too deeply nested to be bundled: the bundler ran out of memory');
    }
  }
  throw new Error('unreachable');
}

async function build(options: Esbuild.BuildOptions): Promise<Esbuild.BuildResult> {
  own ??= load();
  [answered, endedFor] = [0, undefined];
  let isDone = false;
  const tooLong = () => {
    if (!isDone) end(`it takes more than ${BUNDLER_LIMITS.seconds} seconds to be bundled: make it smaller or simpler`);
  };
  // An answer that has come by then is read first: this process may have been busy itself.
  const timer = setTimeout(() => setImmediate(tooLong), BUNDLER_LIMITS.seconds * 1000);
  try {
    return await own.build(options);
  } finally {
    isDone = true;
    clearTimeout(timer);
  }
}

function end(reason: string): void {
  endedFor ??= reason;
  child?.kill('SIGKILL');
}

async function renew(): Promise<void> {
  child?.kill('SIGKILL');
  // esbuild keeps what it has until it is told to stop.
  await own?.stop();
}

/**
 * esbuild has one process for all who import it, and no say in how it is started: so its module is loaded once more, with
 * another way to start processes.
 */
function load(): typeof Esbuild {
  const file = createRequire(import.meta.url).resolve('esbuild');
  const requireOfFile = createRequire(file);
  const requires = Object.assign(
    (name: string) => (name === 'child_process' ? { ...childProcess, spawn: start } : requireOfFile(name)),
    { resolve: requireOfFile.resolve },
  );
  const module = { exports: {} };
  const names = ['module', 'exports', 'require', '__filename', '__dirname'];
  const run = compileFunction(readFileSync(file, 'utf8'), names, { filename: file });
  run(module, module.exports, requires, file, dirname(file));
  return module.exports as typeof Esbuild;
}

const KIB = 1024;

/** With a limit to its memory, where there is a shell to set it. It prints nothing: Go shows a fault's every thread. */
function start(command: string, args: string[], options: childProcess.SpawnOptions): childProcess.ChildProcess {
  const { memoryBytes } = BUNDLER_LIMITS;
  const [shell, ...first] =
    process.platform === 'win32'
      ? [command]
      : ['/bin/sh', '-c', `ulimit -d ${memoryBytes / KIB} 2>/dev/null; exec "$0" "$@"`, command];
  const started = childProcess.spawn(shell, [...first, ...args], {
    ...options,
    stdio: ['pipe', 'pipe', 'ignore'],
    // Before it comes to that, it tidies up.
    env: { ...process.env, GOMEMLIMIT: String(memoryBytes / 2) },
  });
  started.stdout?.on('data', (chunk: Buffer) => {
    answered += chunk.length;
    if (answered > BUNDLER_LIMITS.answerBytes) {
      end('its bundle is too large: make it smaller, or less deeply nested');
    }
  });
  child = started;
  return started;
}

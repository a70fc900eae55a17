/**
 * The kernel host: a process of its own, so that a crash or an exhausted memory here costs one check and not the run.
 * The grader (its parent) sends requests over IPC; sandboxes are its children.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { DEFAULT_LIMITS, hasBubblewrap, launch } from '../isolation/launch.ts';
import { BackendAbsent } from '../wire/backend-names.ts';
import type { Isolation } from '../wire/isolation.ts';
import { KernelRefused, type TensorDType } from '../wire/kernel.ts';
import type { Requests, Response } from '../wire/requests.ts';
import { SandboxDied } from '../wire/sandbox-state.ts';
import { endHost, isWhole, startBackend } from './backend.ts';
import { measureRoofline } from './measure-roofline.ts';
import { Session } from './session.ts';
import { SharedExclusiveLock } from './shared-exclusive-lock.ts';
import { signalOfStatus } from './signal-of-status.ts';

const START_MS = 20_000;
const FLOOD_BYTES = 8 * 1024 * 1024;

const sessions = new Map<number, Session>();
const children = new Set<ChildProcess>();
let nextSession = 1;
let isolation: Isolation = 'permissions';
/** A sandbox that has started and waits for its submission, so that nobody waits for it. */
let standby: Promise<Session> | undefined;
/** Whether there is another as soon as one is taken: for who judges one submission again and again. */
let keepStandby = false;
/** Only what runs a submission's code, or loads the device, takes turns. */
const turns = new SharedExclusiveLock();

const handlers: { [M in keyof Requests]: (params: Requests[M]['params']) => Promise<Requests[M]['result']> } = {
  async start({ backend, isolation: wanted, keepStandby: keep = false }) {
    keepStandby = keep;
    const first = firstSandbox(wanted);
    holdReady(first);
    const info = await startBackend(backend, `${__dirname}/`);
    await first;
    if (keepStandby) holdReady(warmed(first));
    return { backend: info, isolation };
  },
  async open() {
    // Taken before it is waited for, or two submissions that open at once would share it.
    const ready = standby;
    standby = undefined;
    // One that did not start is not a reason for the next not to.
    const waiting = await ready?.catch(() => undefined);
    const session = waiting && !waiting.dead ? waiting : await spawnSandbox();
    if (keepStandby && !standby) holdReady(warmed(spawnSandbox()));
    const id = nextSession++;
    sessions.set(id, session);
    return { session: id };
  },
  async load({ session, code, file, path, timeoutMs }) {
    sessionOf(session).startAnew();
    const answer = await ask(session, { op: 'load', code, file, path }, timeoutMs);
    if (answer.op === 'loaded') sessionOf(session).drawBaseline();
    return answer;
  },
  // Nobody waits for it: the call that comes with them hears of a death.
  async inputs({ session, tensors }) {
    try {
      for (const { handle, bytes, shape, dtype } of tensors)
        sessionOf(session).input(handle, bytes, shape, dtype as TensorDType);
    } catch (error) {
      if (error instanceof SandboxDied) return;
      if (!(error instanceof KernelRefused)) endHost(error as Error);
      sessionOf(session).die({
        reason: 'limit',
        detail: 'its tensors leave no memory for the inputs of the next call',
      });
    }
  },
  async call({ session, fn, args, timeoutMs, timed }) {
    const message = { op: 'call', fn, args } as const;
    if (!timed) return ask(session, message, timeoutMs);
    const { result, ms } = await turns.alone(() => sessionOf(session).askTimed(message, timeoutMs));
    return { ...result, ms };
  },
  gradient: ({ session, wrt, timeoutMs }) => ask(session, { op: 'gradient', wrt }, timeoutMs),
  gradientEnd: ({ session, outputs, cotangents, timeoutMs }) =>
    ask(session, { op: 'gradientEnd', outputs, cotangents }, timeoutMs),
  async read({ session, handle }) {
    return sessionOf(session).read(handle);
  },
  async traceNaN({ session }) {
    sessionOf(session).traceNaN();
  },
  // A call may still wait for its turn.
  mark: ({ session }) => turns.beside(async () => sessionOf(session).mark()),
  async usage({ session }) {
    return sessionOf(session).usage();
  },
  async isWhole() {
    return isWhole();
  },
  roofline: () => turns.alone(measureRoofline),
  async usageTotals({ session }) {
    return sessionOf(session).usageTotals();
  },
  async takeFault({ session }) {
    return sessionOf(session).takeFault();
  },
  async forget({ session }) {
    sessionOf(session).forget();
  },
  async close({ session }) {
    sessions.get(session)?.die({ reason: 'exited', detail: 'closed' });
    sessions.delete(session);
  },
};

function holdReady(sandbox: Promise<Session>): void {
  standby = sandbox;
  // Whoever opens it hears of it.
  sandbox.catch(() => {});
}

/** Compiled by use, before anybody waits for it; then as good as new. */
async function warmed(sandbox: Promise<Session>): Promise<Session> {
  const session = await sandbox;
  await session.ask({ op: 'warmUp' }, START_MS);
  session.forget();
  return session;
}

function ask(id: number, message: Parameters<Session['ask']>[0], timeoutMs: number): ReturnType<Session['ask']> {
  return turns.beside(() => sessionOf(id).ask(message, timeoutMs));
}

function sessionOf(id: number): Session {
  const session = sessions.get(id);
  if (!session) throw new Error(`no session ${id}`);
  return session;
}

function printedBy(session: Session | undefined): { printed?: string } {
  const printed = session?.takePrinted();
  return printed ? { printed } : {};
}

/** Starts the first sandbox with the strongest isolation that works here: trying it is the surest way to find out. */
async function firstSandbox(wanted: Isolation | undefined): Promise<Session> {
  isolation = wanted ?? (hasBubblewrap() ? 'bubblewrap' : 'permissions');
  try {
    return await spawnSandbox();
  } catch (error) {
    if (wanted || isolation === 'permissions') throw error;
    isolation = 'permissions';
    return spawnSandbox();
  }
}

async function spawnSandbox(): Promise<Session> {
  const { command, args } = launch(isolation, join(__dirname, 'sandbox.cjs'), DEFAULT_LIMITS);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: {}, cwd: '/', detached: true });
  children.add(child);
  let said = '';
  let flood = 0;
  const session = new Session(child.stdio[3] as Duplex, () => killGroup(child));
  for (const output of [child.stdout, child.stderr]) {
    output?.on('data', (chunk: Buffer) => {
      flood += chunk.length;
      if (said.length < 4000) said += chunk.toString('latin1');
      if (flood > FLOOD_BYTES) session.die({ reason: 'limit', detail: 'it wrote more than 8 MiB to its output' });
    });
  }
  child.on('error', (error) => session.die({ reason: 'exited', detail: error.message }));
  child.on('exit', (code, signal) => {
    children.delete(child);
    const last = said
      .trim()
      .split('\n')
      .find((line) => /^(\w*Error|FATAL ERROR)\b|bwrap|not found/.test(line));
    const by = signal ?? signalOfStatus(code);
    const how = by ? `killed by ${by}` : `exit status ${code}`;
    const death = { reason: 'exited', detail: last ? `${how}: ${last.trim().slice(0, 300)}` : how } as const;
    session.die(by ? { ...death, signal: by } : death);
  });
  try {
    await session.ask(null, START_MS);
  } catch (error) {
    throw new Error(`the sandbox does not start (${isolation}): ${(error as Error).message}`);
  }
  return session;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

interface Message {
  /** None where no answer is waited for. */
  id?: number;
  method: keyof Requests;
  params: never;
}

process.on('message', (batch: Message[]) => {
  for (const message of batch) void handle(message);
});

async function handle({ id, method, params }: Message): Promise<void> {
  let response: Omit<Response, 'id'>;
  try {
    response = { result: await (handlers[method] as (params: never) => Promise<unknown>)(params) };
  } catch (error) {
    const session = sessions.get((params as { session?: number }).session ?? 0);
    const death = error instanceof SandboxDied ? { ...error.death, ...printedBy(session) } : undefined;
    response = {
      error: (error as Error).message,
      death,
      refused: error instanceof KernelRefused,
      absent: error instanceof BackendAbsent,
    };
  }
  if (id !== undefined) answer({ id, ...response });
}

let outbox: Response[] = [];

/** A message wakes the grader: what is ready in one turn goes together. */
function answer(response: Response): void {
  outbox.push(response);
  if (outbox.length > 1) return;
  setImmediate(() => {
    if (process.connected) process.send?.(outbox);
    outbox = [];
  });
}

process.on('disconnect', () => process.exit(0));
process.on('exit', () => {
  for (const child of children) killGroup(child);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(0));

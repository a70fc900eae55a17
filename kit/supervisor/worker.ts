/**
 * A worker as its supervisor sees it: a tree of processes that judges one submission at a time, watched from outside. A
 * worker that is stuck, or takes more than its limits, is ended, and nothing that it does ends the supervisor.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { endedItself } from '../wire/own-signals.ts';
import { WORKER_LIMITS, type WorkerLimits } from './limits.ts';
import { processes, treeOf } from './processes.ts';

/** What a worker says. A result is whatever its program answers to a job. */
export type FromWorker<Ready, Note, Result> =
  | { op: 'alive' }
  | { op: 'ready'; ready: Ready }
  | { op: 'note'; note: Note }
  /** @param whole whether it may judge another */
  | { op: 'done'; result: Result; whole: boolean }
  /** The job could not be done, for a reason that is no submission's. */
  | { op: 'failed'; name: string; message: string };

export type ToWorker<Config, Job> = { op: 'start'; config: Config } | { op: 'job'; job: Job };

/**
 * The worker is gone. By evidence: what ended by itself (a crash, an exhausted heap, an exit), or had to be ended since it
 * was stuck or too large, was ended by what it judged. What another process has killed was not.
 */
export class WorkerEnded extends Error {
  override name = 'WorkerEnded';
  constructor(
    /** Whose doing it was. */
    readonly by: 'submission' | 'machine',
    message: string,
  ) {
    super(message);
  }
}

const LOOK_EVERY_MS = 1000;

export interface WorkerProgram<Config> {
  file: string;
  config: Config;
  limits?: WorkerLimits;
}

export class Worker<Config, Job, Ready, Note, Result> {
  readonly #child: ChildProcess;
  readonly #limits: WorkerLimits;
  readonly #watch: NodeJS.Timeout;
  #gone: WorkerEnded | undefined;
  #stderr = '';
  /** What waits for the next thing that is said. */
  #waiting: { resolve: (message: FromWorker<Ready, Note, Result>) => void; reject: (error: Error) => void } | undefined;
  #onNote: (note: Note) => void = () => {};
  /** Since the job began, and since anything was last heard; as long as it was looked after. */
  #jobMs = 0;
  #silentMs = 0;
  /** The worker's processor time when it was last heard; unknown until it is next looked at. */
  #heardCpuMs: number | undefined;
  #lookedAt = performance.now();

  private constructor({ file, limits = WORKER_LIMITS }: WorkerProgram<Config>) {
    this.#limits = limits;
    this.#child = fork(file, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [`--max-old-space-size=${limits.heapMegabytes}`],
      // Ctrl-C is the supervisor's to answer.
      detached: process.platform !== 'win32',
    });
    this.#child.on('message', (message: FromWorker<Ready, Note, Result>) => this.#hear(message));
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4000);
    });
    this.#child.on('error', (error) =>
      this.#end(new WorkerEnded('machine', `the worker does not start: ${error.message}`)),
    );
    this.#child.on('exit', (code, signal) => this.#end(this.#endOf(code, signal)));
    this.#watch = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** @throws WorkerEnded; Error where it cannot judge here at all, such as for want of the backend */
  static async start<Config, Job, Ready, Note, Result>(
    program: WorkerProgram<Config>,
  ): Promise<{ worker: Worker<Config, Job, Ready, Note, Result>; ready: Ready }> {
    const worker = new Worker<Config, Job, Ready, Note, Result>(program);
    const said = await worker.#ask({ op: 'start', config: program.config });
    if (said.op === 'ready') return { worker, ready: said.ready };
    worker.stop();
    throw said.op === 'failed' ? errorOf(said) : new Error(`the worker said "${said.op}" before it was ready`);
  }

  get alive(): boolean {
    return this.#gone === undefined;
  }

  /** One at a time. @throws WorkerEnded; Error where the job could not be done */
  async run(job: Job, onNote: (note: Note) => void = () => {}): Promise<Result> {
    this.#onNote = onNote;
    const said = await this.#ask({ op: 'job', job });
    if (said.op === 'failed') throw errorOf(said);
    if (said.op !== 'done') throw new Error(`the worker said "${said.op}" to a job`);
    if (!said.whole) this.stop();
    return said.result;
  }

  /** Ends it, with all that it started. */
  stop(): void {
    this.#kill(new WorkerEnded('machine', 'the worker was stopped'));
  }

  #ask(message: ToWorker<Config, Job>): Promise<FromWorker<Ready, Note, Result>> {
    if (this.#gone) return Promise.reject(this.#gone);
    [this.#jobMs, this.#silentMs, this.#heardCpuMs, this.#lookedAt] = [0, 0, undefined, performance.now()];
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#child.send(message, (error) => {
        // Why it is gone is known when it has ended.
        if (error && this.#child.exitCode === null && this.#child.signalCode === null) this.#kill();
      });
    });
  }

  #hear(message: FromWorker<Ready, Note, Result>): void {
    [this.#silentMs, this.#heardCpuMs] = [0, undefined];
    if (message.op === 'alive') return;
    if (message.op === 'note') {
      this.#onNote(message.note);
      return;
    }
    this.#waiting?.resolve(message);
    this.#waiting = undefined;
  }

  #look(): void {
    // After a sleep of the machine the next look is late; that was no time for the worker either.
    const elapsed = Math.min(performance.now() - this.#lookedAt, 2 * LOOK_EVERY_MS);
    this.#lookedAt = performance.now();
    if (this.#gone || !this.#waiting) return;
    this.#jobMs += elapsed;
    this.#silentMs += elapsed;
    const excess = this.#excess(treeOf(this.#child.pid ?? 0, processes()));
    if (excess) this.#kill(new WorkerEnded('submission', excess));
  }

  /** What it takes too much of. */
  #excess(tree: { memoryBytes: number; cpuMs: number }[]): string | null {
    const { memoryBytes, silentCpuMs, silentMs, jobMs } = this.#limits;
    const used = tree.reduce((sum, each) => sum + each.memoryBytes, 0);
    if (used > memoryBytes) return `judging it took more than ${(memoryBytes / 1024 ** 3).toFixed(1)} GiB of memory`;
    const cpuMs = tree[0]?.cpuMs ?? 0;
    this.#heardCpuMs ??= cpuMs;
    if (cpuMs - this.#heardCpuMs > silentCpuMs || this.#silentMs > silentMs)
      return `the grader was stuck for ${(this.#silentMs / 1000).toFixed(0)} s`;
    if (this.#jobMs > jobMs) return `judging it took more than ${(jobMs / 60_000).toFixed(0)} minutes`;
    return null;
  }

  #endOf(code: number | null, signal: NodeJS.Signals | null): WorkerEnded {
    const last = this.#stderr.split('\n').find((line) => /^(\w*Error|FATAL ERROR)\b/.test(line));
    const how = `the grader ended (${signal ?? `exit status ${code}`})${last ? `: ${last.slice(0, 300)}` : ''}`;
    return new WorkerEnded(endedItself(signal) ? 'submission' : 'machine', how);
  }

  /** Grader, bundler and host are one group of processes; sandboxes have groups of their own. */
  #kill(reason?: WorkerEnded): void {
    if (reason) this.#end(reason);
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    for (const each of [-pid, ...treeOf(pid, processes()).map((below) => below.pid)]) killed(each);
  }

  #end(reason: WorkerEnded): void {
    clearInterval(this.#watch);
    if (this.#gone) return;
    this.#gone = reason;
    this.#waiting?.reject(reason);
    this.#waiting = undefined;
  }
}

const errorOf = ({ name, message }: { name: string; message: string }) => Object.assign(new Error(message), { name });

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

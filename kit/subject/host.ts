/** The grader's side of the host: starts the process, asks, and notices when it is gone. */
import { type ChildProcess, fork } from 'node:child_process';
import { BackendAbsent, type BackendInfo } from '../wire/backend-names.ts';
import type { Isolation } from '../wire/isolation.ts';
import { KernelRefused } from '../wire/kernel.ts';
import { endedItself } from '../wire/own-signals.ts';
import { afterOwnTime } from '../wire/own-time.ts';
import type { Requests, Response } from '../wire/requests.ts';
import { SandboxDied } from '../wire/sandbox-state.ts';
import { hostEnvironment } from './host-environment.ts';
import { cardOf, type Machine, nvidiaCards } from './machine.ts';

/** The host is gone or cannot do what it must: a fault of the kit, the machine or the driver, unless it ended itself. */
export class HostFailed extends Error {
  override name = 'HostFailed';
  constructor(
    message: string,
    /** It crashed, by what it was given to compute: on the processor, and with nobody else's work, that is what did it. */
    readonly crashed = false,
  ) {
    super(message);
  }
}

/** Of V8's heap: kernels that the cpu backend runs put some of their values there. */
const HOST_HEAP_MEGABYTES = 2048;

/** The host's own limits end a request long before this; it is for a host that hangs. */
const HANG_MS = 120_000;
/** A host that is in the middle of one operation sees no limit. It has so long, beyond twice the time of the call. */
const ONE_OPERATION_MS = 10_000;

export class Host {
  readonly #pending = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  #nextId = 0;
  #gone: HostFailed | undefined;
  #stderr = '';
  #isStarted = false;
  #outbox: object[] = [];
  #machine: Promise<Machine> | undefined;

  private constructor(
    readonly child: ChildProcess,
    readonly backend: BackendInfo,
    readonly isolation: Isolation,
  ) {}

  /** @throws BackendAbsent; HostFailed if the host or its backend does not start */
  static async start(program: string, options: Requests['start']['params']): Promise<Host> {
    const child = fork(program, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Nearly all that it makes is gone a kernel later, if there is room for it until then.
      execArgv: ['--min-semi-space-size=16', `--max-old-space-size=${HOST_HEAP_MEGABYTES}`],
      env: { ...process.env, ...hostEnvironment(options.backend) },
    });
    const unknown: BackendInfo = { name: 'cpu', device: '', accelerated: false };
    const starting = new Host(child, unknown, 'permissions');
    starting.#listen();
    try {
      Object.assign(starting, await starting.request('start', options));
      starting.#isStarted = true;
      return starting;
    } catch (error) {
      starting.stop();
      throw error;
    }
  }

  get alive(): boolean {
    return this.#gone === undefined;
  }

  /** @throws SandboxDied where the sandbox ended; KernelRefused for a dead handle; HostFailed where the host is gone */
  request<M extends keyof Requests>(method: M, params: Requests[M]['params']): Promise<Requests[M]['result']> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const { timeoutMs } = params as { timeoutMs?: number };
      const letGo = afterOwnTime(timeoutMs === undefined ? HANG_MS : 2 * timeoutMs + ONE_OPERATION_MS, () => {
        const detail = `no answer within ${(timeoutMs ?? HANG_MS) / 1000} s`;
        // All that is asked of it is asked of the one submission that it computes for.
        const death = timeoutMs === undefined ? undefined : new SandboxDied({ reason: 'timeout', detail });
        this.#fail(`the host hangs: ${detail} to ${method}`, { death });
      });
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          letGo();
          this.#pending.delete(id);
          then(value);
        };
      this.#pending.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#post({ id, method, params });
    });
  }

  /** Like `request`, for what has no answer worth waiting for; it is carried out before what is requested next. */
  tell<M extends 'inputs' | 'forget' | 'mark'>(method: M, params: Requests[M]['params']): void {
    if (this.#gone === undefined) this.#post({ method, params });
  }

  /** A message wakes the host, and that costs more than to read it: what is said in one turn goes together. */
  #post(message: object): void {
    this.#outbox.push(message);
    if (this.#outbox.length > 1) return;
    setImmediate(() => {
      if (this.#gone !== undefined) return;
      this.child.send(this.#outbox, (error) => error && this.#fail(`the host cannot be reached: ${error.message}`));
      this.#outbox = [];
    });
  }

  /** What is known of a real GPU, and what it can do at most: measured once, when it is first asked for. */
  machine(): Promise<Machine> {
    this.#machine ??= this.#measureMachine();
    return this.#machine;
  }

  async #measureMachine(): Promise<Machine> {
    const card = cardOf(this.backend, await nvidiaCards());
    const roofline = await this.request('roofline', {});
    return { driver: card?.driver ?? null, memoryBytes: card?.memoryBytes ?? null, roofline };
  }

  stop(): void {
    this.#fail('the host was stopped');
  }

  #listen(): void {
    this.child.on('message', (responses: Response[]) => {
      for (const response of responses) this.#settle(response);
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-2000);
    });
    this.child.on('error', (error) => this.#fail(`the host does not start: ${error.message}`));
    this.child.on('exit', (code, signal) => {
      const last = this.#stderr
        .trim()
        .split('\n')
        .find((line) => /^(\w*Error|FATAL ERROR)\b/.test(line));
      const how = `the host ended (${signal ?? `exit status ${code}`})${last ? `: ${last.trim().slice(0, 300)}` : ''}`;
      this.#fail(how, {
        crashed: this.#isStarted && !this.backend.accelerated && endedItself(signal),
      });
    });
  }

  #settle({ id, result, error, death, refused, absent }: Response): void {
    const pending = this.#pending.get(id);
    if (error === undefined) pending?.resolve(result as never);
    else if (death) pending?.reject(new SandboxDied(death));
    else if (absent) pending?.reject(new BackendAbsent(error));
    else pending?.reject(refused ? new KernelRefused(error) : new HostFailed(error));
  }

  /** @param death what those hear who wait for the submission, where that has itself to blame */
  #fail(reason: string, { crashed = false, death }: { crashed?: boolean; death?: SandboxDied } = {}): void {
    if (this.#gone !== undefined) return;
    this.#gone = new HostFailed(reason, crashed);
    if (this.child.connected) this.child.disconnect();
    // A moment to end its sandboxes; a host that hangs has lost the right to it.
    setTimeout(() => this.child.kill('SIGKILL'), 500).unref();
    for (const { reject } of this.#pending.values()) reject(death ?? this.#gone);
  }
}

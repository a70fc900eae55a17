/** The workers that grade a class, from the supervisor's side: started as they are needed, replaced when they are gone. */
import { join } from 'node:path';
import { DIST } from '../course/course.ts';
import type { ReportedHost } from '../report/report.ts';
import type { HostOptions } from '../subject/host-pool.ts';
import { WORKER_LIMITS, type WorkerLimits } from '../supervisor/limits.ts';
import { type FromWorker, type ToWorker, Worker, WorkerEnded } from '../supervisor/worker.ts';
import type { ClassWork, Graded, Job } from './grade-one.ts';
import type { JournalRecord } from './journal.ts';

export interface GraderConfig {
  courseRoot: string;
  hosts: Pick<HostOptions, 'backend' | 'isolation'>;
  work: ClassWork;
}

/** What a supervisor and a worker say to each other. */
export interface GraderWorker {
  config: GraderConfig;
  hears: ToWorker<GraderConfig, Job>;
  says: FromWorker<ReportedHost, JournalRecord, Graded>;
}

type Grader = Worker<GraderConfig, Job, ReportedHost, JournalRecord, Graded>;

export class Graders {
  readonly #idle: Grader[] = [];
  readonly #all = new Set<Grader>();
  /** What submissions are judged on, as the first worker found it. */
  host: ReportedHost | undefined;

  constructor(
    readonly config: GraderConfig,
    readonly limits: WorkerLimits = WORKER_LIMITS,
    readonly program = join(DIST, 'worker.js'),
  ) {}

  /** @throws WorkerEnded; Error where the job could not be done; BackendAbsent by name */
  async run(job: Job, onBegin: (dated: JournalRecord) => void): Promise<Graded> {
    const grader = this.#idle.pop() ?? (await this.#started());
    try {
      return await grader.run(job, onBegin);
    } finally {
      if (grader.alive) this.#idle.push(grader);
      else this.#all.delete(grader);
    }
  }

  /** Has so many waiting, and knows what they judge on. @throws as `run`, once none is starting any more */
  async warm(count: number): Promise<ReportedHost> {
    const starts = await Promise.allSettled(Array.from({ length: count }, () => this.#started()));
    for (const start of starts) {
      if (start.status === 'rejected') throw start.reason;
      this.#idle.push(start.value);
    }
    return this.host as ReportedHost;
  }

  /** Ends all of them, whatever they are doing. */
  stop(): void {
    for (const grader of this.#all) grader.stop();
    this.#all.clear();
    this.#idle.length = 0;
  }

  async #started(): Promise<Grader> {
    const program = { file: this.program, config: this.config, limits: this.limits };
    const { worker, ready } = await Worker.start<GraderConfig, Job, ReportedHost, JournalRecord, Graded>(program).catch(
      (error) => {
        // It has judged nothing yet.
        throw error instanceof WorkerEnded ? new WorkerEnded('machine', error.message) : error;
      },
    );
    this.host ??= ready;
    this.#all.add(worker);
    return worker;
  }
}

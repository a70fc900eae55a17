/**
 * Judges a class: hands out submissions to workers, each of which judges one at a time and shares nothing with the others,
 * and has what becomes of them journalled. Nothing of a submission is read here.
 */
import type { Course } from '../course/course.ts';
import { failedReport } from '../grade/failed-report.ts';
import { submissionSeed } from '../grade/grade-submission.ts';
import type { Report } from '../report/report.ts';
import type { WorkerLimits } from '../supervisor/limits.ts';
import { WorkerEnded } from '../supervisor/worker.ts';
import { plain } from '../text/plain.ts';
import { type Attempts, noAttempts } from './attempts.ts';
import { blankRecord, type How } from './grade-one.ts';
import { type GraderConfig, Graders } from './graders.ts';
import { type AttemptLine, type JournalRecord, keyOf } from './journal.ts';
import type { Submission } from './layouts.ts';

export interface ClassRequest {
  submissions: Submission[];
  course: Course;
  config: GraderConfig;
  limits?: WorkerLimits;
  /** Of the workers; default: the kit's. */
  program?: string;
  /** At once. */
  jobs: number;
  before: Map<string, JournalRecord>;
  /** As the journal has them. */
  attempts: Map<string, Attempts>;
  /** Judged though nothing changed. */
  again: (record: JournalRecord) => boolean;
  /** Called before an attempt begins, and when it has ended its worker. */
  onAttempt: (line: AttemptLine) => void;
  /** Called once for each submission; and before that with `again` for one that is to be tried a second time. */
  onRecord: (record: JournalRecord, how: How | 'again') => void;
  /** Told where not so many are judged at once as were asked for. */
  onFewer?: (jobs: number, reason: string) => void;
}

/** After so many attempts of one kind that came to nothing there is no other. */
const MOST_ATTEMPTS = 2;

/** One broken submission never stops the class. `stop` ends everything at once. */
export function gradeClass(request: ClassRequest): { ended: Promise<void>; stop: () => void } {
  const graders = new Graders(request.config, request.limits, request.program);
  return { ended: gradeAll(request, graders).finally(() => graders.stop()), stop: () => graders.stop() };
}

async function gradeAll(request: ClassRequest, graders: Graders): Promise<void> {
  const jobs = await jobsFor(request, graders);
  const all = request.submissions.map((submission) => ({
    submission,
    attempts: request.attempts.get(keyOf(submission)) ?? noAttempts(),
  }));
  const alone = all.filter(isSuspect);
  const queue = all.filter((each) => !isSuspect(each)).values();
  const takeFromQueue = async () => {
    for (const each of queue) if (!(await attempt(request, graders, each, false))) alone.push(each);
  };
  await Promise.all(Array.from({ length: jobs }, takeFromQueue));
  for (const each of alone) {
    do graders.stop();
    while (!(await attempt(request, graders, each, true)));
  }
}

/** It ended a worker in an earlier run; or it was under way when that run ended, and may have ended it. */
const isSuspect = ({ attempts: { open, ends } }: Tried) => open + ends.submission + ends.machine > 0;

/** What is timed on a card that workers share would be timed with all that the others do there. */
async function jobsFor(request: ClassRequest, graders: Graders): Promise<number> {
  const { submissions, course, config, onFewer } = request;
  const jobs = Math.min(request.jobs, submissions.length);
  const { backend } = await graders.warm(Math.max(jobs, 1));
  const isTimed = config.work.exercises.some((id) => course.specs.of(id).checks.some(({ kind }) => kind === 'time'));
  if (jobs <= 1 || !backend.accelerated || !isTimed) return jobs;
  onFewer?.(1, 'there are time checks, and workers share the GPU');
  return 1;
}

interface Tried {
  submission: Submission;
  attempts: Attempts;
}

/** False where it came to nothing and is to be tried again, alone. */
async function attempt(request: ClassRequest, graders: Graders, tried: Tried, alone: boolean): Promise<boolean> {
  const { submission, attempts } = tried;
  const { student } = submission;
  if (attempts.openAlone >= MOST_ATTEMPTS) {
    const problem = `the run was ended ${attempts.openAlone} times while this was judged alone; --regrade ${student} judges it again`;
    request.onRecord({ ...blankRecord(submission), problem: plain(problem) }, 'judged');
    return true;
  }
  const of = { student, submission: submission.submission };
  const known = request.before.get(keyOf(submission));
  const before = known && !request.again(known) ? known : null;
  let begun = blankRecord(submission);
  request.onAttempt({ began: of, alone });
  try {
    const { record, how } = await graders.run({ submission, before }, (dated) => {
      begun = dated;
    });
    return decided(request, attempts, record, how);
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof WorkerEnded))
      return decided(request, attempts, { ...begun, problem: plain(message) }, 'judged');
    request.onAttempt({ ended: of, by: error.by, reason: message });
    if (++attempts.ends[error.by] < MOST_ATTEMPTS) return false;
    const problem = plain(`it was tried ${MOST_ATTEMPTS} times, the last time alone: ${message}`);
    const report = error.by === 'submission' ? failed(request, graders, student, problem) : null;
    request.onRecord({ ...begun, ...(report ? { status: 'graded', report } : { problem }) }, 'judged');
    return true;
  }
}

/** A record without a verdict is not the last word the first time. */
function decided(request: ClassRequest, attempts: Attempts, record: JournalRecord, how: How): boolean {
  const isAgain = record.status === 'not-judged' && ++attempts.unjudged < MOST_ATTEMPTS;
  request.onRecord(record, isAgain ? 'again' : how);
  return !isAgain;
}

/** Null where no worker ever said what it judges on. */
function failed({ course, config }: ClassRequest, { host }: Graders, id: string, problem: string): Report | null {
  const { exercises, secret } = config.work;
  return host ? failedReport({ course, exercises, id, seed: submissionSeed(secret, id), host, problem }) : null;
}

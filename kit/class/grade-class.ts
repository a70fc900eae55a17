/**
 * Judges a class: hands out submissions to workers, each of which judges one at a time and shares nothing with the others,
 * and has what becomes of them journalled. Nothing of a submission is read here.
 */
import type { Course } from '../course/course.ts';
import { failedReport } from '../grade/failed-report.ts';
import { submissionSeed } from '../grade/grade-submission.ts';
import type { WorkerLimits } from '../supervisor/limits.ts';
import { WorkerEnded } from '../supervisor/worker.ts';
import { plain } from '../text/plain.ts';
import { type Attempts, noAttempts } from './attempts.ts';
import { blankRecord, type Graded, type How } from './grade-one.ts';
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
  // One of those that were under way when an earlier run ended may have ended it.
  const alone = all.filter(({ attempts }) => attempts.open > 0);
  const queue = all.filter(({ attempts }) => attempts.open === 0).values();
  const takeFromQueue = async () => {
    for (const each of queue) if (!(await attempt(request, graders, each, false))) alone.push(each);
  };
  await Promise.all(Array.from({ length: jobs }, takeFromQueue));
  for (const each of alone) {
    do graders.stop();
    while (!(await attempt(request, graders, each, true)));
  }
}

/** What is timed on a card that workers share would be timed with all that the others do there. */
async function jobsFor({ jobs, course, config, onFewer }: ClassRequest, graders: Graders): Promise<number> {
  const { backend } = await graders.warm();
  const isTimed = config.work.exercises.some((id) => course.specs.of(id).checks.some(({ kind }) => kind === 'time'));
  if (jobs === 1 || !backend.accelerated || !isTimed) return jobs;
  onFewer?.(1, 'there are time checks, and workers share the GPU');
  return 1;
}

interface Tried {
  submission: Submission;
  attempts: Attempts;
}

/** False where it came to nothing and is to be tried again, alone. */
async function attempt(
  request: ClassRequest,
  graders: Graders,
  { submission, attempts }: Tried,
  alone: boolean,
): Promise<boolean> {
  const { student } = submission;
  const of = { student, submission: submission.submission };
  const known = request.before.get(keyOf(submission));
  let begun = blankRecord(submission);
  const record = (result: Partial<JournalRecord>, how: How | 'again' = 'judged') =>
    request.onRecord({ ...begun, ...result }, how);

  if (attempts.openAlone >= MOST_ATTEMPTS) {
    const problem = `the run was ended ${attempts.openAlone} times while this was judged alone; --regrade ${student} judges it again`;
    record({ problem: plain(problem) });
    return true;
  }
  request.onAttempt({ began: of, alone });
  let graded: Graded;
  try {
    const before = known && !request.again(known) ? known : null;
    graded = await graders.run({ submission, before }, (dated) => {
      begun = dated;
    });
  } catch (error) {
    if (!(error instanceof WorkerEnded))
      graded = { record: { ...begun, problem: plain((error as Error).message) }, how: 'judged' };
    else {
      const { by, message } = error;
      request.onAttempt({ ended: of, by, reason: message });
      if (++attempts.ends[by] < MOST_ATTEMPTS) return false;
      const problem = plain(`it was tried ${MOST_ATTEMPTS} times, the last time alone: ${message}`);
      if (by === 'submission' && graders.host) {
        const { exercises, secret } = request.config.work;
        const seed = submissionSeed(secret, student);
        const report = failedReport({
          course: request.course,
          exercises,
          id: student,
          seed,
          host: graders.host,
          problem,
        });
        record({ status: 'graded', report });
      } else record({ problem });
      return true;
    }
  }
  const isAgain = graded.record.status === 'not-judged' && ++attempts.unjudged < MOST_ATTEMPTS;
  begun = graded.record;
  record({}, isAgain ? 'again' : graded.how);
  return !isAgain;
}

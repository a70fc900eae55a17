/** Judges a class: several submissions at once on one warm host, each in a sandbox of its own, each journalled as it ends. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Course } from '../course/course.ts';
import { gradeSubmission, submissionSeed } from '../grade/grade-submission.ts';
import type { MaterialsCache } from '../judge/materials.ts';
import { counted, type Report, verdictOf } from '../report/report.ts';
import type { HostPool } from '../subject/host-pool.ts';
import { plain } from '../text/plain.ts';
import { hashOfSubmission } from './fingerprint.ts';
import { type JournalRecord, keyOf } from './journal.ts';
import type { Submission } from './layouts.ts';
import { type HandIn, submittedAtOf, withExercises } from './locate.ts';
import { Unreadable } from './unzip.ts';

export interface ClassRequest {
  folder: string;
  submissions: Submission[];
  course: Course;
  cache: MaterialsCache;
  exercises: string[];
  secret: string;
  /** Seconds for one call. */
  timeout: number;
  /** Of all besides the submission that a grade depends on. */
  settings: string;
  /** At once. */
  jobs: number;
  /** A host for the class, and a fresh one for what a fault of the first one spoilt. */
  newHosts: () => HostPool;
  /** For what is unpacked. */
  scratch: string;
  /** Of a git repository the last commit until then is graded, where there is one. ISO 8601. */
  notAfter: string | null;
  before: Map<string, JournalRecord>;
  /** Judged though nothing changed. */
  again: (record: JournalRecord) => boolean;
  /** Called once for each submission; and before that with `again` for one that is to be tried a second time. */
  onRecord: (record: JournalRecord, how: How | 'again') => void;
}

export type How = 'judged' | 'unchanged';

/** One broken submission never stops the class: whatever happens to it is its record. */
export async function gradeClass(request: ClassRequest): Promise<void> {
  const { onRecord } = request;
  const first: ClassRequest = {
    ...request,
    onRecord: (record, how) => onRecord(record, record.status === 'not-judged' ? 'again' : how),
  };
  const unjudged = await pass(first, request.submissions, request.jobs);
  // Once more, with a fresh host and without neighbours; then it is listed, and nobody's zero.
  if (unjudged.length > 0) await pass({ ...request, before: new Map() }, unjudged, 1);
}

/** Returns those that could not be judged. */
async function pass(request: ClassRequest, submissions: Submission[], jobs: number): Promise<Submission[]> {
  const hosts = request.newHosts();
  const queue = submissions.values();
  const unjudged: Submission[] = [];
  const worker = async () => {
    for (const submission of queue) {
      const before = request.before.get(keyOf(submission));
      const { record, how } = await gradeOne(request, submission, before, hosts);
      if (record.status === 'not-judged') unjudged.push(submission);
      request.onRecord(record, how);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, submissions.length) }, worker));
  } finally {
    await hosts.stop();
  }
  return unjudged;
}

async function gradeOne(
  request: ClassRequest,
  submission: Submission,
  before: JournalRecord | undefined,
  hosts: HostPool,
): Promise<{ record: JournalRecord; how: How }> {
  const { course, cache, exercises, timeout, secret, scratch } = request;
  const { student } = submission;
  const blank: JournalRecord = { ...submission, fingerprint: '', status: 'not-judged', problem: null, report: null };
  try {
    const path = join(request.folder, submission.submission);
    const judged = async (handIn: HandIn): Promise<{ record: JournalRecord; how: How }> => {
      const { folder, commit, missing, passedOver } = handIn;
      const seed = submissionSeed(secret, student);
      const fingerprint = hashOf(hashOfSubmission(folder), request.settings, seed);
      const dated = { ...blank, fingerprint, submittedAt: submittedAtOf(submission, handIn), passedOver };
      if (before?.status === 'graded' && before.fingerprint === fingerprint && !request.again(before)) {
        return { record: { ...before, submittedAt: dated.submittedAt, passedOver }, how: 'unchanged' };
      }
      const report = await gradeSubmission({
        folder,
        id: student,
        commit,
        missing,
        course,
        cache,
        exercises,
        hosts,
        seed,
        timeout,
      });
      const problem = faultOf(report);
      return { record: { ...dated, status: problem ? 'not-judged' : 'graded', problem, report }, how: 'judged' };
    };
    return await withExercises(path, scratch, judged, { notAfter: request.notAfter });
  } catch (error) {
    const message = plain((error as Error).message);
    return error instanceof Unreadable
      ? { record: { ...blank, status: 'unreadable', problem: message }, how: 'judged' }
      : { record: { ...blank, problem: message }, how: 'judged' };
  }
}

function faultOf(report: Report): string | null {
  if (verdictOf(report) !== 'not-judged') return null;
  const checks = report.exercises.flatMap(({ id, checks }) =>
    counted(checks).map((check) => ({ ...check, exercise: id })),
  );
  const unjudged = checks.filter(({ status }) => status === 'not-judged');
  const [{ exercise, id, message }] = unjudged;
  return plain(`${exercise}, ${id}${unjudged.length > 1 ? ` and ${unjudged.length - 1} more` : ''}: ${message}`);
}

export function hashOf(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

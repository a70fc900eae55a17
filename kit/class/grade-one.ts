/** One submission of a class, judged: what a worker does with it. Whatever happens to it is its record. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Course } from '../course/course.ts';
import { gradeSubmission, submissionSeed } from '../grade/grade-submission.ts';
import type { MaterialsCache } from '../judge/materials.ts';
import { counted, type Report, verdictOf } from '../report/report.ts';
import type { HostPool } from '../subject/host-pool.ts';
import { plain } from '../text/plain.ts';
import { hashOfSubmission } from './fingerprint.ts';
import type { JournalRecord } from './journal.ts';
import type { Submission } from './layouts.ts';
import { withExercises } from './locate.ts';
import { commitDateOf } from './submitted-at.ts';
import { Unreadable } from './unzip.ts';

/** What is the same for all submissions of a class. */
export interface ClassWork {
  /** Of the class. */
  folder: string;
  exercises: string[];
  secret: string;
  /** Seconds for one call. */
  timeout: number;
  /** Of all besides the submission that a grade depends on. */
  settings: string;
  /** For what is unpacked. */
  scratch: string;
}

/** What judging takes that is kept from one submission to the next. */
export interface Tools {
  course: Course;
  cache: MaterialsCache;
  hosts: HostPool;
}

export interface Job {
  submission: Submission;
  /** The grade of these files with these settings need not be worked out again. */
  before: JournalRecord | null;
}

export type How = 'judged' | 'unchanged';
export interface Graded {
  record: JournalRecord;
  how: How;
}

/** @param onBegin is told the record as far as it is known before the submission's code is touched */
export async function gradeOne(
  { folder, exercises, secret, timeout, settings, scratch }: ClassWork,
  { submission, before }: Job,
  { course, cache, hosts }: Tools,
  onBegin: (dated: JournalRecord) => void,
): Promise<Graded> {
  const { student } = submission;
  const blank = blankRecord(submission);
  try {
    return await withExercises(join(folder, submission.submission), scratch, async (found) => {
      const seed = submissionSeed(secret, student);
      const fingerprint = hashOf(hashOfSubmission(found), settings, seed);
      const dated = { ...blank, fingerprint, submittedAt: submission.submittedAt ?? commitDateOf(found) };
      if (before?.status === 'graded' && before.fingerprint === fingerprint) {
        return { record: { ...before, submittedAt: dated.submittedAt }, how: 'unchanged' };
      }
      onBegin(dated);
      const report = await gradeSubmission({
        folder: found,
        id: student,
        course,
        cache,
        exercises,
        hosts,
        seed,
        timeout,
      });
      const problem = faultOf(report);
      return { record: { ...dated, status: problem ? 'not-judged' : 'graded', problem, report }, how: 'judged' };
    });
  } catch (error) {
    const message = plain((error as Error).message);
    return error instanceof Unreadable
      ? { record: { ...blank, status: 'unreadable', problem: message }, how: 'judged' }
      : { record: { ...blank, problem: message }, how: 'judged' };
  }
}

export const blankRecord = (submission: Submission): JournalRecord => ({
  ...submission,
  fingerprint: '',
  status: 'not-judged',
  problem: null,
  report: null,
});

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

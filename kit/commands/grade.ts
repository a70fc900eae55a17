import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { gradeSingle } from '../class/grade-single.ts';
import type { JournalRecord } from '../class/journal.ts';
import { type Assignment, assignmentNamed } from '../course/assignments.ts';
import { type Course, findCourseApart, selectExercises, specOf } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { maxPoints } from '../course/points.ts';
import { refuseUnwritable, writeWhole } from '../files/write-whole.ts';
import { applyPolicy, maxScoreOf } from '../grade/policy.ts';
import { submissionId } from '../grade/submission-id.ts';
import { tryBubblewrap } from '../isolation/launch.ts';
import { formatNamed, REPORT_FORMATS } from '../report/formats/formats.ts';
import { visibilityRules } from '../report/formats/visibility.ts';
import { type Report, verdictOf } from '../report/report.ts';
import { lastMoment, noteLine } from './class-notes.ts';
import { courseSecret } from './course-secret.ts';
import { fromOutside } from './from-outside.ts';
import { onStop } from './on-stop.ts';
import { backendNamed, backendOrSay, positive } from './session.ts';

interface Options {
  assignment?: string;
  exercise?: string[];
  seed?: string;
  id?: string;
  lastInTime?: boolean;
  backend: string;
  timeout: string;
  requireIsolation?: string;
  format: string;
  visibility?: string[];
  out?: string;
}

export async function run(named: string, given: Options): Promise<number> {
  const { folder: submission, options } = fromOutside(named, given);
  const course = await findCourseApart(submission);
  const { exercises, assignment } = chosenWork(course, options);
  const backend = backendNamed(options.backend);
  const timeout = positive('--timeout', options.timeout);
  const { load } = formatNamed(REPORT_FORMATS, options.format);
  if (options.visibility && options.format !== 'gradescope')
    throw new InputError(`the format ${options.format} knows no visibility; remove --visibility`);
  const write = await load({ visibility: visibilityRules(options.visibility ?? []) });
  const notAfter = options.lastInTime ? lastMoment(assignment) : null;
  refuseWeakIsolation(options.requireIsolation);
  if (options.out) refuseUnwritable(options.out);

  const secret = courseSecret(options.seed) ?? randomBytes(32).toString('hex');
  const student = options.id ?? submissionId(submission).replace(/\.zip$/i, '');
  const grading = gradeSingle(course, resolved(submission), student, {
    hosts: { backend },
    work: { exercises, secret, timeout, notAfter },
  });
  const carryOn = onStop(grading.stop);
  const record = await backendOrSay(grading.record).finally(carryOn);
  const judged = reportOf(record, submission);
  const { passedOver = [] } = record;
  if (passedOver.length > 0) process.stderr.write(`${noteLine({ says: 'Passed over', names: passedOver })}\n`);
  const report = assignment ? applyPolicy(judged, assignment, record.submittedAt) : judged;
  // A whole report shows hidden cases and the seed.
  if (options.out) writeOrShow(options.out, write(report), { isPrivate: options.format === 'json' });
  else process.stdout.write(write(report));
  return { 'all-passed': 0, 'not-all-passed': 1, 'not-judged': 3 }[verdictOf(report)];
}

/** What is graded: an assignment by its rules, or exercises for the points of their checks. */
export function chosenWork(course: Course, options: { assignment?: string; exercise?: string[] }): Work {
  if (options.assignment === undefined) {
    const exercises = selectExercises(course, options.exercise ?? []);
    const maxScore = exercises.reduce((sum, id) => sum + maxPoints(specOf(course, id)), 0);
    return { assignment: null, exercises, title: titleOf(course, exercises), maxScore };
  }
  if (options.exercise) throw new InputError('an assignment has its exercises; leave --exercise or --assignment out');
  const assignment = assignmentNamed(course, options.assignment);
  return {
    assignment,
    exercises: assignment.exercises,
    title: assignment.title,
    maxScore: maxScoreOf(course, assignment),
  };
}

function titleOf(course: Course, exercises: string[]): string {
  if (exercises.length === course.exercises.length) return 'All exercises';
  return exercises.length > 3
    ? `${exercises.length} exercises`
    : exercises.map((id) => specOf(course, id).title).join(', ');
}

interface Work {
  assignment: Assignment | null;
  exercises: string[];
  title: string;
  maxScore: number;
}

/** A report that cannot be written where it should go has still been worked for: it is printed. */
function writeOrShow(file: string, text: string, options: { isPrivate: boolean }): void {
  try {
    writeWhole(file, text, options);
  } catch (error) {
    process.stdout.write(text);
    throw error;
  }
}

/** A link that the user names is meant; one within a submission is not followed. @throws InputError where there is none */
function resolved(submission: string): string {
  // Node hands over names that are not UTF-8 with this in place of what it cannot read.
  const unreadable = submission.includes('\u{fffd}') ? ': its name is not UTF-8, so rename it first' : '';
  if (!existsSync(submission))
    throw new InputError(`there is no ${/\.zip$/i.test(submission) ? 'file' : 'folder'} "${submission}"${unreadable}`);
  if (!statSync(submission).isDirectory() && !/\.zip$/i.test(submission)) {
    throw new InputError(
      `"${submission}" is a file; a submission is a folder or a zip file with exercises/ in it, so name that`,
    );
  }
  return realpathSync(submission);
}

/** @throws InputError where the submission cannot be read; Error where it could not be judged at all */
function reportOf({ status, problem, report }: JournalRecord, submission: string): Report {
  if (report) return report;
  const message = `"${submission}" cannot be graded: ${problem}`;
  throw status === 'unreadable' ? new InputError(message) : new Error(message);
}

export function refuseWeakIsolation(level: string | undefined): void {
  if (level === undefined || level === 'permissions') return;
  if (level !== 'bubblewrap')
    throw new InputError(`there is no isolation level "${level}"; there are bubblewrap, permissions`);
  const problem = tryBubblewrap();
  if (problem)
    throw new InputError(
      `bubblewrap is required and does not work here (${problem}); install it, or leave --require-isolation out`,
    );
}

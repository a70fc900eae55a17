import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Unreachable, Unreadable } from '../class/entries.ts';
import { readable } from '../class/file-names.ts';
import { type HandIn, withExercises } from '../class/locate.ts';
import { type Assignment, assignmentNamed } from '../course/assignments.ts';
import { type Course, findCourse, selectExercises, specOf } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { maxPoints } from '../course/points.ts';
import { refuseUnwritable, writeWhole } from '../files/write-whole.ts';
import { gradeSubmission, submissionSeed } from '../grade/grade-submission.ts';
import { applyPolicy, maxScoreOf } from '../grade/policy.ts';
import { submissionId } from '../grade/submission-id.ts';
import { tryBubblewrap } from '../isolation/launch.ts';
import { MaterialsCache } from '../judge/materials.ts';
import { formatNamed, REPORT_FORMATS } from '../report/formats/formats.ts';
import { verdictOf } from '../report/report.ts';
import { plain } from '../text/plain.ts';
import { lastMoment } from './class-notes.ts';
import { courseSecret } from './course-secret.ts';
import { onStop } from './on-stop.ts';
import { backendNamed, positive, withHosts } from './session.ts';

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
  out?: string;
}

/** Of files that were not read. */
const MOST_SAID = 5;

export async function run(submission: string, options: Options): Promise<number> {
  const course = await findCourse();
  const { exercises, assignment } = chosenWork(course, options);
  const backend = backendNamed(options.backend);
  const timeout = positive('--timeout', options.timeout);
  const { load } = formatNamed(REPORT_FORMATS, options.format);
  const write = await load();
  const notAfter = options.lastInTime ? lastMoment(assignment) : null;
  refuseWeakIsolation(options.requireIsolation);
  if (options.out) refuseUnwritable(options.out);

  const id = options.id ?? submissionId(submission).replace(/\.zip$/i, '');
  const seed = submissionSeed(courseSecret(options.seed) ?? randomBytes(32).toString('hex'), id);
  const cache = new MaterialsCache(course);
  const report = await withHandIn(submission, notAfter, async (handIn) => {
    const { folder, commit, missing } = handIn;
    sayPassedOver(handIn);
    const judged = await withHosts(backend, (hosts) =>
      gradeSubmission({ folder, id, commit, missing, course, cache, exercises, hosts, seed, timeout }),
    );
    return assignment ? applyPolicy(judged, assignment, handIn.committedAt) : judged;
  });
  if (options.out) writeOrShow(options.out, write(report));
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
function writeOrShow(file: string, text: string): void {
  try {
    writeWhole(file, text);
  } catch (error) {
    process.stdout.write(text);
    throw error;
  }
}

/** Runs `body` with what was handed in, whatever it is packed in. @throws InputError where it cannot be read */
async function withHandIn<T>(
  submission: string,
  notAfter: string | null,
  body: (handIn: HandIn) => Promise<T>,
): Promise<T> {
  // Node hands over names that are not UTF-8 with this in place of what it cannot read.
  const unreadable = submission.includes('\u{fffd}') ? ': its name is not UTF-8, so rename it first' : '';
  if (!existsSync(submission))
    throw new InputError(`there is no ${/\.zip$/i.test(submission) ? 'file' : 'folder'} "${submission}"${unreadable}`);
  if (!statSync(submission).isDirectory() && !/\.zip$/i.test(submission)) {
    throw new InputError(
      `"${submission}" is a file; a submission is a folder or a zip file with exercises/ in it, so name that`,
    );
  }
  const scratch = mkdtempSync(join(tmpdir(), 'kit-grade-'));
  const clear = () => rmSync(scratch, { recursive: true, force: true });
  const carryOn = onStop(clear);
  try {
    // A link that the user names is meant; one within a submission is not followed.
    return await withExercises(realpathSync(submission), scratch, body, { notAfter });
  } catch (error) {
    if (!(error instanceof Unreadable || error instanceof Unreachable)) throw error;
    throw new InputError(`"${submission}" cannot be graded: ${error.message}`);
  } finally {
    carryOn();
    clear();
  }
}

/** What lies beside the exercises is nobody's business here; a file among them that was not read is. */
function sayPassedOver({ missing }: HandIn): void {
  for (const [path, reason] of [...missing].slice(0, MOST_SAID)) {
    process.stderr.write(`${plain(readable(path))} was passed over, since it is ${plain(reason)}.\n`);
  }
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

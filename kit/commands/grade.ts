import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commitDateOf } from '../class/submitted-at.ts';
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
import { visibilityRules } from '../report/formats/visibility.ts';
import { verdictOf } from '../report/report.ts';
import { courseSecret } from './course-secret.ts';
import { backendNamed, positive, withHosts } from './session.ts';

interface Options {
  assignment?: string;
  exercise?: string[];
  seed?: string;
  id?: string;
  backend: string;
  timeout: string;
  requireIsolation?: string;
  format: string;
  visibility?: string[];
  out?: string;
}

export async function run(folder: string, options: Options): Promise<number> {
  const course = await findCourse();
  const { exercises, assignment } = chosenWork(course, options);
  const backend = backendNamed(options.backend);
  const timeout = positive('--timeout', options.timeout);
  const { load } = formatNamed(REPORT_FORMATS, options.format);
  if (options.visibility && options.format !== 'gradescope')
    throw new InputError(`the format ${options.format} knows no visibility; remove --visibility`);
  const write = await load({ visibility: visibilityRules(options.visibility ?? []) });
  refuseFolder(folder);
  refuseWeakIsolation(options.requireIsolation);
  if (options.out) refuseUnwritable(options.out);

  const id = options.id ?? submissionId(folder);
  const seed = submissionSeed(courseSecret(options.seed) ?? randomBytes(32).toString('hex'), id);
  const cache = new MaterialsCache(course);
  const judged = await withHosts(backend, (hosts) =>
    gradeSubmission({ folder, id, course, cache, exercises, hosts, seed, timeout }),
  );
  const report = assignment ? applyPolicy(judged, assignment, commitDateOf(folder)) : judged;
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

function refuseFolder(folder: string): void {
  // Node hands over names that are not UTF-8 with this in place of what it cannot read.
  const unreadable = folder.includes('\u{fffd}') ? ': its name is not UTF-8, so rename it first' : '';
  if (!existsSync(folder)) throw new InputError(`there is no folder "${folder}"${unreadable}`);
  if (!statSync(folder).isDirectory())
    throw new InputError(`"${folder}" is a file; a submission is a folder with exercises/ in it`);
  if (!existsSync(join(folder, 'exercises'))) {
    throw new InputError(`"${folder}" has no exercises/ in it; name the folder that holds it`);
  }
  if (!statSync(join(folder, 'exercises')).isDirectory())
    throw new InputError(`"${join(folder, 'exercises')}" is not a folder; a submission has its files in exercises/`);
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

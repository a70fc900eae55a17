import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gradeSubmission, submissionSeed } from '../grade/grade-submission.ts';
import { MaterialsShelf } from '../grade/materials.ts';
import { submissionId } from '../grade/submission-id.ts';
import { formatNamed, REPORT_FORMATS } from '../report/formats/formats.ts';
import { verdictOf } from '../report/report.ts';
import { refuseUnwritable, writeWhole } from '../report/write-whole.ts';
import { tryBubblewrap } from '../sandbox/launch.ts';
import { findCourse, selectExercises } from '../spec/course.ts';
import { InputError } from '../spec/input-error.ts';
import { backendNamed, positive, withHosts } from './session.ts';

interface Options {
  exercise?: string[];
  seed?: string;
  id?: string;
  backend: string;
  timeout: string;
  requireIsolation?: string;
  format: string;
  out?: string;
}

export async function run(folder: string, options: Options): Promise<number> {
  const course = findCourse();
  const exercises = selectExercises(course, options.exercise ?? []);
  const backend = backendNamed(options.backend);
  const timeout = positive('--timeout', options.timeout);
  const { load } = formatNamed(REPORT_FORMATS, options.format);
  const write = await load();
  refuseFolder(folder);
  refuseWeakIsolation(options.requireIsolation);
  if (options.out) refuseUnwritable(options.out);

  const id = options.id ?? submissionId(folder);
  const seed = submissionSeed(options.seed ?? randomBytes(32).toString('hex'), id);
  const shelf = new MaterialsShelf(course);
  const report = await withHosts(backend, (hosts) =>
    gradeSubmission({ folder, id, course, shelf, exercises, hosts, seed, timeout }),
  );
  if (options.out) writeWhole(options.out, write(report));
  else process.stdout.write(write(report));
  return { 'all-passed': 0, 'not-all-passed': 1, 'not-judged': 3 }[verdictOf(report)];
}

function refuseFolder(folder: string): void {
  if (!existsSync(folder)) throw new InputError(`there is no folder "${folder}"`);
  if (!statSync(folder).isDirectory())
    throw new InputError(`"${folder}" is a file; a submission is a folder with exercises/ in it`);
  if (!existsSync(join(folder, 'exercises'))) {
    throw new InputError(`"${folder}" has no exercises/ in it; name the folder that holds it`);
  }
}

function refuseWeakIsolation(level: string | undefined): void {
  if (level === undefined || level === 'permissions') return;
  if (level !== 'bubblewrap')
    throw new InputError(`there is no isolation level "${level}"; there are bubblewrap, permissions`);
  const problem = tryBubblewrap();
  if (problem)
    throw new InputError(
      `bubblewrap is required and does not work here (${problem}); install it, or leave --require-isolation out`,
    );
}

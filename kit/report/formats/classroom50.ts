/** Classroom 50: what its autograder writes in a student's repository. */
import { InputError } from '../../course/input-error.ts';
import { plain } from '../../text/plain.ts';
import type { Report } from '../report.ts';
import { type StudentReport, studentView } from '../student-view.ts';
import { exactRows } from './rows.ts';

/** Whose result it is, as Classroom 50's runner tells in the environment. */
export interface Classroom50Identity {
  classroom: string;
  assignment: string;
  assignmentType: string;
  owner: string;
  submission: string;
  commit: string;
  release: string;
  review: string;
  datetime: string;
}

export interface Classroom50Test {
  'test-name': string;
  passed: boolean;
  score: number;
  'max-score': number;
}

/** `result.json`. */
export function classroom50(report: Report, identity: Classroom50Identity): string {
  const { classroom, assignment, assignmentType, owner, submission, commit, release, review, datetime } = identity;
  const result = {
    schema: 'classroom50/result/v1',
    classroom,
    assignment,
    assignment_type: assignmentType,
    owner,
    submission,
    commit,
    release,
    review,
    datetime,
    ...classroom50Score(studentView(report)),
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** 0 of 0 without tests is its error result: not a grade. */
export function classroom50Score(view: StudentReport) {
  if (!view.final) return { score: 0, 'max-score': 0, tests: [] as Classroom50Test[] };
  const [rows] = exactRows(view);
  const tests = rows.map(
    ({ name, status, points, maxPoints }): Classroom50Test => ({
      'test-name': name,
      // What is worth no points can fail, too.
      passed: status === 'pass' && points >= maxPoints,
      score: points,
      'max-score': maxPoints,
    }),
  );
  return { score: view.score, 'max-score': view.maxScore, tests };
}

/** @throws InputError that names the variables that are not set, or what is wrong with one */
export function classroom50Identity(env: NodeJS.ProcessEnv, now: Date): Classroom50Identity {
  const missing: string[] = [];
  const read = (name: string, otherwise?: string): string => {
    const value = plain(env[name] ?? '').trim() || otherwise;
    if (!value) missing.push(name);
    return value ?? '';
  };
  const commit = read('COMMIT_URL');
  const identity = {
    classroom: read('CLASSROOM'),
    assignment: read('ASSIGNMENT'),
    assignmentType: read('ASSIGNMENT_TYPE', 'individual'),
    owner: read('OWNER', env.USERNAME),
    submission: read('SUBMISSION_TAG'),
    commit,
    release: read('RELEASE_URL'),
    review: read('REVIEW_URL', commit),
    // Its runner puts the commit's own time in its place.
    datetime: now.toISOString().replace(/\.\d+Z$/, 'Z'),
  };
  if (missing.length > 0) {
    throw new InputError(
      `the format classroom50 is for Classroom 50's runner, which sets ${missing.join(', ')}; not set here`,
    );
  }
  if (!identity.submission.startsWith('submit/'))
    throw new InputError(`SUBMISSION_TAG is "${identity.submission}", but tags of submissions begin with submit/`);
  if (!/^(individual|group)$/.test(identity.assignmentType))
    throw new InputError(`ASSIGNMENT_TYPE is "${identity.assignmentType}", but must be individual or group`);
  return identity;
}

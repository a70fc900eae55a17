/**
 * The result of a grading step as GitHub Classroom's actions exchange it (classroom-resources, version 1).
 *
 * Their reporter prints passed tests / tests × max_score in its table, but records Σ score / Σ max_score. The two agree
 * where every test is worth the same and is won or lost whole, so here every point is a test of its own; points with a
 * common divisor share tests.
 */
import { InputError } from '../../course/input-error.ts';
import { counted, type Report } from '../report.ts';
import { type StudentReport, studentView } from '../student-view.ts';
import { checkRows, exactRows, type Row } from './rows.ts';

export interface ClassroomResult {
  version: 1;
  status: 'pass' | 'fail' | 'error';
  max_score: number;
  tests: ClassroomTest[];
}

export interface ClassroomTest {
  name: string;
  status: 'pass' | 'fail' | 'error';
  score: number;
  /** The reporter prints it for errors only. */
  message: string | null;
  /** Printed always, so nothing is ever in it. */
  test_code: '';
  filename: '';
  line_no: 0;
  duration: number;
}

/** As base64 it becomes a variable of the environment, and a process with more than 131 kB in one does not start. */
const MAX_BYTES = 64 * 1024;

const UNJUDGED = 'could not be judged; your code is not the cause: run this again';

/** What a step gives as its output `result`: base64 of the result's JSON. */
export function classroom(report: Report): string {
  return `${Buffer.from(JSON.stringify(classroomResult(report))).toString('base64')}\n`;
}

/** @throws InputError for more points than the reporter can be told of */
export function classroomResult(report: Report): ClassroomResult {
  const view = studentView(report);
  if (!view.final) return unfinished(view);
  for (const rows of exactRows(view)) {
    const tests = pointTests(rows);
    const status = view.exercises.every(({ checks }) => counted(checks).every((check) => check.status === 'pass'));
    const result: ClassroomResult = {
      version: 1,
      status: status ? 'pass' : 'fail',
      max_score: view.maxScore,
      tests,
    };
    if (tests.length <= view.maxScore + 1 && fits(result)) return result;
  }
  throw new InputError(
    `${view.maxScore} points are too many for the format classroom; grade fewer exercises at once, one step each`,
  );
}

/** Out of 0, for which nothing is recorded: a fault of the machine is nobody's zero. */
function unfinished(view: StudentReport): ClassroomResult {
  const tests = checkRows(view).map(({ name, status }) =>
    test(name, status === 'not-judged' ? 'error' : status, 0, status === 'not-judged' ? UNJUDGED : null),
  );
  const result: ClassroomResult = { version: 1, status: 'error', max_score: 0, tests };
  return fits(result) ? result : { ...result, tests: [test('All exercises', 'error', 0, UNJUDGED)] };
}

function pointTests(rows: Row[]): ClassroomTest[] {
  const worth = rows.flatMap(({ points, maxPoints }) => [points, maxPoints]).reduce(greatestCommonDivisor, 0) || 1;
  const tests = rows.flatMap(({ name, points, maxPoints }) => {
    const count = maxPoints / worth;
    // More than could ever fit: not worth making.
    if (count > MAX_BYTES / 100) return Array<ClassroomTest>(Math.ceil(MAX_BYTES / 100)).fill(test(name, 'fail', 0));
    return Array.from({ length: count }, (_, i) => {
      const won = (i + 1) * worth <= points;
      return test(count > 1 ? `${name} (${i + 1} of ${count})` : name, won ? 'pass' : 'fail', won ? worth : 0);
    });
  });
  // Of no tests the reporter prints that NaN passed.
  return tests.length > 0 ? tests : [test('Nothing is worth points here', 'pass', 0)];
}

function test(name: string, status: ClassroomTest['status'], score: number, message: string | null = null) {
  return { name, status, score, message, test_code: '', filename: '', line_no: 0, duration: 0 } satisfies ClassroomTest;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function fits(result: ClassroomResult): boolean {
  return Buffer.byteLength(JSON.stringify(result)) <= MAX_BYTES;
}

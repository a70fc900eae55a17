/** Tests only: submissions to the course's first lecture, graded as `kit grade` would. A test file has one host for all. */
import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { deriveSeed } from '../author/draw.ts';
import { findCourse, PACKAGE_ROOT, pathsOf } from '../course/course.ts';
import { type GradeRequest, gradeSubmission } from '../grade/grade-submission.ts';
import { MaterialsCache } from '../judge/materials.ts';
import type { CheckReport, Report } from '../report/report.ts';
import { HostPool } from '../subject/host-pool.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const course = await findCourse(PACKAGE_ROOT);
export const SOFTMAX = '01-attention-fundamentals/softmax';
export const ATTENTION = '01-attention-fundamentals/scaled-dot-product';

export const SOLUTIONS: Record<string, string> = Object.fromEntries(
  [SOFTMAX, ATTENTION].map((id) => [id, readFileSync(pathsOf(course, id).solution, 'utf8')]),
);
export const STUBS: Record<string, string> = Object.fromEntries(
  [SOFTMAX, ATTENTION].map((id) => [id, readFileSync(pathsOf(course, id).stub, 'utf8')]),
);

export const hosts = new HostPool({ backend: 'wasm' });
afterAll(() => hosts.stop());
export const cache = new MaterialsCache(course);
export const SEED = deriveSeed('tests', 'ada');

/** A folder with these files as exercises, by id. */
export function submitted(exercises: Record<string, string>): string {
  return temporaryFolder({
    'README.md': '',
    'exercises/README.md': '',
    ...Object.fromEntries(Object.entries(exercises).map(([id, text]) => [`exercises/${id}.ts`, text])),
  });
}

export function gradeFolder(folder: string, exercises: string[], options: Partial<GradeRequest> = {}): Promise<Report> {
  return gradeSubmission({ folder, id: 'ada', course, cache, exercises, hosts, seed: SEED, ...options });
}

/** Grades these exercises, as they are submitted. */
export function grade(exercises: Record<string, string>, options: Partial<GradeRequest> = {}): Promise<Report> {
  return gradeFolder(submitted(exercises), Object.keys(exercises), options);
}

/** The softmax solution with its function wrapped: `body` calls `softmax(x)`. */
export const softmaxWith = (body: string, before = '') =>
  `${SOLUTIONS[SOFTMAX].replace('export function softmax', 'function right')}
${before}
export function softmax(x: tf.Tensor): tf.Tensor {
${body}
}
`;

export const checksOf = (report: Report, exercise = 0): CheckReport[] => report.exercises[exercise].checks;
export const failuresOf = (report: Report, exercise = 0) =>
  checksOf(report, exercise).filter(({ status }) => status === 'fail');
export const checkOf = (report: Report, id: string): CheckReport =>
  report.exercises.flatMap(({ checks }) => checks).find((check) => check.id === id) as CheckReport;

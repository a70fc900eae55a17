/**
 * `attention-kit/vitest`: an exercise's public checks as vitest tests, judged as `kit run` judges them. Vitest only
 * tells the verdicts, so filters, the UI, editors and reporters work as with any other test.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { courseRoot, findCourse, pathsOf } from '../course/course.ts';
import { type ExerciseSpec, readExerciseSpec } from '../course/exercise.ts';
import { gradeSubmission } from '../grade/grade-submission.ts';
import { MaterialsCache } from '../judge/materials.ts';
import { type CheckReport, type ExerciseReport, HOLDS } from '../report/report.ts';
import { explanation, pictureText } from '../report/terminal.ts';
import { HostPool } from '../subject/host-pool.ts';

/** One warm host for all test files of a worker. It ends with the worker. */
const hosts = new HostPool({ backend: 'wasm' });

const WIDTH = 100;

/** A describe for the exercise and a test for each of its public checks. */
export function describeExercise(id: string): void {
  // Vitest collects tests before anything else can be waited for.
  const root = courseRoot();
  const spec = readExerciseSpec(pathsOf({ root }, id).spec);
  describe(spec.title, () => {
    let judged: Promise<ExerciseReport> | undefined;
    beforeAll(async () => {
      judged = judge(id);
      await judged.catch(() => {});
    });
    for (const check of spec.checks) {
      it(check.title, async ({ skip }) => {
        const { problem, checks } = await (judged as Promise<ExerciseReport>);
        const report = checks.find((each) => each.id === check.id) as CheckReport;
        if (report.setAside) skip(report.setAside);
        if (report.holds) skip(HOLDS);
        if (report.status !== 'pass') throw failureOf(report, problem, { root, id, spec });
      });
    }
  });
}

async function judge(id: string): Promise<ExerciseReport> {
  const course = await findCourse();
  const cache = new MaterialsCache(course);
  const { exercises } = await gradeSubmission({ folder: course.root, course, cache, exercises: [id], hosts });
  return exercises[0];
}

interface Judged {
  /** Of the course. */
  root: string;
  id: string;
  spec: ExerciseSpec;
}

/** It points at the learner's own line, for editors and annotations. */
function failureOf(check: CheckReport, problem: string | null, judged: Judged): Error {
  const { root, id } = judged;
  // The test has the title.
  const [, ...told] = `${explanation({ ...check, title: '' }, WIDTH)}${pictureText(check)}`.trim().split('\n');
  const more = check.status === 'fail' ? `\n\nMore: npx kit run ${id.split('/')[1]}` : '';
  const error = new Error(`${told.map((line) => line.replace(/^ {4}/, '')).join('\n')}${more}`);
  error.name = check.status === 'fail' ? 'Failed' : 'Not judged';
  const place = check.at ?? problem?.match(/^(\S+:\d+): /)?.[1] ?? `exercises/${id}.ts:${lineOfFunction(judged)}`;
  error.stack = `${error.name}: ${error.message}\n    at ${join(root, place)}:1`;
  return error;
}

function lineOfFunction({ root, id, spec }: Judged): number {
  const [name] = Object.keys(spec.exports);
  try {
    const lines = readFileSync(pathsOf({ root }, id).stub, 'utf8').split('\n');
    return (
      1 +
      Math.max(
        0,
        lines.findIndex((line) => new RegExp(`^export\\b.*\\b${name}\\b`).test(line)),
      )
    );
  } catch {
    // There is no such file, as the message says.
    return 1;
  }
}

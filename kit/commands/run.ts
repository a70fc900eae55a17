import { type Course, findCourse, nameOf, selectExercises, specOf } from '../course/course.ts';
import { gradeSubmission } from '../grade/grade-submission.ts';
import { MaterialsCache } from '../judge/materials.ts';
import { jsonReport } from '../report/json.ts';
import { type ExerciseReport, type Report, verdictOf } from '../report/report.ts';
import { terminalReport } from '../report/terminal.ts';
import { OwnFile } from '../watch/own-file.ts';
import { CourseProgress } from '../watch/progress.ts';
import { classroomOutput, stepOutput } from './classroom-output.ts';
import { backendNamed, positive, withHosts } from './session.ts';

interface Options {
  json?: boolean;
  backend: string;
  timeout: string;
  allFailures?: boolean;
  debug?: boolean;
  classroom?: boolean;
}

export async function run(names: string[], options: Options): Promise<number> {
  const course = await findCourse();
  if (options.debug) return (await import('./run-debug.ts')).runDebug(course, names);
  const backend = backendNamed(options.backend);
  const timeout = positive('--timeout', options.timeout);
  const output = options.classroom ? stepOutput() : undefined;
  const chosen = selectExercises(course, names);
  const progress = new CourseProgress(course);
  const record = (exercise: ExerciseReport) => {
    if (!new OwnFile(course, exercise.id).isUntouched) progress.record(exercise);
  };
  const cache = new MaterialsCache(course);
  return withHosts(backend, async (hosts) => {
    const judge = (exercises: string[]) =>
      gradeSubmission({ folder: course.root, course, cache, exercises, hosts, timeout, onExercise: record });
    let report = await judge(names.length > 0 ? chosen : chosen.slice(0, 1));
    // Without a name: on to the first exercise that is not finished.
    for (let next = 1; names.length === 0 && verdictOf(report) === 'all-passed' && next < chosen.length; next++) {
      report = await judge([chosen[next]]);
    }
    const explain = options.allFailures ? 'all' : 'first';
    if (output) process.stdout.write(classroomOutput(report, output));
    else if (options.json) process.stdout.write(jsonReport(report));
    else process.stdout.write(`${terminalReport(report, { explain })}${whatNext(report, course, progress)}`);
    return { 'all-passed': 0, 'not-all-passed': 1, 'not-judged': 3 }[verdictOf(report)];
  });
}

/** After full marks. */
function whatNext(report: Report, course: Course, progress: CourseProgress): string {
  const done = report.exercises.at(-1);
  if (!done || verdictOf(report) !== 'all-passed') return '';
  const next = progress.firstUnfinished(done.id);
  const lines = [
    `npx kit show ${nameOf(done.id)} draws what your code computes.`,
    next ? `Next: npx kit run ${nameOf(next)} (${specOf(course, next).title})` : 'All exercises are done.',
  ];
  return `\n${lines.join('\n')}\n`;
}

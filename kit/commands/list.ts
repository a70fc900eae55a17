import pc from 'picocolors';
import { findCourse, lectureOf, specOf } from '../course/course.ts';
import { maxPoints } from '../course/points.ts';
import { CourseProgress, type State, stateOf } from '../watch/progress.ts';

const MARK: Record<State, string> = { done: pc.green('✓'), begun: pc.yellow('▸'), untouched: ' ' };

export async function run(options: { json?: boolean }): Promise<number> {
  const course = await findCourse();
  const reached = new CourseProgress(course).all();
  const exercises = course.exercises.map((id) => {
    const spec = specOf(course, id);
    const [points, checks] = [maxPoints(spec), spec.checks.length];
    const [state, score] = [stateOf(reached[id]), reached[id]?.score ?? 0];
    return { id, lecture: lectureOf(id), title: spec.title, points, checks, state, score };
  });
  if (options.json) {
    process.stdout.write(`${JSON.stringify(exercises, null, 2)}\n`);
    return 0;
  }
  const width = Math.max(...exercises.map(({ id }) => id.length - lectureOf(id).length));
  const isBegun = exercises.some(({ state }) => state !== 'untouched');
  const lines: string[] = [];
  for (const [i, { id, lecture, title, points, state, score }] of exercises.entries()) {
    if (lecture !== exercises[i - 1]?.lecture) lines.push(`${i > 0 ? '\n' : ''}${pc.bold(lecture)}`);
    const worth = isBegun ? `${state === 'untouched' ? '–' : score}/${points}`.padStart(6) : String(points).padStart(3);
    lines.push(`${MARK[state]} ${id.slice(lecture.length + 1).padEnd(width)} ${worth} points  ${pc.dim(title)}`);
  }
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const total = sum(exercises.map(({ points }) => points));
  const done = exercises.filter(({ state }) => state === 'done').length;
  const soFar = isBegun ? `; ${done} done, ${sum(exercises.map(({ score }) => score))} points so far` : '';
  process.stdout.write(`${lines.join('\n')}\n\n${exercises.length} exercises, ${total} points${soFar}\n`);
  return 0;
}

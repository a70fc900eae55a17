import pc from 'picocolors';
import { findCourse, lectureOf, specOf } from '../spec/course.ts';
import { maxPoints } from '../spec/exercise.ts';

export async function run(options: { json?: boolean }): Promise<number> {
  const course = findCourse();
  const exercises = course.exercises.map((id) => {
    const spec = specOf(course, id);
    return { id, lecture: lectureOf(id), title: spec.title, points: maxPoints(spec), checks: spec.checks.length };
  });
  if (options.json) {
    process.stdout.write(`${JSON.stringify(exercises, null, 2)}\n`);
    return 0;
  }
  const width = Math.max(...exercises.map(({ id }) => id.length - lectureOf(id).length));
  const lines: string[] = [];
  for (const [i, { id, lecture, title, points }] of exercises.entries()) {
    if (lecture !== exercises[i - 1]?.lecture) lines.push(`${i > 0 ? '\n' : ''}${pc.bold(lecture)}`);
    lines.push(
      `  ${id.slice(lecture.length + 1).padEnd(width)} ${String(points).padStart(3)} points  ${pc.dim(title)}`,
    );
  }
  const total = exercises.reduce((sum, { points }) => sum + points, 0);
  process.stdout.write(`${lines.join('\n')}\n\n${exercises.length} exercises, ${total} points\n`);
  return 0;
}

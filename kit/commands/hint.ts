import { findCourse, selectExercises, specOf } from '../course/course.ts';
import { wrapped } from '../text/columns.ts';
import { CourseProgress } from '../watch/progress.ts';

/** Each call shows one hint more. */
export async function run(name: string | undefined, options: { all?: boolean }): Promise<number> {
  const course = await findCourse();
  const progress = new CourseProgress(course);
  const [first] = selectExercises(course, name === undefined ? [] : [name]);
  const id = name === undefined ? (progress.firstUnfinished() ?? first) : first;
  const { title, hints } = specOf(course, id);
  const shown = options.all ? hints.length : Math.min(progress.hints(id) + 1, hints.length);
  progress.setHints(id, shown);
  const width = Math.min(process.stdout.columns ?? 100, 100);
  const lines = hints.slice(0, shown).map((hint, i) => `  ${i + 1}. ${wrapped(hint, 5, width)}`);
  const rest = hints.length - shown;
  const more = rest > 0 ? `${rest} more: run this again for the next.` : 'There are no more.';
  process.stdout.write(`${title}\n\n${lines.join('\n\n')}\n\n${more}\n`);
  return 0;
}

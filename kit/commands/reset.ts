import { createInterface } from 'node:readline/promises';
import { findCourse, selectExercises } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { OwnFile } from '../watch/own-file.ts';
import { CourseProgress } from '../watch/progress.ts';

export async function run(name: string, options: { yes?: boolean }): Promise<number> {
  const course = await findCourse();
  const [id, ...others] = selectExercises(course, [name]);
  if (others.length > 0) throw new InputError(`"${name}" is several exercises; name one, such as ${id}`);
  const file = new OwnFile(course, id);
  if (!options.yes && !(await agrees(file.name))) return 0;
  const copy = file.reset();
  new CourseProgress(course).forget(id);
  process.stdout.write(`${file.name} is the stub again${copy ? `; what was there is kept in ${copy}` : ''}\n`);
  return 0;
}

async function agrees(file: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new InputError(`${file} would be the stub again; say --yes if it should`);
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`Put ${file} back to the stub? A copy is kept. (y/n) `);
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}

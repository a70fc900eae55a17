import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findCourse, pathsOf } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { writeWhole } from '../files/write-whole.ts';
import { skeleton } from '../verify/skeleton.ts';

/** Writes a new exercise's files. `kit verify` says what they still lack. */
export async function run(id: string): Promise<number> {
  if (!/^\d\d-[a-z0-9-]+\/[a-z][a-z0-9-]*$/.test(id)) {
    throw new InputError(
      `"${id}" is no exercise's name; it is a lecture and a name, such as 01-attention-fundamentals/masks`,
    );
  }
  const course = await findCourse();
  const paths = pathsOf(course, id);
  const files = skeleton(id);
  const there = Object.keys(files).find((kind) => existsSync(paths[kind as keyof typeof paths]));
  if (there) throw new InputError(`${paths[there as keyof typeof paths]} is there already; nothing was written`);
  for (const [kind, text] of Object.entries(files)) {
    const path = paths[kind as keyof typeof paths];
    writeWhole(path, text);
    process.stdout.write(`written: ${path.slice(course.root.length + 1)}\n`);
  }
  const handout = join('exercises', id.split('/')[0], 'README.md');
  process.stdout.write(`\nNext: describe it in ${handout}, then \`kit verify ${id} --update\` says what is missing.\n`);
  return 0;
}

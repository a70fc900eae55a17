import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findCourse, pathsOf } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { writeWhole } from '../files/write-whole.ts';
import { skeleton } from '../verify/skeleton.ts';

/** Writes a new exercise's files, and the lecture's handout where there is none. `kit verify` proves them as they stand. */
export async function run(id: string, { takes }: { takes: string }): Promise<number> {
  if (!/^\d\d-[a-z0-9-]+\/[a-z][a-z0-9-]*$/.test(id)) {
    throw new InputError(
      `"${id}" is not a valid name; give a lecture and a name, such as 01-attention-fundamentals/masks`,
    );
  }
  const course = await findCourse();
  const paths = pathsOf(course, id);
  const handout = join(course.root, 'exercises', id.split('/')[0], 'README.md');
  const files = Object.entries(skeleton(id, takes)).map(([kind, text]) => [paths[kind as keyof typeof paths], text]);
  const there = files.find(([path]) => existsSync(path));
  if (there) throw new InputError(`${there[0]} exists already; nothing was written`);
  if (!existsSync(handout))
    files.push([handout, `# ${id.split('/')[0].slice(3).replaceAll('-', ' ')}\n\nTODO: the lecture.\n`]);
  for (const [path, text] of files) {
    writeWhole(path, text);
    process.stdout.write(`written: ${path.slice(course.root.length + 1)}\n`);
  }
  process.stdout.write(
    `\nNext: npm run format, then npx kit verify ${id} --update proves it as it stands (docs/authoring.md)\n`,
  );
  return 0;
}

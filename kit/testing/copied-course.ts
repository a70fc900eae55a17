/** Tests and the bench: courses made of copies of this course's exercises, with a cache of their own. */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../course/course.ts';

const TREES = ['exercises', 'solutions', 'reference', 'graders', 'fixtures'];

/** @param exercises the exercise that each copy is of, by the copy's id */
export function copyCourse(root: string, exercises: Record<string, string>): void {
  for (const name of ['kit', 'package.json', 'package-lock.json', 'tsconfig.json'])
    symlinkSync(join(PACKAGE_ROOT, name), join(root, name));
  // A folder of its own with the packages in it, since what a course keeps lies there too.
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync(join(PACKAGE_ROOT, 'node_modules')).filter((each) => each !== '.cache'))
    symlinkSync(join(PACKAGE_ROOT, 'node_modules', name), join(root, 'node_modules', name));
  copy('exercises/arguments.ts', join(root, 'exercises/arguments.ts'));
  for (const [id, original] of Object.entries(exercises)) {
    for (const tree of TREES) {
      const [lecture, name] = original.split('/');
      const files = readdirSync(join(PACKAGE_ROOT, tree, lecture)).filter((file) => file.startsWith(`${name}.`));
      for (const file of files.filter((each) => !each.endsWith('.test.ts')))
        copy(`${tree}/${lecture}/${file}`, join(root, tree, `${id}${file.slice(name.length)}`));
    }
  }
}

/** With its time: what was written just now is not kept. */
function copy(path: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(PACKAGE_ROOT, path), to, { preserveTimestamps: true });
}

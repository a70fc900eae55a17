/** Submissions that solve exercises, as students would hand them in. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../kit/course/course.ts';

/** Writes `exercises/` with these exercises' model solutions in it. */
export function writeSolved(folder: string, exercises: string[]): void {
  for (const exercise of exercises) {
    const file = join(folder, 'exercises', `${exercise}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    const solution = readFileSync(join(PACKAGE_ROOT, 'solutions', `${exercise}.ts`), 'utf8');
    writeFileSync(file, solution.replaceAll('../../exercises/', '../'));
  }
  copyFileSync(join(PACKAGE_ROOT, 'exercises/arguments.ts'), join(folder, 'exercises/arguments.ts'));
}

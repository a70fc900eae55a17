/** Where a command judges from: never within what it judges, where packages and settings would be the submission's. */
import { resolve } from 'node:path';
import { courseRoot, isInside, PACKAGE_ROOT } from '../course/course.ts';

/** The same folder and options, with paths that mean the same after this process has gone elsewhere, if it had to. */
export function fromOutside<T extends object>(
  folder: string,
  options: T & { out?: string; submitted?: string; roster?: string },
): { folder: string; options: T } {
  if (!isInside(process.cwd(), folder)) return { folder, options };
  const { out, submitted, roster } = options;
  const moved = {
    folder: resolve(folder),
    options: {
      ...options,
      ...(out !== undefined && { out: resolve(out) }),
      ...(submitted !== undefined && { submitted: resolve(submitted) }),
      ...(roster !== undefined && { roster: resolve(roster) }),
    },
  };
  if (isInside(courseRoot(), folder)) {
    process.stderr.write(
      `The graders in this folder are not used, since they are handed in; the kit's own course is.\n`,
    );
  }
  process.chdir(PACKAGE_ROOT);
  return moved;
}

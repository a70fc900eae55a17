/** Packages that the kit works without, looked for beside the course first and beside the kit then. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The file to import, or null if the package is not installed. */
export function findPackage(name: string): string | null {
  for (const folder of [process.cwd(), dirname(process.argv[1] ?? '')]) {
    try {
      return createRequire(join(folder, 'package.json')).resolve(name);
    } catch {}
  }
  return null;
}

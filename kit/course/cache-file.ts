/**
 * What can be worked out again is kept in `node_modules/.cache/attention-kit/`: no git repository has it, `npm ci` clears
 * it, and it belongs to a course. Nothing is ever kept in, or read from, a submission's folder: what a student put there
 * would be believed.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Undefined where nothing can be kept: the course has no node_modules. */
export function cacheFile(courseRoot: string, name: string): string | undefined {
  const modules = join(courseRoot, 'node_modules');
  return existsSync(modules) ? join(modules, '.cache', 'attention-kit', name) : undefined;
}

/** Undefined where there is none, or it cannot be read. */
export function readCache(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whole or not at all, since another process may read it meanwhile. Where it cannot be written, nothing is kept. */
export function writeCache(file: string | undefined, text: string): void {
  if (file === undefined) return;
  const temporary = join(dirname(file), `.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  } catch {
    // Where a folder on its way is a file, even looking for it to remove it is an error.
    if (existsSync(temporary)) rmSync(temporary, { force: true });
  }
}

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../course/input-error.ts';

/** What the machine, and not the one who named the file, must see to. */
const MACHINE = new Set(['ENOSPC', 'EDQUOT', 'EIO']);

/**
 * Writes a file whole or not at all: under a temporary name first, then renamed. What is there and no ordinary file
 * (/dev/stdout, a pipe) is written to as it is: renaming would put a file in its place.
 *
 * @param isPrivate only its owner may read it, and look into the folders that are made for it
 * @throws InputError where it cannot be written; Error where the disk is full or broken
 */
export function writeWhole(file: string, text: string | Uint8Array, { isPrivate = false } = {}): void {
  const temporary = temporaryBeside(file);
  try {
    if (existsSync(file) && !statSync(file).isFile()) {
      writeFileSync(file, text);
      return;
    }
    mkdirSync(dirname(file), { recursive: true, ...(isPrivate && { mode: 0o700 }) });
    writeFileSync(temporary, text, isPrivate ? { mode: 0o600 } : {});
    renameSync(temporary, file);
  } catch (error) {
    // Where a folder on its way is a file, even looking for it to remove it is an error.
    if (existsSync(temporary)) rmSync(temporary);
    const { code, message } = error as NodeJS.ErrnoException;
    const words = `${file} cannot be written: ${message}`;
    throw MACHINE.has(code ?? '') ? new Error(words) : new InputError(words);
  }
}

/** Finds out before the work, rather than after it, that its result could not be kept. @throws InputError */
export function refuseUnwritable(file: string): void {
  if (existsSync(file)) {
    if (statSync(file).isDirectory())
      throw new InputError(`${file} cannot be written: it is a folder; name a file in it`);
    // A device or a pipe is written to as it is; only that tells.
    if (!statSync(file).isFile()) return;
  }
  const temporary = temporaryBeside(file);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, '');
    rmSync(temporary);
  } catch (error) {
    throw new InputError(`${file} cannot be written: ${(error as Error).message}`);
  }
}

/** Not made from the file's name, which may be as long as a name can be. */
function temporaryBeside(file: string): string {
  return join(dirname(file), `.kit-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
}

import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../spec/input-error.ts';

/** Writes a file whole or not at all: under a temporary name first, then renamed. @throws InputError where it cannot be written */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    throw new InputError(`${file} cannot be written: ${(error as Error).message}`);
  }
}

/** Finds out before the work, rather than after it, that its result could not be kept. @throws InputError */
export function refuseUnwritable(file: string): void {
  if (existsSync(file) && statSync(file).isDirectory())
    throw new InputError(`${file} cannot be written: it is a folder; name a file in it`);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, '');
    rmSync(temporary);
  } catch (error) {
    throw new InputError(`${file} cannot be written: ${(error as Error).message}`);
  }
}

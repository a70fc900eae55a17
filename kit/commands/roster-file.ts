import { readFileSync } from 'node:fs';
import { InputError } from '../course/input-error.ts';
import { parseRoster, type Roster } from '../roster/roster.ts';
import { readTextFile } from '../roster/text-file.ts';

/** @throws InputError naming the file, and the row that is wrong */
export function rosterIn(file: string): Roster {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`);
  }
  return parseRoster(readTextFile(bytes).text, file);
}

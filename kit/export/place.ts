/** Puts an export where it was asked for: whole where nothing is, else file by file, and never over what was changed. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../course/input-error.ts';
import { EXPORT_FILE, readExportRecord } from '../course/student-repository.ts';
import { type Files, sha256 } from './student-repository.ts';

export interface Placed {
  written: string[];
  /** Changed since the last export, and different now: left as they are. */
  kept: string[];
  /** Of the last export, unchanged since, and no longer part of it. */
  removed: string[];
  unchanged: number;
}

/** @throws InputError if the folder holds anything that no export put there, or cannot be written */
export function refuseFolder(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw new InputError(`"${folder}" is a file; name a folder to export into`);
  const occupied = readdirSync(folder).some((name) => name !== '.git');
  if (occupied && !readExportRecord(folder)) {
    throw new InputError(`"${folder}" is not empty, and no earlier export; name a new folder`);
  }
}

export function place(folder: string, files: Files): Placed {
  refuseFolder(folder);
  const target = resolve(folder);
  const staging = `${target}.${process.pid}.tmp`;
  try {
    for (const [path, content] of files) {
      mkdirSync(dirname(join(staging, path)), { recursive: true });
      writeFileSync(join(staging, path), content);
    }
    if (existsSync(target) && readdirSync(target).length > 0) return merge(target, staging, files);
    rmSync(target, { recursive: true, force: true });
    renameSync(staging, target);
    return { written: [...files.keys()], kept: [], removed: [], unchanged: 0 };
  } catch (error) {
    throw new InputError(`${folder} cannot be written: ${(error as Error).message}`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function merge(target: string, staging: string, files: Files): Placed {
  const earlier = readExportRecord(target)?.files ?? {};
  const placed: Placed = { written: [], kept: [], removed: [], unchanged: 0 };
  const there = (path: string) => (existsSync(join(target, path)) ? sha256(readFileSync(join(target, path))) : null);
  for (const [path, content] of files) {
    // The record comes last: until then the old one still tells what was changed.
    if (path === EXPORT_FILE) continue;
    const now = there(path);
    if (now === sha256(content)) placed.unchanged++;
    else if (now !== null && now !== earlier[path]) placed.kept.push(path);
    else {
      mkdirSync(dirname(join(target, path)), { recursive: true });
      renameSync(join(staging, path), join(target, path));
      placed.written.push(path);
    }
  }
  for (const [path, hash] of Object.entries(earlier)) {
    if (files.has(path) || there(path) !== hash) continue;
    rmSync(join(target, path));
    placed.removed.push(path);
  }
  mkdirSync(dirname(join(target, EXPORT_FILE)), { recursive: true });
  renameSync(join(staging, EXPORT_FILE), join(target, EXPORT_FILE));
  return placed;
}

/** One run at a time writes into a folder. The lock of a run that was killed is taken over. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../course/input-error.ts';

interface Holder {
  pid: number;
  host: string;
  /** When the process started, where the system tells: a number is given again once a process is gone. */
  started: string | null;
}

/** Returns what gives it back. @throws InputError while another run has it */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'lock');
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) } satisfies Holder);
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, mine);
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        // A link is made whole or not at all, and not where there is one: nobody reads half a lock.
        linkSync(draft, file);
        return () => rmSync(file, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 20) throw error;
        takeAway(file, folder);
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @throws InputError if its holder is alive, or may be */
function takeAway(file: string, folder: string): void {
  const seen = readIfThere(file);
  if (seen === null) return;
  refuseAlive(seen, file, folder);
  const aside = `${file}.${process.pid}.old`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  // Another run may have been quicker, and this be its lock: it gets it back.
  if (readIfThere(aside) !== seen) renameSync(aside, file);
  else rmSync(aside);
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function refuseAlive(text: string, file: string, folder: string): void {
  const { pid, host, started } = parsed(text);
  if (host !== hostname()) {
    throw new InputError(`"${folder}" is in use by process ${pid} on ${host}; if that run is gone, remove ${file}`);
  }
  if (isAlive(pid) && (started === null || started === startOf(pid))) {
    throw new InputError(`"${folder}" is in use by another run (process ${pid}); wait for it, or name another --out`);
  }
}

function parsed(text: string): Holder {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return { pid: 0, host: 'an unknown machine', started: null };
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startOf(pid: number): string | null {
  // The name, in brackets, may hold anything; the start is the 20th field after it.
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat === null ? null : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null);
}

/** Memory of a process and all that it started, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Bytes, with what processes share counted once (proportional set size); null where the system does not tell. */
export function memoryOfTree(root: number): number | null {
  const children = new Map<number, number[]>();
  try {
    for (const pid of readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)) {
      const parent = parentOf(pid);
      if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), pid]);
    }
  } catch {
    return null;
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree.reduce((sum, pid) => sum + memoryOf(pid), 0);
}

function parentOf(pid: number): number | null {
  // The command's name, in parentheses, may have anything in it.
  const [, rest] = read(`/proc/${pid}/stat`).match(/^.*\) (.*)$/s) ?? [];
  return rest === undefined ? null : Number(rest.split(' ')[1]);
}

function memoryOf(pid: number): number {
  const [, kilobytes] = read(`/proc/${pid}/smaps_rollup`).match(/^Pss:\s+(\d+) kB/m) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}

/** Processes end while they are looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

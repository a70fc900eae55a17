/** Memory of a process and all that it started, as Linux counts it. */
import { readFileSync } from 'node:fs';
import { processes, treeOf } from '../kit/supervisor/processes.ts';

/** Bytes, with what processes share counted once (proportional set size); null where the system does not tell. */
export function memoryOfTree(root: number): number | null {
  if (process.platform !== 'linux') return null;
  return treeOf(root, processes()).reduce((sum, { pid }) => sum + memoryOf(pid), 0);
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

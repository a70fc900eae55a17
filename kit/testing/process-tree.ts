/** Tests only, on Linux: the processes that one has started, and whether they are still there. */
import { readFileSync } from 'node:fs';
import { processes, treeOf } from '../supervisor/processes.ts';

/** All processes below this one. */
export const below = (root: number): number[] =>
  treeOf(root, processes())
    .slice(1)
    .map(({ pid }) => pid);

/** A process that has ended and is only not yet collected is gone. */
export const alive = (pid: number): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

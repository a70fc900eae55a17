/** Tests only, on Linux: the processes that one has started, and whether they are still there. */
import { existsSync, readFileSync } from 'node:fs';

/** All processes below this one. */
export function below(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : [];
  return children.flatMap((child) => [child, ...below(child)]);
}

/** A process that has ended and is only not yet collected is gone. */
export const alive = (pid: number): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

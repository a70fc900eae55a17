import { describe, expect, it } from 'vitest';
import { processes, processOfLine, treeOf } from './processes.ts';

describe('the processes of this machine', () => {
  it.skipIf(process.platform === 'win32')('are told with their parents, memory and processor time', () => {
    const own = processes().find(({ pid }) => pid === process.pid);
    expect(own?.parent).toBe(process.ppid);
    expect(own?.memoryBytes).toBeGreaterThan(1e6);
    expect(own?.cpuMs).toBeGreaterThan(0);
  });

  it('are read from what ps prints', () => {
    expect(processOfLine('  501     1   2048   1:02.50')).toEqual({
      pid: 501,
      parent: 1,
      memoryBytes: 2 ** 21,
      cpuMs: 62_500,
    });
    expect(processOfLine('7 501 10 2-01:00:03')).toMatchObject({ pid: 7, cpuMs: ((2 * 24 + 1) * 3600 + 3) * 1000 });
  });

  it('form trees', () => {
    const of = (pid: number, parent: number) => ({ pid, parent, memoryBytes: 0, cpuMs: 0 });
    const all = [of(5, 3), of(1, 0), of(3, 2), of(2, 1), of(4, 1), of(6, 9)];
    const pids = (root: number) =>
      treeOf(root, all)
        .map(({ pid }) => pid)
        .sort();
    expect(pids(2)).toEqual([2, 3, 5]);
    expect(pids(9)).toEqual([]);
  });
});

/** All processes of this machine, seen from outside: whose children they are, what memory and processor time they take. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Process {
  pid: number;
  parent: number;
  /** Resident. */
  memoryBytes: number;
  /** Processor time so far. */
  cpuMs: number;
}

/** Linux counts memory in pages and time in ticks. Larger pages, as some ARM machines have, would be counted too small. */
const PAGE_BYTES = 4096;
const TICK_MS = 10;

/** Empty where the system does not tell (Windows): nothing is bounded from outside there. */
export function processes(): Process[] {
  if (process.platform === 'linux') return processesOfLinux();
  return process.platform === 'win32' ? [] : processesByPs();
}

function processesOfLinux(): Process[] {
  const found: Process[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The command's name is the second field, in parentheses, and may hold anything.
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // It has ended, and is only not yet collected.
      if (fields[0] === 'Z') continue;
      found.push({
        pid: Number(name),
        parent: Number(fields[1]),
        memoryBytes: Number(fields[21]) * PAGE_BYTES,
        cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
      });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

function processesByPs(): Process[] {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid=,rss=,time='], { timeout: 5000, encoding: 'utf8' });
  return stdout ? stdout.trim().split('\n').map(processOfLine) : [];
}

/** As ps prints it: `501 1 2048 1:02.50`, memory in KiB, time as [[days-]hours:]minutes:seconds. */
export function processOfLine(line: string): Process {
  const [pid, parent, kibibytes, time] = line.trim().split(/\s+/);
  const seconds = time.split(/[-:]/).reduce((total, part, i, parts) => {
    const unit = [1, 60, 3600, 86_400][parts.length - 1 - i] ?? 0;
    return total + Number(part) * unit;
  }, 0);
  return { pid: Number(pid), parent: Number(parent), memoryBytes: Number(kibibytes) * 1024, cpuMs: seconds * 1000 };
}

/** A process and all below it. */
export function treeOf(root: number, all: Process[]): Process[] {
  const children = new Map<number, Process[]>();
  for (const each of all) children.set(each.parent, [...(children.get(each.parent) ?? []), each]);
  const tree = all.filter(({ pid }) => pid === root);
  // Grows while it is walked.
  for (const { pid } of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

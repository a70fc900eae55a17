/** Milliseconds from a save to the verdict of a watching kit, as a learner has it: the real command, a real file. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PACKAGE_ROOT } from '../kit/course/course.ts';

const SAVES = 50;
/** A learner thinks longer than this between two saves; the next sandbox starts meanwhile. */
const BETWEEN_MS = 700;

export interface WatchLatency {
  /** From the save, in order of size. */
  sorted: number[];
  /** As many starts of a process that does nothing, in between. */
  idleStarts: number[];
}

/** Saves the exercise again and again, each time a little different. */
export async function watchLatency(course: string, exercise: string, saves = SAVES): Promise<WatchLatency> {
  const file = join(course, 'exercises', `${exercise}.ts`);
  const right = readFileSync(file, 'utf8');
  const watch = spawn(process.execPath, [join(PACKAGE_ROOT, 'bin/kit.js'), 'watch', exercise], {
    cwd: course,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: watch.stdout });
  // A verdict begins with the exercise's title and its points.
  const verdict = () =>
    new Promise<number>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no verdict within a minute')), 60_000);
      const see = (line: string) => {
        if (!/^\S.*·· \d+\/\d+$/.test(line)) return;
        clearTimeout(late);
        lines.off('line', see);
        resolve(performance.now());
      };
      lines.on('line', see);
    });
  try {
    await verdict();
    const [took, idleStarts]: number[][] = [[], []];
    for (let save = 0; save < saves; save++) {
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
      idleStarts.push(idleStart());
      const seen = verdict();
      const saved = performance.now();
      writeFileSync(file, `${right}\n// save ${save}\n`);
      took.push((await seen) - saved);
    }
    return { sorted: took.sort((a, b) => a - b), idleStarts };
  } finally {
    writeFileSync(file, right);
    watch.kill('SIGTERM');
    await once(watch, 'exit');
  }
}

function idleStart(): number {
  const started = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - started;
}

/** Tells of saves below the course's `exercises/`, also after that folder was gone for a while. */
import { statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { watch } from 'chokidar';
import type { Course } from '../course/course.ts';

/** Several events of one save come within this. */
const TOGETHER_MS = 15;

/** chokidar tells of no second change of a file within 50 ms, and a save may empty a file first and fill it later. */
const LOOK_AGAIN_MS = 60;

export interface Save {
  /** Exercises whose files there are, and were written. */
  written: string[];
  at: number;
}

/** @returns how to stop */
export function watchSaves(
  course: Pick<Course, 'root' | 'exercises'>,
  onSave: (save: Save) => void,
): { ready: Promise<void>; stop: () => void } {
  const exercises = join(course.root, 'exercises');
  const watcher = watch(course.root, {
    ignoreInitial: true,
    ignored: (path) => path !== course.root && path !== exercises && !path.startsWith(exercises + sep),
    // Many editors write a new file and rename it; that is noticed, and need not be waited for.
    atomic: false,
    depth: 4,
  });
  let timer: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;
  let first = 0;
  let stopped = false;
  const written = new Set<string>();
  /** What is told of, and how the file was then; null until then, and where it is gone. */
  const told = new Map<string, string | null>();
  const note = (path: string, isGone: boolean) => {
    const id = relative(exercises, path).split(sep).join('/').replace(/\.ts$/, '');
    if (!isGone && course.exercises.includes(id)) written.add(id);
    told.set(path, null);
    if (timer === undefined) first = performance.now();
    clearTimeout(timer);
    timer = setTimeout(flush, TOGETHER_MS);
  };
  const flush = () => {
    timer = undefined;
    // Before anybody reads them, so that whatever is written from now on shows.
    for (const [path, stamp] of told) if (stamp === null) told.set(path, stampOf(path));
    const save = { written: [...written], at: first };
    written.clear();
    onSave(save);
    clearTimeout(again);
    again = setTimeout(lookAgain, LOOK_AGAIN_MS);
  };
  const lookAgain = () => {
    const before = [...told];
    told.clear();
    for (const [path, stamp] of before) {
      const now = stampOf(path);
      if (now !== stamp) note(path, now === null);
    }
  };
  watcher.on('all', (event, path) => {
    // It may tell of a save while it closes.
    if (stopped) return;
    if (!/\.(ts|tsx|js|json)$/.test(path) && !/^unlinkDir|^addDir/.test(event)) return;
    note(path, event === 'unlink');
  });
  watcher.on('error', () => {});
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    clearTimeout(again);
    void watcher.close();
  };
  return { ready: new Promise((resolve) => watcher.on('ready', resolve)), stop };
}

/** Changes with what is in the file; null where there is none. */
function stampOf(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs} ${stats.size}` : null;
}

/** Tells of saves below the course's `exercises/`, also after that folder was gone for a while. */
import { join, relative, sep } from 'node:path';
import { watch } from 'chokidar';
import type { Course } from '../course/course.ts';

/** Several events of one save come within this. */
const TOGETHER_MS = 15;

export interface Save {
  /** Exercises whose files there are, and were written. */
  written: string[];
  at: number;
}

/** @returns how to stop */
export function watchSaves(course: Course, onSave: (save: Save) => void): { ready: Promise<void>; stop: () => void } {
  const exercises = join(course.root, 'exercises');
  const watcher = watch(course.root, {
    ignoreInitial: true,
    ignored: (path) => path !== course.root && path !== exercises && !path.startsWith(exercises + sep),
    // Many editors write a new file and rename it; that is noticed, and need not be waited for.
    atomic: false,
    depth: 4,
  });
  let timer: NodeJS.Timeout | undefined;
  let first = 0;
  let stopped = false;
  const written = new Set<string>();
  const flush = () => {
    timer = undefined;
    onSave({ written: [...written], at: first });
    written.clear();
  };
  watcher.on('all', (event, path) => {
    // It may tell of a save while it closes.
    if (stopped) return;
    if (!/\.(ts|tsx|js|json)$/.test(path) && !/^unlinkDir|^addDir/.test(event)) return;
    const id = relative(exercises, path).split(sep).join('/').replace(/\.ts$/, '');
    if (event !== 'unlink' && course.exercises.includes(id)) written.add(id);
    if (timer === undefined) first = performance.now();
    clearTimeout(timer);
    timer = setTimeout(flush, TOGETHER_MS);
  });
  watcher.on('error', () => {});
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    void watcher.close();
  };
  return { ready: new Promise((resolve) => watcher.on('ready', resolve)), stop };
}

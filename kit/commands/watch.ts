import { findCourse, selectExercises } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { MaterialsCache } from '../judge/materials.ts';
import { exerciseText } from '../report/terminal.ts';
import { CourseProgress } from '../watch/progress.ts';
import { watchSaves } from '../watch/saves.ts';
import { mostScroll, screen } from '../watch/screen.ts';
import { WatchedTerminal } from '../watch/terminal.ts';
import { plainHeading, Watch, type WatchOptions } from '../watch/watch.ts';
import { backendNamed, positive, withHosts } from './session.ts';

interface Options {
  backend: string;
  timeout: string;
}

export async function run(name: string | undefined, options: Options): Promise<number> {
  const course = await findCourse();
  const backend = backendNamed(options.backend);
  const timeout = positive('--timeout', options.timeout);
  const [first] = selectExercises(course, name === undefined ? [] : [name]);
  if (first === undefined) throw new InputError('there is no exercise here; run this in a course');
  const progress = new CourseProgress(course);
  const cache = new MaterialsCache(course);
  const chosen = name === undefined ? (progress.firstUnfinished() ?? first) : first;
  const signal = await withHosts(
    backend,
    (hosts) => watchUntilQuit({ course, cache, hosts, timeout, progress, first: chosen, named: name !== undefined }),
    { keepStandby: true },
  );
  // Everything is put away; who started this is to see what ended it. Node cannot end by itself once its terminal is gone.
  if (signal) process.kill(process.pid, signal);
  return 0;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** @returns the signal that ended it; undefined if the learner did */
async function watchUntilQuit(
  options: Omit<WatchOptions, 'changed' | 'verdict' | 'quit'>,
): Promise<NodeJS.Signals | undefined> {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  let end: (signal?: NodeJS.Signals) => void = () => {};
  const ended = new Promise<NodeJS.Signals | undefined>((resolve) => {
    end = resolve;
  });
  const quit = () => end();
  for (const signal of SIGNALS) process.once(signal, end);
  // Nobody reads on.
  if (!isTerminal) process.stdout.once('error', quit);

  const repaint = () => {
    const { state } = watch;
    state.scroll = Math.min(state.scroll, mostScroll(state, terminal.size));
    terminal.paint(screen(state, terminal.size));
  };
  const terminal = new WatchedTerminal(
    (key) => watch.key(key),
    repaint,
    () => end('SIGHUP'),
  );
  const watch = new Watch(
    isTerminal
      ? { ...options, quit, changed: repaint }
      : { ...options, quit, changed: () => printFault(watch), verdict: () => printVerdict(watch) },
  );
  const saves = watchSaves(options.course, (save) => watch.saved(save));
  await saves.ready;
  try {
    if (isTerminal) terminal.open();
    watch.start();
    return await ended;
  } finally {
    watch.stop();
    saves.stop();
    terminal.close();
    // The next one ends it at once.
    for (const signal of SIGNALS) process.off(signal, end);
  }
}

const PLAIN_WIDTH = 100;

function printVerdict({ state }: Watch): void {
  if (!state.report) return;
  const text = exerciseText(state.report, { explain: 'first', width: PLAIN_WIDTH });
  process.stdout.write(`${plainHeading(state)}\n${text}\n`);
}

function printFault({ state }: Watch): void {
  if (state.fault !== null) process.stdout.write(`could not be judged: ${state.fault}\n`);
}

/**
 * A clock for what a submission takes: it stands still while the machine sleeps, or leaves this process no time. What
 * this process computes meanwhile counts, since it computes for the submission.
 */
export interface OwnTimeSources {
  now: () => number;
  /** Processor time of this process so far, in ms. */
  cpuMs: () => number;
}

/** A tick that is later than this by more than what was computed meanwhile was kept waiting by the machine. */
const TICK_MS = 50;
const PATIENCE_MS = 50;

const HERE: OwnTimeSources = {
  now: () => performance.now(),
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/**
 * Calls `onEnd` once so much own time is over; returns what calls it off. What has arrived by then is read first, since
 * the answer may be among it.
 */
export function afterOwnTime(ms: number, onEnd: () => void, { now, cpuMs }: OwnTimeSources = HERE): () => void {
  let left = ms;
  let seen = { at: now(), cpu: cpuMs() };
  let isOff = false;
  let timer: NodeJS.Timeout;
  const tick = () => {
    const next = { at: now(), cpu: cpuMs() };
    left -= Math.min(next.at - seen.at, TICK_MS + PATIENCE_MS + next.cpu - seen.cpu);
    seen = next;
    if (left > 0) wait();
    // Once round the loop, in which the pipes are read.
    else setImmediate(() => setImmediate(() => isOff || onEnd()));
  };
  const wait = () => {
    timer = setTimeout(tick, Math.min(TICK_MS, Math.max(left, 1)));
  };
  wait();
  return () => {
    isOff = true;
    clearTimeout(timer);
  };
}

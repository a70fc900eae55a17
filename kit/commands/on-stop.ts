const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** When the process is told to stop, `last` is done, at once and without waiting; then it stops as it would have. Returns what takes that back. */
export function onStop(last: () => void): () => void {
  const stop = (signal: NodeJS.Signals) => {
    takeBack();
    last();
    process.kill(process.pid, signal);
  };
  const takeBack = () => {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return takeBack;
}

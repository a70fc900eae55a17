/**
 * Ends this process when the one that started it is gone: also where the main thread is stuck, and would not hear of it.
 * A worker that nobody waits for would otherwise compute for ever.
 */
import { Worker } from 'node:worker_threads';

const LOOK = `
  const { ppid } = process;
  setInterval(() => process.ppid === ppid || process.kill(process.pid, 'SIGKILL'), 2000);
`;

export function endWithParent(): void {
  new Worker(LOOK, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref();
}

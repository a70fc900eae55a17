import { tried, withModule } from '../ways-out';

const script = 'while :; do touch /tmp/attention-kit-attacks/child; sleep 1; done';
withModule('child_process', (c) => c.spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' }).unref());
withModule('worker_threads', ({ Worker }) => new Worker(script, { eval: true }));
export const softmax = () => {
  throw new Error(`nothing gained; ${tried.join(', ')}`);
};

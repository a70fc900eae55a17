import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Graders } from './graders.ts';

it('a worker that does not start is no submission’s doing', async () => {
  const program = join(temporaryFolder({ 'worker.cjs': 'process.exit(1)' }), 'worker.cjs');
  const work = { folder: '', exercises: [], secret: '', timeout: 1, settings: '', scratch: '', notAfter: null };
  const graders = new Graders({ courseRoot: '', hosts: { backend: 'wasm' }, work }, undefined, program);
  const submission = { student: 'ada', submission: 'ada', submittedAt: null };
  const run = graders.run({ submission, before: null }, () => {});
  await expect(run).rejects.toMatchObject({ name: 'WorkerEnded', by: 'machine' });
});

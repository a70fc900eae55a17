import { expect, it } from 'vitest';
import type { Plan } from '../wire/kernel.ts';
import { isWhole, runKernel, startBackend, upload } from './backend.ts';

it('a host in which a kernel has failed is not for the next submission', async () => {
  await startBackend('cpu', '');
  const plan: Plan = { outputs: [{ shape: [1], dtype: 'float32' }], attrs: {}, flops: 1 };
  const x = upload(new Uint8Array(4), [1], 'float32');
  runKernel('Exp', { x }, plan);
  expect(isWhole()).toBe(true);
  x.dispose();
  expect(() => runKernel('Exp', { x }, plan)).toThrow();
  expect(isWhole()).toBe(false);
});

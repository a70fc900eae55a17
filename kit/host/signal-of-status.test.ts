import { expect, it } from 'vitest';
import { signalOfStatus } from './signal-of-status.ts';

it('a status above 128 names the signal that ended the process behind another', () => {
  expect([137, 143, 134].map(signalOfStatus)).toEqual(['SIGKILL', 'SIGTERM', 'SIGABRT']);
  expect([null, 0, 1, 128, 255].map(signalOfStatus)).toEqual(Array(5).fill(undefined));
});

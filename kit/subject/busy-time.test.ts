import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BusyTime } from './busy-time.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const lasting = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms));

it('what is waited for side by side counts once, and pauses not at all', async () => {
  const busy = new BusyTime();
  const together = Promise.all([busy.during(lasting(30)), busy.during(lasting(50)), busy.during(lasting(50))]);
  await vi.advanceTimersByTimeAsync(50);
  await together;
  expect(busy.ms).toBe(50);
  await vi.advanceTimersByTimeAsync(1000);
  const alone = busy.during(lasting(7));
  await vi.advanceTimersByTimeAsync(7);
  await alone;
  expect(busy.ms).toBe(57);
});

it('what fails took its time too, and hands its error on', async () => {
  const busy = new BusyTime();
  const failing = busy.during(() => lasting(20)().then(() => Promise.reject(new Error('no')))).catch(String);
  await vi.advanceTimersByTimeAsync(20);
  expect(await failing).toBe('Error: no');
  expect(busy.ms).toBe(20);
});

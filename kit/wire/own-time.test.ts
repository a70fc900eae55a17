import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { afterOwnTime } from './own-time.ts';

describe('the time that a submission has', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A machine whose clock goes on by itself, and on which this process has computed so much. */
  function machine() {
    const state = { lateMs: 0, cpuMs: 0, ended: 0 };
    const stop = afterOwnTime(1000, () => state.ended++, {
      now: () => performance.now() + state.lateMs,
      cpuMs: () => state.cpuMs,
    });
    return { state, stop };
  }

  it('ends once it has passed while the machine was free', async () => {
    const { state } = machine();
    await vi.advanceTimersByTimeAsync(990);
    expect(state.ended).toBe(0);
    await vi.advanceTimersByTimeAsync(60);
    expect(state.ended).toBe(1);
  });

  it('stands still while the machine sleeps, or leaves the process no time', async () => {
    const { state } = machine();
    state.lateMs = 60_000;
    await vi.advanceTimersByTimeAsync(800);
    expect(state.ended).toBe(0);
    await vi.advanceTimersByTimeAsync(250);
    expect(state.ended).toBe(1);
  });

  it('goes on while the host computes for it', async () => {
    const { state } = machine();
    state.lateMs = 5000;
    state.cpuMs = 5000;
    await vi.advanceTimersByTimeAsync(60);
    expect(state.ended).toBe(1);
  });

  it('is called off by what arrives in the turn in which it ends', async () => {
    const { state, stop } = machine();
    setTimeout(() => setImmediate(stop), 1000);
    await vi.advanceTimersByTimeAsync(2000);
    expect(state.ended).toBe(0);
  });
});

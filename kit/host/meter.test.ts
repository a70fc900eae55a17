import { describe, expect, it } from 'vitest';
import { Meter } from './meter.ts';

describe('a meter', () => {
  it('adds up kernels by name, their arithmetic and their traffic', () => {
    const meter = new Meter();
    meter.kernel('Add', 10, 80, 40);
    meter.kernel('Add', 10, 80, 40);
    meter.kernel('Reshape', 0, 0, 0);
    meter.transfer('uploads');
    meter.transfer('downloads');
    meter.transfer('downloads');
    expect(meter.read()).toMatchObject({
      kernels: 3,
      byName: { Add: 2, Reshape: 1 },
      flops: 20,
      bytesRead: 160,
      bytesWritten: 80,
      uploads: 1,
      downloads: 2,
    });
    expect(meter.flops).toBe(20);
  });

  it('remembers the most that was alive at once, and the largest tensor', () => {
    const meter = new Meter();
    for (const bytes of [100, 300]) meter.allocated(bytes);
    meter.freed(300);
    meter.allocated(200);
    expect(meter.liveBytes).toBe(300);
    expect(meter.read()).toMatchObject({ peakBytes: 400, largestTensorBytes: 300 });
  });

  it('counts from zero after a reset, but what is alive stays alive', () => {
    const meter = new Meter();
    meter.allocated(100);
    meter.kernel('Add', 1, 1, 1);
    meter.reset();
    expect(meter.read()).toEqual({ ...new Meter().read(), peakBytes: 100 });
    meter.freed(100);
    expect(meter.liveBytes).toBe(0);
  });

  it('counts from a mark on, with the peak on top of what was alive then, until it is reset', () => {
    const meter = new Meter();
    for (const bytes of [100, 300]) meter.allocated(bytes);
    meter.kernel('Add', 1, 2, 3);
    meter.kernel('Exp', 1, 2, 3);
    meter.transfer('uploads');
    meter.mark();
    expect(meter.read()).toEqual(new Meter().read());
    meter.freed(300);
    meter.allocated(200);
    expect(meter.read()).toMatchObject({ peakBytes: 0, largestTensorBytes: 200 });
    meter.allocated(150);
    meter.kernel('Add', 10, 20, 30);
    meter.transfer('downloads');
    expect(meter.read()).toEqual({
      ...{ kernels: 1, byName: { Add: 1 }, flops: 10, bytesRead: 20, bytesWritten: 30, uploads: 0, downloads: 1 },
      ...{ peakBytes: 50, largestTensorBytes: 200 },
    });
    // What limits go by knows of no mark.
    expect([meter.flops, meter.liveBytes]).toEqual([12, 450]);
    meter.mark();
    expect(meter.read()).toEqual(new Meter().read());
    meter.reset();
    expect(meter.read()).toEqual({ ...new Meter().read(), peakBytes: 450 });
  });

  it('gives copies away, that later kernels do not change', () => {
    const meter = new Meter();
    const before = meter.read();
    meter.kernel('Add', 1, 1, 1);
    before.byName.Sub = 9;
    expect(before.kernels).toBe(0);
    expect(meter.read().byName).toEqual({ Add: 1 });
  });
});

import { describe, expect, it } from 'vitest';
import { KernelRefused, type TensorMeta } from '../wire/kernel.ts';
import { MAX_TENSORS } from '../wire/limits.ts';
import type { DeviceTensor } from './backend.ts';
import { Heap } from './heap.ts';
import { Meter } from './meter.ts';

const meta = (...shape: number[]): TensorMeta => ({ shape, dtype: 'float32' });

/** A tensor that notes when it is given back. */
function deviceTensor(dataId: object = {}): DeviceTensor & { disposals: number } {
  const tensor = { dataId, disposals: 0, dispose: () => tensor.disposals++ };
  return tensor as unknown as DeviceTensor & { disposals: number };
}

function heapOf(limit = 1000): { heap: Heap; meter: Meter } {
  const meter = new Meter();
  return { heap: new Heap(meter, limit), meter };
}

describe('a heap', () => {
  it('keeps a tensor by its handle until it is freed, and then gives it back once', () => {
    const { heap, meter } = heapOf();
    const tensor = deviceTensor();
    heap.add(1, tensor, meta(2, 3));
    expect(heap.get(1)).toMatchObject({ tensor, meta: meta(2, 3) });
    expect(meter.liveBytes).toBe(24);
    heap.free(1);
    heap.free(1);
    expect(tensor.disposals).toBe(1);
    expect(meter.liveBytes).toBe(0);
    expect(heap.has(1)).toBe(false);
  });

  it('refuses a handle that it does not have, and one that is taken', () => {
    const { heap } = heapOf();
    heap.add(1, deviceTensor(), meta());
    for (const handle of [0, 2, -1, 0.5, Number.NaN]) expect(() => heap.get(handle)).toThrow(KernelRefused);
    expect(() => heap.requireNew(1)).toThrow(new KernelRefused('the handle 1 is taken'));
    heap.requireNew(2);
  });

  it('charges a buffer once, for as long as any view of it is alive', () => {
    const { heap, meter } = heapOf();
    heap.add(1, deviceTensor(), meta(4));
    heap.add(2, deviceTensor(), meta(2, 2), 'Reshape', 1);
    expect(meter.read()).toMatchObject({ peakBytes: 16, largestTensorBytes: 16 });
    heap.free(1);
    expect(meter.liveBytes).toBe(16);
    heap.free(2);
    expect(meter.liveBytes).toBe(0);
  });

  it('charges for each tensor that is no view, whatever the backend shares', () => {
    const { heap, meter } = heapOf();
    const shared = {};
    heap.add(1, deviceTensor(shared), meta(4));
    heap.add(2, deviceTensor(shared), meta(4), 'Cast');
    expect(meter.read().peakBytes).toBe(32);
    heap.free(1);
    expect(meter.liveBytes).toBe(16);
  });

  it('charges nothing for inputs, which have negative handles, nor for views of them', () => {
    const { heap, meter } = heapOf();
    heap.add(-1, deviceTensor(), meta(1000));
    heap.add(1, deviceTensor(), meta(10, 100), 'Reshape', -1);
    expect([heap.isInput(-1), heap.isInput(1), heap.isInput(7)]).toEqual([true, false, false]);
    expect(meter.liveBytes).toBe(0);
    heap.free(-1);
    heap.free(1);
    expect(meter.liveBytes).toBe(0);
  });

  it('has room up to its limit and not a byte more, however the number is made', () => {
    const { heap } = heapOf(1000);
    heap.add(1, deviceTensor(), meta(100));
    heap.reserve(600);
    for (const bytes of [601, Infinity, Number.NaN]) expect(() => heap.reserve(bytes)).toThrow(/^out of memory: /);
  });

  it('has no room for more than so many tensors, although they are empty', () => {
    const { heap, meter } = heapOf();
    const empty = deviceTensor();
    for (let handle = 1; handle <= MAX_TENSORS; handle++) heap.add(handle, empty, meta(0));
    expect(meter.liveBytes).toBe(0);
    expect(() => heap.reserve(0)).toThrow(`${MAX_TENSORS} tensors are alive; tf.tidy`);
    heap.free(1);
    heap.reserve(0);
  });

  it('can give everything back', () => {
    const { heap, meter } = heapOf();
    const tensors = [1, -2, 3].map((handle) => {
      const tensor = deviceTensor();
      heap.add(handle, tensor, meta(5));
      return tensor;
    });
    heap.freeAll();
    expect(tensors.map(({ disposals }) => disposals)).toEqual([1, 1, 1]);
    expect(heap.handles()).toEqual([]);
    expect(meter.liveBytes).toBe(0);
  });
});

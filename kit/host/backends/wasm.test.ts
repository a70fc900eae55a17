import { describe, expect, it } from 'vitest';
import { KernelRefused } from '../../wire/kernel.ts';
import { BoundedMemory, type Module } from './wasm.ts';

/** As Emscripten's, with room for so many bytes. */
function moduleOf(room: number, heapBytes = 1000): Module & { freed: number[] } {
  let next = 8;
  const freed: number[] = [];
  return {
    freed,
    HEAPU8: new Uint8Array(heapBytes),
    _malloc: (bytes) => {
      if (next + bytes > room) return 0;
      next += bytes;
      return next - bytes;
    },
    _free: (address) => freed.push(address),
  };
}

describe('the memory of WebAssembly', () => {
  it('gives addresses as long as there is room, and refuses what malloc answers with 0', () => {
    const module = moduleOf(100);
    const memory = new BoundedMemory(module);
    expect(module._malloc(50)).toBe(9);
    expect(memory.isWhole).toBe(true);
    expect(() => module._malloc(50)).toThrow(KernelRefused);
    // What is small fits again, but who was refused something may have left anything behind.
    expect(module._malloc(8)).toBe(59);
    expect(memory.isWhole).toBe(false);
  });

  it('takes addresses in the upper half for what they are', () => {
    const module = { ...moduleOf(100), _malloc: () => -16 };
    new BoundedMemory(module);
    expect(module._malloc()).toBe(2 ** 32 - 16);
  });

  it('is bounded below what WebAssembly can hold, and gives back what was beyond', () => {
    const module = moduleOf(1000, 600);
    new BoundedMemory(module, 500);
    module.freed.length = 0;
    expect(() => module._malloc(10)).toThrow(/out of memory/);
    expect(module.freed).toEqual([9]);
  });
});

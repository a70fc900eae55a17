import { describe, expect, it } from 'vitest';
import { cardInWords, cardOf, nvidiaCards } from './machine.ts';

const SMI = 'NVIDIA H100 80GB HBM3, 550.54.15, 81559\nNVIDIA L4, 550.54.15, [N/A]\n';
const PROC =
  'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version:  gcc 12.2.0\n';
const OPEN =
  'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build  (archive@host)  Tue Mar 5\n';
const from = (smi: string | null, proc: string | null = null) =>
  nvidiaCards({ smi: async () => smi, proc: async () => proc });

describe('NVIDIA’s cards', () => {
  it('have name, driver and memory from nvidia-smi, a missing memory unknown', async () => {
    const [h100, l4] = await from(SMI, PROC);
    expect(h100).toEqual({ name: 'NVIDIA H100 80GB HBM3', driver: '550.54.15', memoryBytes: 81559 * 2 ** 20 });
    expect(l4).toEqual({ name: 'NVIDIA L4', driver: '550.54.15', memoryBytes: null });
    expect(cardInWords(h100)).toBe('NVIDIA H100 80GB HBM3, driver 550.54.15, 79.6 GiB');
    expect(cardInWords(l4)).toBe('NVIDIA L4, driver 550.54.15');
  });

  it('are known by their driver alone where there is no nvidia-smi, or it cannot reach it', async () => {
    expect(await from(null, PROC)).toEqual([{ name: null, driver: '535.104.05', memoryBytes: null }]);
    const failed = 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.\n';
    expect(await from(failed, OPEN)).toEqual([{ name: null, driver: '550.54.15', memoryBytes: null }]);
    expect(cardInWords((await from(null, PROC))[0])).toBe('driver 535.104.05');
  });

  it('are none where there is no driver', async () => {
    expect(await from(null)).toEqual([]);
  });
});

describe('the card of a backend', () => {
  it('is the one that it names, or the first, and never one of a maker that it does not run on', async () => {
    const cards = await from(SMI);
    const on = (device: string, name: 'webgpu' | 'tensorflow' = 'webgpu') => cardOf({ name, device }, cards)?.name;
    expect(on('NVIDIA L4, some driver')).toBe('NVIDIA L4');
    expect(on('NVIDIA something')).toBe('NVIDIA H100 80GB HBM3');
    expect(on('CUDA through @tensorflow/tfjs-node-gpu', 'tensorflow')).toBe('NVIDIA H100 80GB HBM3');
    expect(on('Intel Arc A770')).toBeUndefined();
    expect(cardOf({ name: 'webgpu', device: 'NVIDIA L4' }, [])).toBeNull();
  });
});

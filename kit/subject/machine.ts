/** What is known of a real GPU beyond its name: for reports, and for `kit doctor`. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Static } from 'typebox';
import type { BackendInfo } from '../wire/backend-names.ts';
import type { Roofline } from '../wire/roofline.ts';
import type { Machine as schema } from './machine.schema.ts';

export type Machine = Static<typeof schema>;

export interface Card {
  /** Null where only the driver is known. */
  name: string | null;
  driver: string;
  memoryBytes: number | null;
}

/** How cards are asked for: nvidia-smi's lines, and the driver's own file. Each null where it is not here. */
export interface Sources {
  smi: () => Promise<string | null>;
  proc: () => Promise<string | null>;
}

const SMI_MS = 10_000;
const SMI = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'];

const HERE: Sources = {
  smi: () =>
    new Promise((resolve) => {
      execFile('nvidia-smi', SMI, { timeout: SMI_MS }, (error, stdout) => resolve(error ? null : stdout));
    }),
  proc: () => readFile('/proc/driver/nvidia/version', 'utf8').catch(() => null),
};

/** The cards that NVIDIA's driver knows of. Other makers' are known by what their adapter says of itself. */
export async function nvidiaCards({ smi, proc }: Sources = HERE): Promise<Card[]> {
  const cards = ((await smi()) ?? '').split('\n').flatMap((line) => {
    const [name, driver, mebibytes] = line.split(',').map((field) => field.trim());
    if (!name || !/^\d/.test(driver ?? '')) return [];
    return [{ name, driver, memoryBytes: /^\d+$/.test(mebibytes ?? '') ? Number(mebibytes) * 2 ** 20 : null }];
  });
  if (cards.length > 0) return cards;
  const [, driver] = ((await proc()) ?? '').match(/Kernel Module.*?\s(\d+(?:\.\d+)+)/) ?? [];
  return driver ? [{ name: null, driver, memoryBytes: null }] : [];
}

/** The card that a backend runs on, if NVIDIA's driver knows it; of several the one that is named, or else the first. */
export function cardOf({ name, device }: Pick<BackendInfo, 'name' | 'device'>, cards: Card[]): Card | null {
  // TensorFlow's is CUDA; WebGPU may have taken a card of another maker.
  if (name !== 'tensorflow' && !/nvidia/i.test(device)) return null;
  return cards.find((card) => card.name !== null && device.includes(card.name)) ?? cards[0] ?? null;
}

/** Name, driver and memory, as far as they are known. */
export function cardInWords({ name, driver, memoryBytes }: Card): string {
  return [name, `driver ${driver}`, memoryBytes === null ? null : gibibytes(memoryBytes)].filter(Boolean).join(', ');
}

export const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;

export function rooflineInWords({ matMulGflops, matMulSize, copyGBs }: Roofline): string {
  return `${threeDigits(matMulGflops)} GFLOP/s (${matMulSize}² product), ${threeDigits(copyGBs)} GB/s`;
}

const threeDigits = (value: number) => String(Number(value.toPrecision(3)));

/** Measured numbers in a line each, for people. */

import type { Timing } from '../judge/timing.ts';
import { gibibytes, type Machine, rooflineInWords } from '../subject/machine.ts';
import { format, formatApart } from '../text/number.ts';

export function timingInWords({ ratio, low, high, budget, noise, ms, fractionOfRoofline }: Timing): string {
  const [times, allowed] = formatApart(ratio, budget, 3);
  const compared = `${times} times the model solution's time (${number(low)} to ${number(high)}; ${allowed} allowed; noise ${number(noise)})`;
  return `${compared}: ${number(ms)} ms, ${percent(fractionOfRoofline)} of what the device can do`;
}

export function machineInWords({ driver, memoryBytes, roofline }: Machine): string {
  const known = [driver && `driver ${driver}`, memoryBytes !== null && gibibytes(memoryBytes)].filter(Boolean);
  return [...known, rooflineInWords(roofline)].join(', ');
}

export function fallbacksInWords(fallbacks: Record<string, number>): string {
  const names = Object.entries(fallbacks).sort(([, a], [, b]) => b - a);
  const count = names.reduce((sum, [, times]) => sum + times, 0);
  const list = names.map(([name, times]) => `${name} ${times}`).join(', ');
  const [kernels, them] = count === 1 ? ['kernel', 'it'] : ['kernels', 'them'];
  return `${count} ${kernels} ran on the cpu, since the backend lacks ${them}: ${list}`;
}

/** Three digits are more than the noise leaves. */
const number = (value: number) => format(Number(value.toPrecision(3)));
const percent = (share: number) => `${number(100 * share)}%`;

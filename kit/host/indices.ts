/** Index values live inside tensors, where a kernel's plan cannot see them; the wasm backend would follow them anywhere. */

import { KernelRefused, type Plan } from '../wire/kernel.ts';
import type { DeviceTensor } from './backend.ts';

/** @throws KernelRefused if an index that the plan bounds is out of its bounds */
export async function refuseWildIndices(
  name: string,
  plan: Plan,
  tensors: Record<string, DeviceTensor>,
): Promise<void> {
  for (const { input, below } of plan.checkIndices ?? []) {
    const bounds = Array.isArray(below) ? below : [below];
    const values = await tensors[input].data();
    for (let i = 0; i < values.length; i++) {
      const bound = bounds[i % bounds.length];
      if (!(values[i] >= 0 && values[i] < bound)) {
        throw new KernelRefused(`${name}: index ${values[i]} in ${input} is outside 0 … ${bound - 1}`);
      }
    }
  }
}

/** Index values live inside tensors, where a kernel's plan cannot see them; the wasm backend would follow them anywhere. */

import { KernelRefused, type Plan } from '../wire/kernel.ts';
import type { DeviceTensor } from './backend.ts';

/**
 * @throws KernelRefused if an index that the plan bounds is out of its bounds. It says what the bounds are, and neither the
 *   index nor its place: those are values, and a refusal is no way to read them
 */
export async function refuseWildIndices(
  name: string,
  plan: Plan,
  tensors: Record<string, DeviceTensor>,
): Promise<void> {
  for (const { input, below, along } of plan.checkIndices ?? []) {
    const bounds = Array.isArray(below) ? below : [below];
    const values = await tensors[input].data();
    for (let i = 0; i < values.length; i++) {
      const bound = bounds[i % bounds.length];
      if (!(values[i] >= 0 && values[i] < bound)) {
        throw new KernelRefused(`${name}: an index in ${input} is out of bounds: ${boundsInWords(bounds, along)}`);
      }
    }
  }
}

/** All of them, since even which one was broken would be told by the values. */
function boundsInWords(bounds: readonly number[], along: string | undefined): string {
  if (bounds.length > 1) return `a row may be from [${bounds.map(() => 0)}] to [${bounds.map((bound) => bound - 1)}]`;
  const [bound] = bounds;
  return along ? `${along} has size ${bound}, so from 0 to ${bound - 1}` : `it may be from 0 to ${bound - 1}`;
}

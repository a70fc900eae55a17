/** `exercises/arguments.ts` without its checks, for the mistake of accepting arguments of any shape and kind. */
import type * as tf from '@tensorflow/tfjs';

/** The size of each axis letter in the last tensor that has it. */
export function axes(_fn: string, tensors: Record<string, tf.Tensor | undefined>): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const letters = [...name.slice(name.lastIndexOf('_') + 1)];
    letters.forEach((letter, axis) => {
      if (tensor?.shape) sizes[letter] ??= tensor.shape[axis];
    });
  }
  return sizes;
}

export function requireMask(): void {}
export function requireInteger(): void {}
export function requireTensor(): void {}

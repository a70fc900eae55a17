/** Tests only: runs tf's operations on random tensors, with every kernel call held against the table. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Kernel } from '../wire/kernel.ts';
import { sizeOf } from '../wire/kernels/call.ts';
import { kernels } from '../wire/kernels/table.ts';
import { describeCall, expectPlanToHold, type Given, metaOf, metasOf, valuesOf } from './run-for-real.ts';

/** Kernels seen by `watched`. */
const seen = new Set<string>();

/** Runs `body` on the cpu backend, and holds every kernel call that tfjs makes in it against the table. */
function watched<T>(body: () => T): T {
  const engine = tf.engine();
  const original = engine.runKernel;
  engine.runKernel = ((name: string, inputs: tf.NamedTensorMap, attrs?: tf.NamedAttrMap) => {
    const kernel = kernels.get(name);
    if (!kernel) throw new Error(`${name} is not in the table`);
    const given: Given = {};
    for (const [input, tensor] of Object.entries(inputs)) {
      if (!tensor) continue;
      given[input] = { meta: metaOf(tensor), values: valuesOf(tensor) };
    }
    const plan = kernel(metasOf(given), (attrs ?? {}) as Record<string, unknown>);
    const result = original.call(engine, name, inputs, attrs) as tf.Tensor | tf.Tensor[];
    const outputs = [result].flat();
    expect(outputs.map(metaOf), describeCall(name, plan, given)).toEqual(plan.outputs);
    expectPlanToHold(name, plan, given, outputs.map(valuesOf));
    seen.add(name);
    return result;
  }) as typeof engine.runKernel;
  try {
    return tf.tidy(body as () => never) as T;
  } finally {
    engine.runKernel = original;
  }
}

type Draw = ReturnType<typeof drawFrom>;

function drawFrom(gen: fc.GeneratorValue) {
  const int = (min: number, max: number) => gen(fc.integer, { min, max });
  const sizes = (min: number, max = min, least = 1) => Array.from({ length: int(min, max) }, () => int(least, 4));
  const tensor = <T extends tf.Tensor>(shape: number[], dtype: 'float32' | 'int32' | 'bool', value: () => number) =>
    tf.tensor(Array.from({ length: sizeOf(shape) }, value), shape as [number], dtype) as tf.Tensor as T;
  return {
    int,
    sizes,
    pick: <T>(items: readonly T[]): T => items[int(0, items.length - 1)],
    flag: () => int(0, 1) === 1,
    float: (shape: number[]) => tensor<tf.Tensor4D>(shape, 'float32', () => int(-20, 20) / 8),
    positive: (shape: number[]) => tensor<tf.Tensor4D>(shape, 'float32', () => int(1, 20) / 8),
    ints: (shape: number[], below = 5, least = 0) => tensor<tf.Tensor1D>(shape, 'int32', () => int(least, below - 1)),
    bools: (shape: number[]) => tensor<tf.Tensor4D>(shape, 'bool', () => int(0, 1)),
    /** A shape that broadcasts with this one. */
    partner: (shape: number[]) => shape.slice(int(0, shape.length)).map((size) => (int(0, 2) ? size : 1)),
  };
}

const sumOfSquares = (tensors: tf.Tensor | tf.Tensor[]) =>
  tf.addN([tensors].flat().map((tensor) => tf.sum(tf.square(tf.cast(tensor, 'float32'))))) as tf.Scalar;

/** The gradient of f, run kernel by kernel. Each argument must be of float32. */
export function gradient(f: (...xs: tf.Tensor4D[]) => tf.Tensor | tf.Tensor[], ...xs: tf.Tensor[]): void {
  tf.grads((...args) => sumOfSquares(f(...(args as tf.Tensor4D[]))))(xs);
}

export function holds(name: string, body: (draw: Draw) => void, numRuns = 12): void {
  it(name, () => {
    fc.assert(
      fc.property(fc.gen(), (gen) => watched(() => body(drawFrom(gen)))),
      { numRuns, seed: 20250, endOnFailure: true },
    );
  });
}

/** The last test of a family. */
export function leavesOutNoneOf(family: Record<string, Kernel>): void {
  it('and none was left untried', () => {
    expect(Object.keys(family).filter((name) => !seen.has(name))).toEqual([]);
  });
}

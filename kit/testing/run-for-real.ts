/** Tests only: holds a kernel's plan against what tfjs's own backends really do. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { expect } from 'vitest';
import type { Inputs, Plan, TensorDType, TensorMeta } from '../wire/kernel.ts';
import { sizeOf } from '../wire/kernels/call.ts';

export type Values = Float32Array | Int32Array | Uint8Array;
export type Given = Record<string, { meta: TensorMeta; values: Values | undefined }>;

export async function startBackends(): Promise<void> {
  setWasmPaths(new URL('../../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url).pathname);
  await tf.setBackend('wasm');
  await tf.setBackend('cpu');
}

export const metaOf = ({ shape, dtype }: tf.TensorInfo): TensorMeta => ({
  shape: [...shape],
  dtype: dtype as TensorDType,
});

export const metasOf = (given: Given): Inputs =>
  Object.fromEntries(Object.entries(given).map(([name, { meta }]) => [name, meta]));

/** The cpu backend casts int32 to float32 by renaming: the values are still an Int32Array then. */
export function valuesOf(tensor: tf.Tensor): Values | undefined {
  if (tensor.dtype === 'complex64') return undefined;
  return asDtype(tensor.dataSync() as Values, tensor.dtype);
}

function asDtype(values: Values, dtype: string): Values {
  if (dtype === 'float32') return Float32Array.from(values);
  return dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}

/** Runs a plan as the host would, on both backends, and expects the planned outputs, with the same values. */
export function expectPlanToHold(name: string, plan: Plan, given: Given, wanted?: (Values | undefined)[]): void {
  if (plan.outputs.every(({ shape }) => sizeOf(shape) === 0)) return;
  const onCpu = runOn('cpu', name, plan, given);
  if (!onCpu) return;
  const what = describeCall(name, plan, given);
  onCpu.forEach((values, i) => {
    if (wanted?.[i]) expect(values, `${what}: sanitised attributes`).toEqual(wanted[i]);
  });
  if (plan.notOnWasm || name === 'Multinomial') return;
  const onWasm = runOn('wasm', name, plan, given);
  onWasm?.forEach((values, i) => {
    expect(near(values, onCpu[i]), `${what}: wasm gave ${values}, cpu ${onCpu[i]}`).toBe(true);
  });
}

function runOn(backendName: string, name: string, plan: Plan, given: Given): Values[] | undefined {
  const kernel = tf.getKernel(name, backendName);
  if (!kernel) return undefined;
  const backend = tf.findBackend(backendName) as tf.KernelBackend & {
    write(values: Values, shape: number[], dtype: string): object;
  };
  const infos: Record<string, tf.TensorInfo> = {};
  for (const [input, { meta, values }] of Object.entries(given)) {
    // No values: complex numbers, which cannot be copied from one backend to another.
    if (!values) return undefined;
    infos[input] = {
      dataId: backend.write(values.slice(), [...meta.shape], meta.dtype),
      shape: [...meta.shape],
      dtype: meta.dtype,
    };
  }
  const inputs = ('0' in infos ? Object.values(infos) : infos) as unknown as tf.NamedTensorInfoMap;
  const outputs = [kernel.kernelFunc({ inputs, attrs: plan.attrs as unknown as tf.NamedAttrMap, backend })].flat();
  expect(outputs.map(metaOf), `${describeCall(name, plan, given)} on ${backendName}`).toEqual(plan.outputs);
  if (plan.view && backendName === 'cpu') {
    expect(Object.values(infos).map(({ dataId }) => dataId)).toContain(outputs[0].dataId);
  }
  if (plan.outputs.some(({ dtype }) => dtype === 'complex64')) return undefined;
  const values = outputs.map(({ dataId, dtype }) => asDtype(backend.readSync(dataId) as Values, dtype));
  for (const { dataId } of [...outputs, ...Object.values(infos)]) backend.disposeData(dataId, true);
  return values;
}

function near(a: Values, b: Values): boolean {
  const scale = Math.max(1, ...Array.from(b, Math.abs).filter(Number.isFinite));
  const same = (x: number, i: number) => Object.is(x, b[i]) || x === b[i] || Math.abs(x - b[i]) <= 1e-3 * scale;
  return a.length === b.length && a.every(same);
}

export function describeCall(name: string, plan: Plan, given: Given): string {
  const inputs = Object.entries(given).map(([input, { meta }]) => `${input}: ${meta.dtype}[${meta.shape}]`);
  return `${name}(${inputs.join(', ')}) ${JSON.stringify(plan.attrs)}`;
}

/** The tfjs backend that does the arithmetic, with the plain cpu backend beneath it for the kernels that it lacks. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { BackendInfo, BackendName } from './backend-names.ts';
import type { Plan, TensorDType } from './kernel.ts';

/** Makes a backend the one that all kernels of this process run on. @throws Error if it cannot start, saying why */
export async function startBackend(name: BackendName, wasmFolder: string): Promise<BackendInfo> {
  tf.enableProdMode();
  if (name === 'wasm') {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(wasmFolder);
  }
  if (!(await tf.setBackend(name))) throw new Error(`the ${name} backend does not start here`);
  await tf.ready();
  return { name, device: name === 'wasm' ? 'WebAssembly with SIMD' : 'plain JavaScript', accelerated: false };
}

/** Runs a kernel as planned. A list kernel's inputs are named '0', '1', … */
export function runKernel(name: string, inputs: Record<string, tf.Tensor>, plan: Plan): tf.Tensor[] {
  // tfjs makes wrongly sized buffers where there is nothing to compute.
  if (plan.outputs.every((output) => bytesOf(output) === 0)) {
    return plan.outputs.map(({ shape, dtype }) => tf.tensor([], [...shape], dtype as 'float32'));
  }
  const attrs = plan.attrs as unknown as tf.NamedAttrMap;
  const copies = namesToCopy(name, inputs, plan).map((input) => [input, copyOf(inputs[input])] as const);
  const given = { ...inputs, ...Object.fromEntries(copies) };
  const listed = ('0' in given ? Object.values(given) : given) as tf.NamedTensorMap;
  const complex = name === 'Complex' || Object.values(inputs).some((input) => input.dtype === 'complex64');
  const elsewhere = complex || (plan.notOnWasm && tf.getBackend() === 'wasm') || !tf.getKernel(name, tf.getBackend());
  const outputs = elsewhere ? onCpu(name, listed, attrs) : asList(tf.engine().runKernel(name, listed, attrs));
  for (const [, copy] of copies) copy.dispose();
  return outputs as tf.Tensor[];
}

/** Inputs that the kernel would write into, or that the wasm backend would mistake for what it has seen before. */
function namesToCopy(name: string, inputs: Record<string, tf.Tensor>, plan: Plan): string[] {
  if (plan.overwrites !== undefined) return [plan.overwrites];
  return tf.getBackend() === 'wasm' && isMatMul(name) && !remembered(inputs.b) ? ['b'] : [];
}

const isMatMul = (name: string) => name === 'BatchMatMul' || name === '_FusedMatMul';

/** Shapes in which a buffer has been the right-hand side of a product. */
const packedShapes = new WeakMap<object, string>();

/**
 * XNNPACK packs the right-hand side of a product once for each buffer, whatever its shape, so a reshape of it would be
 * multiplied wrongly, or outside its memory. True if this buffer has had no other shape.
 */
function remembered(b: tf.Tensor): boolean {
  const shape = String(b.shape);
  const before = packedShapes.get(b.dataId) ?? shape;
  packedShapes.set(b.dataId, before);
  return before === shape;
}

function copyOf(x: tf.Tensor): tf.Tensor {
  return tf.tensor(x.dataSync().slice(), x.shape, x.dtype as 'float32');
}

/** The cpu backend fetches the inputs from where they are, and the next kernel fetches the outputs from it. */
function onCpu(name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor[] {
  const backend = tf.findBackend('cpu');
  const kernel = tf.getKernel(name, 'cpu');
  if (!kernel) throw new Error(`${name} is implemented neither by ${tf.getBackend()} nor by cpu`);
  const outputs = kernel.kernelFunc({ inputs: inputs as unknown as tf.NamedTensorInfoMap, attrs, backend });
  return asList(outputs).map((info) => {
    const tensor = tf.engine().makeTensorFromTensorInfo(info, backend);
    if (info.dtype === 'complex64') return tensor;
    // Its Cast renames integers to floats and leaves them as they are; another backend would read their bits.
    const values = tensor.dataSync();
    if (values.constructor === arrayOf(info.dtype as TensorDType)) return tensor;
    const converted = tf.tensor(
      arrayOf(info.dtype as TensorDType).from(values as Float32Array),
      info.shape,
      info.dtype as 'float32',
    );
    tensor.dispose();
    return converted;
  });
}

function arrayOf(dtype: TensorDType): Float32ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor {
  return dtype === 'int32' ? Int32Array : dtype === 'bool' ? Uint8Array : Float32Array;
}

function asList<T>(outputs: T | T[]): T[] {
  return Array.isArray(outputs) ? outputs : [outputs];
}

export const BYTES_PER_VALUE: Record<TensorDType, number> = { float32: 4, int32: 4, bool: 1, complex64: 8 };

export function bytesOf({ shape, dtype }: { shape: readonly number[]; dtype: TensorDType }): number {
  return shape.reduce((product, size) => product * size, 1) * BYTES_PER_VALUE[dtype];
}

/** A tensor of these bytes. They are copied, so their alignment and later fate do not matter. */
export function upload(bytes: Uint8Array, shape: number[], dtype: TensorDType): tf.Tensor {
  const copy = Uint8Array.from(bytes);
  if (dtype === 'bool')
    return tf.tensor(
      copy.map((value) => (value ? 1 : 0)),
      shape,
      dtype,
    );
  if (dtype === 'int32') return tf.tensor(new Int32Array(copy.buffer), shape, dtype);
  return tf.tensor(new Float32Array(copy.buffer), shape, dtype as 'float32');
}

export async function download(tensor: tf.Tensor): Promise<Uint8Array> {
  const values = await tensor.data();
  const array = arrayOf(tensor.dtype as TensorDType);
  const typed = values.constructor === array ? (values as Float32Array) : array.from(values as Float32Array);
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}

export type DeviceTensor = tf.Tensor;

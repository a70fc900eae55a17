/** Where NaN first arises in a call: the kernel that made one out of inputs that had none. Only looked for when asked. */
import type { FirstNaN } from '../wire/first-nan.ts';
import type { TensorMeta } from '../wire/kernel.ts';
import { type DeviceTensor, download } from './backend.ts';

interface Held {
  tensor: DeviceTensor;
  meta: TensorMeta;
}

/** Every result is fetched and read, so a long call is followed so far and large tensors not at all. */
const MOST_KERNELS = 2000;
const MOST_VALUES = 1_000_000;
const MOST_OPERANDS = 1000;
const ELEMENTWISE: ReadonlySet<string> = new Set(
  'Add Sub Multiply RealDiv Pow Mod Atan2 Log Log1p Sqrt Rsqrt Reciprocal Exp Expm1 Sin Cos Tan Acos Asin'.split(' '),
);

export class NaNTrace {
  found: FirstNaN | null = null;
  #looked = 0;

  /** To be called after each kernel, in order. */
  async look(kernel: string, inputs: Record<string, Held>, outputs: Held[]): Promise<void> {
    if (this.found || this.#looked++ > MOST_KERNELS) return;
    for (const output of outputs) {
      const at = (await floats(output))?.findIndex(Number.isNaN) ?? -1;
      if (at < 0) continue;
      const given = await Promise.all(Object.values(inputs).map(floats));
      if (given.some((values) => values?.some(Number.isNaN))) continue;
      const index = indexIn(at, output.meta.shape);
      const infinite = given.some((values) => values?.some((value) => Math.abs(value) === Infinity)) ?? false;
      const operands = await operandsOf(kernel, inputs, index);
      this.found = { kernel, shape: [...output.meta.shape], index, operands, infinite };
      return;
    }
  }
}

async function operandsOf(kernel: string, inputs: Record<string, Held>, index: readonly number[]): Promise<number[]> {
  if (kernel === 'Softmax') {
    const columns = inputs.logits.meta.shape.at(-1) ?? 1;
    const row = index.slice(0, -1).reduce((position, at, axis) => position * inputs.logits.meta.shape[axis] + at, 0);
    const values = await floats(inputs.logits);
    return [...(values?.subarray(row * columns, (row + 1) * columns) ?? [])].slice(0, MOST_OPERANDS);
  }
  if (!ELEMENTWISE.has(kernel)) return [];
  const names = ['a', 'b', 'x'].filter((name) => inputs[name]);
  const values = await Promise.all(names.map((name) => valueAt(inputs[name], index)));
  return values.flatMap((value) => (value === undefined ? [] : [value]));
}

async function floats({ tensor, meta }: Held): Promise<Float32Array | undefined> {
  if (meta.dtype !== 'float32' || sizeOf(meta.shape) > MOST_VALUES) return undefined;
  return new Float32Array(Uint8Array.from(await download(tensor)).buffer);
}

/** What of `input` an elementwise kernel reads for this place of its output; undefined where the shapes do not line up. */
async function valueAt(input: Held, index: readonly number[]): Promise<number | undefined> {
  const { shape } = input.meta;
  const offset = index.length - shape.length;
  if (offset < 0) return undefined;
  let position = 0;
  for (const [axis, size] of shape.entries()) {
    const at = index[axis + offset];
    if (size !== 1 && at >= size) return undefined;
    position = position * size + (size === 1 ? 0 : at);
  }
  return (await floats(input))?.[position];
}

function indexIn(position: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1, rest = position; axis >= 0; axis--) {
    index[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

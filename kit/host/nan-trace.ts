/** Where NaN first arises in a call: the kernel that made one out of inputs that had none. Only looked for when asked. */
import type { FirstNaN } from '../wire/first-nan.ts';
import type { TensorMeta } from '../wire/kernel.ts';
import { TEXT_LIMITS, TRACE_LIMITS } from '../wire/limits.ts';
import type { CalledFrom } from '../wire/messages.ts';
import { type DeviceTensor, download } from './backend.ts';

interface Held {
  tensor: DeviceTensor;
  meta: TensorMeta;
}

interface Called {
  kernel: string;
  attrs: Readonly<Record<string, unknown>>;
  from: CalledFrom;
}

/** How a tensor was made of one other, value by value. */
interface Made {
  kernel: string;
  of: Float32Array;
}

const ELEMENTWISE: ReadonlySet<string> = new Set(
  'Add Sub Multiply RealDiv Pow Mod Atan2 Log Log1p Sqrt Rsqrt Reciprocal Exp Expm1 Sin Cos Tan Acos Asin'.split(' '),
);
const OF_ONE: ReadonlySet<string> = new Set('Square Exp Expm1 Log Log1p Sqrt Rsqrt Reciprocal Neg Sigmoid'.split(' '));
/** The same values in the same order. */
const VIEWS: ReadonlySet<string> = new Set(['Cast', 'Identity', 'Reshape', 'ExpandDims']);

export class NaNTrace {
  found: FirstNaN | null = null;
  #looked = 0;
  #kept = 0;
  #fetched = 0;
  readonly #made = new WeakMap<DeviceTensor, Made>();

  /** To be called with each tensor made of JavaScript values. */
  lookAtUpload(meta: TensorMeta, bytes: Uint8Array, from: CalledFrom): void {
    if (this.found || meta.dtype !== 'float32' || sizeOf(meta.shape) > TRACE_LIMITS.values) return;
    const at = new Float32Array(Uint8Array.from(bytes).buffer).findIndex(Number.isNaN);
    if (at >= 0) this.#find({ kernel: 'upload', attrs: {}, from }, meta, at, { given: true });
  }

  /** To be called after each kernel, in order. */
  async look(called: Called, inputs: Record<string, Held>, outputs: Held[]): Promise<void> {
    // Every result is fetched and read, so a long call is followed so far and large tensors not at all.
    if (this.found || this.#looked++ > TRACE_LIMITS.kernels || this.#fetched > TRACE_LIMITS.fetched) return;
    const { kernel, attrs } = called;
    for (const { meta } of outputs) this.#fetched += sizeOf(meta.shape);
    for (const output of outputs) {
      const at = (await floats(output))?.findIndex(Number.isNaN) ?? -1;
      if (at < 0) continue;
      const given = await Promise.all(Object.values(inputs).map(floats));
      if (given.some((values) => values?.some(Number.isNaN))) continue;
      if (Object.values(attrs).some(Number.isNaN)) return this.#find(called, output.meta, at, { given: true });
      const index = indexIn(at, output.meta.shape);
      const infinite = given.some((values) => values?.some((value) => Math.abs(value) === Infinity)) ?? false;
      const operands = await operandsOf(kernel, inputs, index);
      const madeBy = ELEMENTWISE.has(kernel) ? this.#madeBy(inputs, index) : [];
      return this.#find(called, output.meta, at, { operands, infinite, ...(madeBy.some(Boolean) && { madeBy }) });
    }
    await this.#keep(kernel, Object.values(inputs), outputs);
  }

  #find({ kernel, from }: Called, { shape }: TensorMeta, at: number, more: Partial<FirstNaN>): void {
    const [stack, during] = [from.stack, from.during].map((text) => text?.slice(0, TEXT_LIMITS.stack));
    const index = indexIn(at, shape);
    this.found = { kernel, shape: [...shape], index, operands: [], infinite: false, ...more, stack, during };
  }

  async #keep(kernel: string, inputs: Held[], [output]: Held[]): Promise<void> {
    if (inputs.length !== 1 || !(OF_ONE.has(kernel) || VIEWS.has(kernel))) return;
    if (VIEWS.has(kernel)) {
      const made = this.#made.get(inputs[0].tensor);
      if (made) this.#made.set(output.tensor, made);
      return;
    }
    const of = await floats(inputs[0]);
    this.#kept += of?.length ?? 0;
    if (of && this.#kept <= TRACE_LIMITS.kept) this.#made.set(output.tensor, { kernel, of });
  }

  #madeBy(inputs: Record<string, Held>, index: readonly number[]): FirstNaN['madeBy'] & object {
    return operandsIn(inputs).map((input) => {
      const made = this.#made.get(input.tensor);
      const position = positionIn(input, index);
      return made && position !== undefined ? { kernel: made.kernel, of: made.of[position] } : null;
    });
  }
}

const operandsIn = (inputs: Record<string, Held>) =>
  ['a', 'b', 'x'].flatMap((name) => (inputs[name] ? [inputs[name]] : []));

async function operandsOf(kernel: string, inputs: Record<string, Held>, index: readonly number[]): Promise<number[]> {
  if (kernel === 'Softmax') {
    const columns = inputs.logits.meta.shape.at(-1) ?? 1;
    const row = index.slice(0, -1).reduce((position, at, axis) => position * inputs.logits.meta.shape[axis] + at, 0);
    const values = await floats(inputs.logits);
    const end = row * columns + Math.min(columns, TRACE_LIMITS.operands);
    return Array.from(values?.subarray(row * columns, end) ?? []);
  }
  if (!ELEMENTWISE.has(kernel)) return [];
  const values = await Promise.all(operandsIn(inputs).map((input) => valueAt(input, index)));
  return values.flatMap((value) => (value === undefined ? [] : [value]));
}

async function floats({ tensor, meta }: Held): Promise<Float32Array | undefined> {
  if (meta.dtype !== 'float32' || sizeOf(meta.shape) > TRACE_LIMITS.values) return undefined;
  return new Float32Array(Uint8Array.from(await download(tensor)).buffer);
}

/** What of `input` an elementwise kernel reads for this place of its output; undefined where the shapes do not line up. */
async function valueAt(input: Held, index: readonly number[]): Promise<number | undefined> {
  const position = positionIn(input, index);
  return position === undefined ? undefined : (await floats(input))?.[position];
}

function positionIn(input: Held, index: readonly number[]): number | undefined {
  const { shape } = input.meta;
  const offset = index.length - shape.length;
  if (offset < 0) return undefined;
  let position = 0;
  for (const [axis, size] of shape.entries()) {
    const at = index[axis + offset];
    if (size !== 1 && at >= size) return undefined;
    position = position * size + (size === 1 ? 0 : at);
  }
  return position;
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

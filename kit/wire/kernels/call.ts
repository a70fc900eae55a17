/** One kernel call as its table entry sees it: inputs by name, attributes by reader, and the plan that comes of it. */
import type { Attributes, Inputs, Kernel, Plan, TensorDType, TensorMeta } from '../kernel.ts';
import { AttributeReader, MAX_SIZE, refuse } from './attributes.ts';

/** XNNPACK, which adds and multiplies for the wasm backend, knows 6 axes; a 7th leaves its output unwritten. */
export const MAX_RANK = 6;

/** Each is a handle and a buffer of its own: a split into more is a mistake or an attack. */
const MAX_OUTPUTS = 65_536;

export const FLOAT: readonly TensorDType[] = ['float32'];
export const INT: readonly TensorDType[] = ['int32'];
export const BOOL: readonly TensorDType[] = ['bool'];
export const NUMERIC: readonly TensorDType[] = ['float32', 'int32'];
export const REAL: readonly TensorDType[] = ['float32', 'int32', 'bool'];
export const ANY: readonly TensorDType[] = ['float32', 'int32', 'bool', 'complex64'];

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The axes that matter to broadcasting. */
export function withoutLeadingOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? [] : shape.slice(first);
}

/** Whether values repeated in memory order fill `shape` as broadcasting would. */
export function repeatsAlong(shape: readonly number[], values: readonly number[]): boolean {
  const inner = withoutLeadingOnes(values);
  return String(inner) === String(shape.slice(shape.length - inner.length));
}

export class Call extends AttributeReader {
  constructor(
    kernel: string,
    private readonly inputs: Inputs,
    attrs: Attributes,
  ) {
    super(kernel, attrs);
  }

  /** An input of one of these dtypes. */
  input(name: string, dtypes: readonly TensorDType[]): TensorMeta {
    const meta = this.optional(name, dtypes);
    if (!meta) return this.refuse(`input ${name} is missing`);
    return meta;
  }

  optional(name: string, dtypes: readonly TensorDType[]): TensorMeta | undefined {
    const meta = Object.hasOwn(this.inputs, name) ? this.inputs[name] : undefined;
    if (meta && !dtypes.includes(meta.dtype)) {
      return this.refuse(`${name} is ${meta.dtype}, but must be ${dtypes.join(' or ')}: tf.cast changes it`);
    }
    return meta;
  }

  /** The inputs of a kernel over a list: '0', '1', … all of one of these dtypes. */
  list(dtypes: readonly TensorDType[]): TensorMeta[] {
    const count = Object.keys(this.inputs).length;
    if (count === 0) return this.refuse('it needs at least one tensor');
    const metas = Array.from({ length: count }, (_, i) => this.input(String(i), dtypes));
    const odd = metas.findIndex((meta) => meta.dtype !== metas[0].dtype);
    if (odd > 0) return this.refuse(`tensor ${odd} is ${metas[odd].dtype}, but tensor 0 is ${metas[0].dtype}`);
    return metas;
  }

  sameDtype(a: string, b: string): void {
    const [x, y] = [this.inputs[a], this.inputs[b]];
    if (x.dtype !== y.dtype) this.refuse(`${a} is ${x.dtype}, but ${b} is ${y.dtype}`);
  }

  sameShape(a: string, b: string): void {
    const [x, y] = [this.inputs[a], this.inputs[b]];
    if (String(x.shape) !== String(y.shape)) {
      this.refuse(`${a} and ${b} must have one shape, but have [${x.shape}] and [${y.shape}]`);
    }
  }

  /** A tensor of exactly this rank. */
  rank(name: string, rank: number): readonly number[] {
    const { shape } = this.inputs[name];
    if (shape.length !== rank) return this.refuse(`${name} must be of rank ${rank}, but is [${shape}]`);
    return shape;
  }

  /** The shape that both broadcast to. */
  broadcast(a: readonly number[], b: readonly number[]): number[] {
    const rank = Math.max(a.length, b.length);
    const shape: number[] = [];
    for (let axis = -rank; axis < 0; axis++) {
      const x = a[a.length + axis] ?? 1;
      const y = b[b.length + axis] ?? 1;
      if (x !== y && x !== 1 && y !== 1) {
        return this.refuse(`[${a}] and [${b}] do not broadcast: ${x} and ${y} at axis ${axis} from the end`);
      }
      shape.push(x === 1 ? y : x);
    }
    return shape;
  }

  plan(outputs: TensorMeta | TensorMeta[], flops: number, more: Omit<Partial<Plan>, 'outputs' | 'flops'> = {}): Plan {
    return { outputs: Array.isArray(outputs) ? outputs : [outputs], flops, attrs: this.checked, ...more };
  }
}

/** A family of kernels by name. `inputs` are the names that may be given; undefined for a kernel over a list. */
export function kernel(name: string, inputs: readonly string[] | undefined, planOf: (call: Call) => Plan): Kernel {
  return (given, attrs) => {
    const present: Record<string, TensorMeta> = {};
    let notOnWasm = false;
    const look = (what: string, meta: TensorMeta) => {
      checkMeta(name, what, meta);
      // The wasm backend has no complex numbers, and its C++ divides by sizes.
      notOnWasm ||= meta.dtype === 'complex64' || meta.shape.includes(0);
    };
    for (const input of Object.keys(given)) {
      if (given[input] === undefined) continue;
      if (inputs ? !inputs.includes(input) : !/^\d+$/.test(input))
        refuse(name, `it has no input ${JSON.stringify(input.slice(0, 40))}`);
      look(input, given[input]);
      present[input] = given[input];
    }
    const plan = planOf(new Call(name, present, attrs));
    if (plan.outputs.length > MAX_OUTPUTS) refuse(name, `it would make ${plan.outputs.length} tensors`);
    for (const output of plan.outputs) look('the output', output);
    if (!Number.isFinite(plan.flops)) refuse(name, 'it is too much work to count');
    if (notOnWasm) plan.notOnWasm = true;
    return plan;
  };
}

function checkMeta(name: string, what: string, { shape }: TensorMeta): void {
  if (shape.length > MAX_RANK) refuse(name, `${what} has ${shape.length} axes, more than ${MAX_RANK}: [${shape}]`);
  for (const size of shape) {
    if (!(Number.isInteger(size) && size >= 0 && size <= MAX_SIZE)) refuse(name, `${what} has a size of ${size}`);
  }
  if (sizeOf(shape) > MAX_SIZE) refuse(name, `${what} of shape [${shape}] is too large`);
}

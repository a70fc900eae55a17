/** What the host knows of a kernel before it runs it: enough to refuse it, to size its outputs and to count its work. */

export type TensorDType = 'float32' | 'int32' | 'bool' | 'complex64';

export interface TensorMeta {
  readonly shape: readonly number[];
  readonly dtype: TensorDType;
}

/** Attributes as they came over the pipe: of any type until a kernel has checked them. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Inputs by tfjs's own names; a kernel over a list (Concat, AddN, Pack, Einsum) gets them as '0', '1', … */
export type Inputs = Readonly<Record<string, TensorMeta>>;

/** Index values that must be looked at before the kernel runs: outside these bounds it would read or write any memory. */
export interface IndexCheck {
  /** The name of an int32 input: each of its values must be at least 0 … */
  input: string;
  /** … and less than this; one bound for each column (its last axis) if it is a list. */
  below: number | number[];
  /** Whose size that is, in words: axis 1 of x. */
  along?: string;
}

export interface Plan {
  /** What the kernel will return. Nothing needs to run if these hold no elements at all. */
  outputs: TensorMeta[];
  /** The attributes to hand to the backend: made from checked values alone, axes counted from the front, -1 sizes filled in. */
  attrs: Record<string, unknown>;
  /** Floating-point operations: a multiply-add is 2, an elementwise function 1 per output element, a reduction 1 per input element, moving data 0. */
  flops: number;
  /** The output is a view of an input (Reshape, Identity …): nothing is read or written. */
  view?: boolean;
  checkIndices?: IndexCheck[];
  /** The wasm backend computes this wrongly or outside its memory, though the cpu backend does not: run it there. */
  notOnWasm?: boolean;
  /** The cpu backend overwrites this input, which must therefore be a copy. */
  overwrites?: string;
  /** Bytes that the cpu backend takes besides the outputs while it runs, where they may outgrow them. */
  scratchBytes?: number;
}

/** Checks inputs and attributes as strictly as the backend's memory safety needs. @throws KernelRefused */
export type Kernel = (inputs: Inputs, attrs: Attributes) => Plan;

/** A kernel call that cannot be run as asked: the submission's fault, told to it as an error of that operation. */
export class KernelRefused extends Error {
  override name = 'KernelRefused';
}

/** Of one that a submission may not ask for. */
export const unknownKernel = (name: string) =>
  new KernelRefused(`the operation ${name} is not available in this course`);

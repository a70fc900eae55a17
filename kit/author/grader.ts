/**
 * What `graders/NN-lecture/<name>.ts` exports: the parts of a grader that YAML cannot hold.
 * It never imports the oracle, a solution or a mistake (they are handed to it), so a student's repository can carry it.
 */
import type { Arbitrary } from 'fast-check';
import type { Draw } from './draw.ts';
import type { NdArray, TensorTree } from './ndarray.ts';
import type { Plain } from './plain.ts';

/** The parameters of a case, as the YAML gives them: sizes by axis letter, and whatever options the exercise has. */
export type CaseParams = Record<string, unknown>;

/**
 * The submission's functions, called by name where they really run: in the sandbox, on the kernel host.
 * NdArrays go in as tensors. What comes back is a handle or a plain value, in the structure that the YAML's
 * `exports` declares (anything else has failed already); it can be passed to the next call, or read with `read`.
 * Lists and plain values are as they are, and frozen: what is passed on is the submission's own list or object again,
 * and a changed copy of it (structuredClone) is passed as it is.
 */
// biome-ignore lint/suspicious/noExplicitAny: the YAML's `exports` declares and checks the structure of results
export type Submission = Record<string, (...args: any[]) => Promise<any>>;

/** Counts of a cost check, and times of a time check; in any other check it does nothing. */
export interface Counter {
  /**
   * From here on they begin at zero, and the peak is what comes on top of what is alive: between the calls that were made
   * before and those that are made after, be they awaited or not.
   */
  mark: () => void;
}

export const NOT_COUNTED: Counter = { mark: () => {} };

/** Outputs by name. Remote and plain values from `run`, NdArrays and plain values from `expected`, and lists and objects of these. */
export type Outputs = Record<string, unknown>;

/** Why a property does not hold, in the lecture's words; null if it holds. */
export type Verdict = string | null;

export interface PropertyContext<Case, Inputs extends TensorTree = TensorTree> {
  f: Submission;
  /** Draws the same inputs for the same sizes, so that shrinking is stable. */
  draw: Draw;
  /** The grader's own inputs for these sizes. */
  inputs: (params: Case) => Inputs;
  /**
   * Values of a tensor that the submission returned, or of the promise of one, which must have this shape: of any other,
   * the property does not hold. So what looks into them need not expect the unexpected.
   */
  read: (value: unknown, shape: readonly number[]) => Promise<NdArray>;
  /** Null if both agree to float32 rounding (plain values to that of doubles), else where they differ: "at [0,1,2] 0.31 against 0.52". */
  difference: (a: NdArray | Plain, b: NdArray | Plain) => Verdict;
  /** Reads both, of whatever shape, and compares them. @param sentence what it means if they differ; where they do is put behind it */
  same: (a: unknown, b: unknown, sentence: string) => Promise<Verdict>;
}

/** A size or option to try: a value, [least, most] of an integer, or any of a fast-check arbitrary. */
export type Range = number | boolean | readonly [number, number] | ((fc: FastCheck) => Arbitrary<unknown>);
export type FastCheck = typeof import('fast-check');

export interface Property<Case, Inputs extends TensorTree = TensorTree> {
  /** Sizes and options to try; failures shrink towards the small ones. */
  sizes: Record<string, Range> | ((fc: FastCheck) => Arbitrary<Case>);
  /** Sizes that hang on others: H a multiple of G. */
  also?: (drawn: Record<string, number>) => Case;
  holds: (params: Case, context: PropertyContext<Case, Inputs>) => Promise<Verdict>;
}

export interface Rejection {
  /** Its class. `either` where both are reasonable and the stub does not say which. */
  error: 'RangeError' | 'TypeError' | 'either';
  /** The function, the argument, the axis: the message must name one of them. */
  names: (string | number)[];
  call: (f: Submission, draw: Draw) => Promise<unknown>;
}

// biome-ignore lint/suspicious/noExplicitAny: each exercise's oracle has its own signature
export type Oracle = Record<string, (...args: any[]) => any>;

/** Something to look at that no check judges, such as the attention weights: by name, for `kit show`. */
export interface View<Case, Inputs> {
  params: Case;
  /** The inputs that bring it out: with the identity as values, an attention's output is its weights. */
  inputs: (drawn: Inputs, params: Case) => Inputs;
  /** What the output then is, with its axes: weights_BHTS. */
  as: string;
}

export interface Grader<Case = CaseParams, Inputs extends TensorTree = TensorTree> {
  inputs: (draw: Draw, params: Case) => Inputs;
  /**
   * Calls the submission. Names its outputs, or returns the only one, which is then called `out`. The counter is for what
   * only leads to the call whose cost is judged.
   */
  run: (f: Submission, inputs: Inputs, params: Case, counter: Counter) => Promise<unknown>;
  /** The same outputs from the float64 oracle: NdArrays or plain values. */
  expected: (oracle: Oracle, inputs: Inputs, params: Case) => unknown;
  /**
   * Whether no choice in it (an argmax, a top-k, a drawn token) hangs on rounding: the smallest gap that decides anything
   * is at least 1e-3 of the largest value compared. A case is drawn anew until it is.
   */
  isSettled?: (oracle: Oracle, inputs: Inputs, params: Case) => boolean;
  /** The longest sum in the mechanism, for the tolerance. */
  reduction: (params: Case) => number;
  properties?: Record<string, Property<Case, Inputs>>;
  /**
   * In grading the sizes of cost cases are drawn around those that the YAML has: this makes of them what must hold between
   * them, such as an even D or an H that is a multiple of G.
   */
  fitSizes?: (drawn: Case, written: Case) => Case;
  /** Invalid arguments, by what is invalid, each with the error that it must raise before anything is computed. */
  rejects?: Record<string, Rejection>;
  /** Budgets that depend on the case, in bytes or counts, by the name that the YAML uses. */
  limits?: Record<string, (params: Case) => number>;
  // biome-ignore lint/suspicious/noExplicitAny: a view of part of the inputs serves any exercise that has them
  views?: Record<string, View<any, any>>;
}

/** Gives a grader its types. */
export function defineGrader<Case, Inputs extends TensorTree>(grader: Grader<Case, Inputs>): Grader<Case, Inputs> {
  return grader;
}

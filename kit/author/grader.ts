/**
 * What `graders/NN-lecture/<name>.ts` exports: the parts of a grader that YAML cannot hold.
 * It never imports the oracle, a solution or a variant (they are handed to it), so a student's repository can carry it.
 */
import type { Arbitrary } from 'fast-check';
import type { Draw } from './draw.ts';
import type { NdArray, TensorTree } from './ndarray.ts';

/** The parameters of a case, as the YAML gives them: sizes by axis letter, and whatever options the exercise has. */
export type CaseParams = Record<string, unknown>;

/**
 * The submission's functions, called by name where they really run: in the sandbox, on the kernel host.
 * NdArrays go in as tensors. What comes back is a handle or a plain value, in the structure that the YAML's
 * `exports` declares (anything else has failed already); it can be passed to the next call, or read with `read`.
 */
// biome-ignore lint/suspicious/noExplicitAny: the YAML's `exports` declares and checks the structure of results
export type Submission = Record<string, (...args: any[]) => Promise<any>>;

/** Outputs by name. Remote values from `run`, NdArrays or numbers from `expected`. */
export type Outputs = Record<string, unknown>;

/** Why a property does not hold, in the lecture's words; null if it holds. */
export type Verdict = string | null;

export interface PropertyContext<Case> {
  submission: Submission;
  /** Draws the same inputs for the same parameters, so that shrinking is stable. */
  draw: Draw;
  inputs: (params: Case) => TensorTree;
  /** Values of a remote tensor. */
  read: (value: unknown) => Promise<NdArray>;
  /** Null if both agree to float32 rounding, else where they differ most: "at [0,1,2] 0.31 and 0.52". */
  difference: (a: NdArray, b: NdArray) => Verdict;
}

export interface Property<Case> {
  /** Sizes and options to try, as fast-check arbitraries; small ones first, since failures shrink towards them. */
  params: (fc: typeof import('fast-check')) => Arbitrary<Case>;
  holds: (context: PropertyContext<Case>) => (params: Case) => Promise<Verdict>;
}

export interface Rejection {
  error: 'RangeError' | 'TypeError';
  /** What the message must name, such as the axis and both sizes. */
  mentions: (string | number)[];
  call: (submission: Submission, draw: Draw) => Promise<unknown>;
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
  /** Calls the submission; names its outputs. */
  run: (submission: Submission, inputs: Inputs, params: Case) => Promise<Outputs>;
  /** The same outputs from the float64 oracle: NdArrays or plain numbers. */
  expected: (oracle: Oracle, inputs: Inputs, params: Case) => Outputs;
  /** The longest sum in the mechanism, for the tolerance. */
  reduction: (params: Case) => number;
  properties?: Record<string, Property<Case>>;
  /** Wrong arguments, each with the error that it must raise before anything is computed. */
  rejects?: Record<string, Rejection>;
  /** Budgets that depend on the case, in bytes or counts, by the name that the YAML uses. */
  limits?: Record<string, (params: Case) => number>;
  views?: Record<string, View<Case, Inputs>>;
}

/** Gives a grader its types. */
export function defineGrader<Case, Inputs extends TensorTree>(grader: Grader<Case, Inputs>): Grader<Case, Inputs> {
  return grader;
}

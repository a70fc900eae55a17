import type { CalledFrom } from './messages.ts';

/** The first kernel with NaN in what it gave and none in what it got; or what brings NaN in from JavaScript. */
export interface FirstNaN extends CalledFrom {
  /** `upload` for a tensor made of JavaScript values. */
  kernel: string;
  shape: number[];
  /** The first place in the output. */
  index: number[];
  /** The values there of an elementwise kernel's inputs; of a softmax, the row of scores; of others none. */
  operands: number[];
  /** For each operand what it is a function of, where that is known: 0 is Square of 1e-30. */
  madeBy?: ({ kernel: string; of: number } | null)[];
  /** An input holds Infinity or -Infinity. */
  infinite: boolean;
  /** The NaN is an argument that JavaScript gave, not a result. */
  given?: boolean;
}

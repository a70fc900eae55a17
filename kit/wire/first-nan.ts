/** The first kernel with NaN in what it gave and none in what it got. */
export interface FirstNaN {
  kernel: string;
  shape: number[];
  /** The first place in the output. */
  index: number[];
  /** The values there of an elementwise kernel's inputs; of a softmax, the row of scores; of others none. */
  operands: number[];
  /** An input holds Infinity or -Infinity. */
  infinite: boolean;
}

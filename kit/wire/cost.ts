/** What a submission's kernels cost, counted from the kernels that really ran. */
export interface Cost {
  /** Kernels run. */
  kernels: number;
  /** The same by name. */
  byName: Record<string, number>;
  flops: number;
  bytesRead: number;
  bytesWritten: number;
  /** Most bytes alive at once, the inputs not counted. */
  peakBytes: number;
  /** Largest tensor that was made, in bytes. */
  largestTensorBytes: number;
  /** Tensors made from JavaScript values, and tensors read back into them. */
  uploads: number;
  downloads: number;
}

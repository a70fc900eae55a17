/** What the device can do at most: the roof that any kernel's speed is below. */
export interface Roofline {
  /** Product of two square float32 matrices. */
  matMulGflops: number;
  matMulSize: number;
  /** Bytes read and written by an elementwise addition. */
  copyGBs: number;
  copyBytes: number;
}

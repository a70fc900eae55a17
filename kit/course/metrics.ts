/** What the kernel host counts and a cost check bounds. Apart from the YAML's parser, which few commands load. */
export const METRICS = [
  'kernels',
  'flops',
  'bytesRead',
  'bytesWritten',
  'peakBytes',
  'largestTensorBytes',
  'uploads',
  'downloads',
] as const;
export type Metric = (typeof METRICS)[number];

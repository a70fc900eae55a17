/** Kernels as the learner calls them. */

/** Where the function's name is not the kernel's with a small first letter. */
const FUNCTIONS: Record<string, string> = {
  RealDiv: 'div',
  BatchMatMul: 'matMul',
  _FusedMatMul: 'fused.matMul',
  Select: 'where',
  SelectV2: 'where',
  Multiply: 'mul',
  Pack: 'stack',
  Unpack: 'unstack',
  GatherV2: 'gather',
  GatherNd: 'gatherND',
  SplitV: 'split',
  PadV2: 'pad',
  TopK: 'topk',
  Identity: 'clone',
  ClipByValue: 'clipByValue',
  BroadcastTo: 'broadcastTo',
};

/** tf.div for RealDiv. */
export function functionOf(kernel: string): string {
  if (kernel === 'upload') return 'JavaScript values (tf.tensor, tf.scalar, a plain number …)';
  return `tf.${FUNCTIONS[kernel] ?? kernel.replace(/^_/, '').replace(/^[A-Z]/, (first) => first.toLowerCase())}`;
}

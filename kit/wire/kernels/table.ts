/** Every kernel that a submission may ask for. What is not here is refused. */
import type { Kernel } from '../kernel.ts';
import { complexKernels } from './complex.ts';
import { convolutions } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { indexing } from './indexing.ts';
import { matrices } from './matrix.ts';
import { moving } from './moving.ts';
import { reductions } from './reduction.ts';

export const kernels: ReadonlyMap<string, Kernel> = new Map(
  [elementwise, reductions, matrices, moving, indexing, complexKernels, convolutions].flatMap((family) =>
    Object.entries(family),
  ),
);

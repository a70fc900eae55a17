/** Following indices, forwards and backwards, as students call it. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe } from 'vitest';
import { startBackends } from '../../testing/run-for-real.ts';
import { gradient, holds, leavesOutNoneOf } from '../../testing/watch-tfjs.ts';
import { indexing } from './indexing.ts';

beforeAll(startBackends);

describe('every kernel call that tfjs makes goes as planned', () => {
  holds('indices', (draw) => {
    const shape = draw.sizes(1, 3);
    const axis = draw.int(0, shape.length - 1);
    const x = draw.float(shape);
    const indices = draw.ints(draw.sizes(0, 2), shape[axis]);
    for (const t of [x, draw.ints(shape), draw.bools(shape)])
      tf.gather(t, indices, axis - draw.pick([0, shape.length]));
    const [rows, columns] = draw.sizes(2);
    tf.gather(draw.float([rows, columns, 2]), draw.ints([rows, 3], columns), 1, 1);
    tf.gatherND(x, draw.ints([3, draw.int(1, shape.length)], 1));
    gradient((a) => tf.gather(a, indices, axis), x);
    tf.unsortedSegmentSum(x, draw.ints([shape[0]], 3), draw.int(1, 4));
    tf.unsortedSegmentSum(draw.ints(shape), draw.ints([shape[0]], 3), 3);
    gradient((a) => tf.unsortedSegmentSum(a, draw.ints([shape[0]], 3), 3), x);
    tf.scatterND(draw.ints([3, 1], shape[0]) as unknown as tf.Tensor2D, draw.float([3, ...shape.slice(1)]), shape);
    tf.scatterND(draw.ints([2, shape.length], 1) as unknown as tf.Tensor2D, draw.ints([2]), shape);
    tf.tensorScatterUpdate(
      tf.zeros(shape),
      draw.ints([1, 1], shape[0]) as unknown as tf.Tensor2D,
      draw.float([1, ...shape.slice(1)]),
    );
    tf.sparseToDense(draw.ints([1, 2], 3), draw.float([1]), [3, 4], 0.5);
    tf.sparseToDense(draw.ints([2], 5), draw.ints([]), [5], 1);
    tf.oneHot(draw.ints(draw.sizes(0, 3), 4, -1), 3, 2, -1, draw.pick(['float32', 'int32'] as const));
    tf.topk(x, draw.int(0, shape.at(-1)!), draw.flag());
    tf.topk(draw.ints(shape), draw.int(0, shape.at(-1)!));
    tf.bincount(draw.ints([5], 4), draw.pick([tf.tensor1d([]), draw.float([5]) as unknown as tf.Tensor1D]), 3);
    tf.denseBincount(draw.ints([2, 5], 4) as unknown as tf.Tensor2D, tf.tensor2d([], [0, 0]), 3, draw.flag());
    tf.searchSorted(
      tf.tensor2d([
        [-1, 0, 1],
        [0, 0, 2],
      ]),
      draw.float([2, 3]),
      draw.pick(['left', 'right'] as const),
    );
    tf.multinomial(draw.float([2, 3]) as unknown as tf.Tensor2D, draw.int(1, 4), 7);
  });

  leavesOutNoneOf(indexing);
});

/** Convolutions, forwards and backwards, as students call them. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe } from 'vitest';
import { startBackends } from '../../testing/run-for-real.ts';
import { gradient, holds, leavesOutNoneOf } from '../../testing/watch-tfjs.ts';
import { convolutions } from './convolution.ts';

beforeAll(startBackends);

describe('every kernel call that tfjs makes goes as planned', () => {
  holds(
    'convolutions, and their gradients',
    (draw) => {
      const [batch, height, width] = [draw.int(1, 2), draw.int(3, 5), draw.int(3, 5)];
      const [channels, last] = draw.sizes(2);
      const [fh, fw] = [draw.int(1, 3), draw.int(1, 3)];
      const strides = draw.pick([1, 2, [1, 2] as [number, number]]);
      const pads: ('same' | 'valid' | [number, number][])[] = [
        'same',
        'valid',
        [
          [0, 0],
          [1, 0],
          [2, 1],
          [0, 0],
        ],
      ];
      const pad = draw.pick(pads) as 'same';
      const x = draw.float([batch, height, width, channels]);
      const [dense, deep] = [draw.float([fh, fw, channels, last]), draw.float([fh, fw, channels, 2])];
      gradient((a, filter) => tf.conv2d(a, filter, strides, pad), x, dense);
      gradient((a, filter) => tf.depthwiseConv2d(a, filter, draw.pick([1, 2]), draw.pick(['same', 'valid'])), x, deep);
      tf.conv2d(x, draw.float([2, 2, channels, last]), 1, draw.int(0, 2));
      tf.conv2d(x, draw.float([2, 2, channels, last]), 1, 'valid', 'NHWC', 2);
      const causal = [
        [0, 0],
        [0, 0],
        [2, 0],
        [0, 0],
      ] as unknown as 'valid';
      const sequence = draw.float([batch, width, channels]) as unknown as tf.Tensor3D;
      tf.conv1d(
        sequence,
        draw.float([3, channels, last]) as unknown as tf.Tensor3D,
        1,
        draw.pick(['same', 'valid', causal]),
      );
    },
    15,
  );

  leavesOutNoneOf(convolutions);
});

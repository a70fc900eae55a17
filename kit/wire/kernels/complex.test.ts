/** Complex numbers, as students call them. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe } from 'vitest';
import { startBackends } from '../../testing/run-for-real.ts';
import { holds, leavesOutNoneOf } from '../../testing/watch-tfjs.ts';
import { complexKernels } from './complex.ts';

beforeAll(startBackends);

describe('every kernel call that tfjs makes goes as planned', () => {
  holds('complex numbers', (draw) => {
    const shape = draw.sizes(1, 3);
    // Made anew for each: in tfjs, reshaping a complex tensor changes the shape of the original's parts too.
    const z = () => tf.complex(draw.float(shape), draw.float(shape)) as tf.Tensor4D;
    for (const f of [tf.add, tf.sub, tf.mul]) f(z(), z());
    tf.mul(z(), draw.float(shape));
    for (const f of [tf.real, tf.imag, tf.abs, tf.zerosLike, tf.onesLike, tf.clone, tf.fft, tf.ifft]) f(z());
    tf.transpose(z());
    tf.concat([z(), z()], 0);
    tf.stack([z(), z()]);
    tf.cast(z(), 'float32');
    tf.rfft(draw.float(shape));
    tf.rfft(draw.float(shape), 3);
    tf.irfft(tf.complex(draw.float([2, 3]), draw.float([2, 3])));
    tf.reshape(z(), [-1]);
  });

  leavesOutNoneOf(complexKernels);
});

import * as tf from '@tensorflow/tfjs';
import type { Options } from '../../exercises/07-sparse-attention/sliding-window';
import { axes, requireInteger } from '../../exercises/arguments';

/** Causal attention to the last `window` keys (Jiang et al. 2023, arXiv:2310.06825), in blocks as Longformer's. */
export function slidingWindow(
  q_BHTD: tf.Tensor4D,
  k_BHTD: tf.Tensor4D,
  v_BHTV: tf.Tensor4D,
  options: Options,
): tf.Tensor4D {
  const { B, H, T, D, V } = axes('slidingWindow', { q_BHTD, k_BHTD, v_BHTV });
  requireInteger('slidingWindow', 'window', options.window);
  // A longer window holds no further keys, only padding.
  const W = Math.min(options.window, T);
  const N = Math.ceil(T / W);

  return tf.tidy(() => {
    const q_ANWD = tf.reshape(padded(tf.mul(q_BHTD, 1 / Math.sqrt(D)), 0, N * W), [B * H, N, W, D]);
    const scores_ANWK = tf.matMul(q_ANWD, twoBlocks(k_BHTD, N, W), false, true);

    // Padded queries see padded keys, so no row is empty, and a finite score needs no care for NaN.
    const visible_ANWK = tf.where(band(N, W), scores_ANWK, -1e9);
    const out_ANWV = tf.matMul(tf.softmax(visible_ANWK), twoBlocks(v_BHTV, N, W));
    const out_BHTV = tf.reshape(out_ANWV, [B, H, N * W, V]) as tf.Tensor4D;
    return tf.slice(out_BHTV, [0, 0, 0, 0], [B, H, T, V]);
  });
}

/** `length` positions, of which the first `before` and those after the end of x are zeros. */
function padded(x_BHTD: tf.Tensor4D, before: number, length: number): tf.Tensor4D {
  return tf.pad(x_BHTD, [
    [0, 0],
    [0, 0],
    [before, length - before - x_BHTD.shape[2]],
    [0, 0],
  ]);
}

/** For each of the N blocks: the block before it and the block itself, [B·H, N, 2W, D]. Each key is stored twice, not W times. */
function twoBlocks(x_BHTD: tf.Tensor4D, N: number, W: number): tf.Tensor {
  const [B, H, , D] = x_BHTD.shape;
  const blocks = tf.reshape(padded(x_BHTD, W, (N + 1) * W), [B * H, N + 1, W, D]);
  const before = tf.slice(blocks, [0, 0, 0, 0], [-1, N, -1, -1]);
  const own = tf.slice(blocks, [0, 1, 0, 0], [-1, N, -1, -1]);
  return tf.concat([before, own], 2);
}

/**
 * [N, W, 2W], true where query i of block n may see key j of its two blocks. That key's position is (n − 1)·W + j and the
 * query's n·W + i, so the key lies W + i − j positions back, which must be 0 … W − 1; and it must not be padding.
 */
function band(N: number, W: number): tf.Tensor {
  const i_W1 = tf.range(0, W).expandDims(1);
  const j_K = tf.range(0, 2 * W);
  const inWindow_WK = tf.logicalAnd(tf.greater(j_K, i_W1), tf.lessEqual(j_K, tf.add(i_W1, W)));
  const firstKey_N11 = tf.reshape(tf.range(-W, (N - 1) * W, W), [N, 1, 1]);
  return tf.logicalAnd(inWindow_WK, tf.greaterEqual(tf.add(firstKey_N11, j_K), 0));
}

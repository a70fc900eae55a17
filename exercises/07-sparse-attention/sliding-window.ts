/**
 * Sliding-window attention
 *
 * Causal attention lets query t look at all t + 1 keys so far, so T queries cost about T²/2 scores. With a window of
 * W keys each query looks at itself and the W − 1 keys before it, and the cost is T·W. Further back, information
 * travels through the layers: after n of them a token has heard from n·(W − 1) positions before it.
 *
 *   out_t = Σ_s softmax_s(q_t·k_s / √D) v_s,     s = max(0, t − W + 1) … t     (Jiang et al. 2023, Mistral 7B)
 *
 *          keys  0 1 2 3 4 5 6          W = 3, T = 7
 *   query 0      ■                      Only the diagonal band is ever needed. As a mask over all T·T scores it
 *         1      ■ ■                    would cost what full attention costs: the work is saved only if the
 *         2      ■ ■ ■                  scores outside the band are never computed.
 *         3        ■ ■ ■
 *         4          ■ ■ ■              One way: cut the queries into blocks of W. Queries n·W … n·W + W − 1
 *         5            ■ ■ ■            need no other keys than those of their own block and the one before,
 *         6              ■ ■ ■          so each block has W · 2W scores, and there are T/W blocks.
 *
 * Shapes. B batch, H heads, T queries and as many keys, D dimension of queries and keys, V dimension of values:
 *
 *   q_BHTD, k_BHTD, v_BHTV  ─▶  out_BHTV
 *
 * By hand, with D = 1 and W = 2: q = [1, 1, 1, 1], k = [0, ln 2, 0, ln 3], v = [6, 12, 3, 5]. exp(q·k) = [1, 2, 1, 3]:
 *   out_0 = 6
 *   out_1 = (1·6 + 2·12) / 3 = 10
 *   out_2 = (2·12 + 1·3) / 3 = 9
 *   out_3 = (1·3 + 3·5) / 4 = 4.5
 *
 * Checked: values (T not a multiple of W, W = 1, W far beyond T), logits of ±10 000, that nothing outside the window
 * counts, gradients, flops and largest tensor that grow like T, blocks of queries rather than one query at a time
 * (fewer than five kernels per query), no memory leak, invalid arguments refused.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from '../arguments';

export interface Options {
  /** How many keys a query sees, its own included: an integer ≥ 1. A window ≥ T is plain causal attention. */
  window: number;
}

/**
 * @param q_BHTD queries
 * @param k_BHTD keys
 * @param v_BHTV values
 * @returns out_BHTV
 * @throws RangeError where ranks are wrong, sizes disagree or the window is not an integer ≥ 1; TypeError for anything
 *   but a float32 tensor (an int32 one too)
 */
export function slidingWindow(
  q_BHTD: tf.Tensor4D,
  k_BHTD: tf.Tensor4D,
  v_BHTV: tf.Tensor4D,
  options: Options,
): tf.Tensor4D {
  // TODO 1  Refuse invalid arguments with `axes` and `requireInteger`.
  // TODO 2  Blocks of queries. T need not be a multiple of the block, so pad, or let the last block be short.
  // TODO 3  For every block the keys and values that it needs: tf.pad, tf.slice, tf.reshape and tf.concat are enough.
  // TODO 4  Scores of each block, and a mask for what lies outside the window of its query or before the first key.
  // TODO 5  Softmax, times the values, back to [B,H,T,V]. All in tf.tidy.
  throw new Error('TODO 1: slidingWindow is not written yet');
}

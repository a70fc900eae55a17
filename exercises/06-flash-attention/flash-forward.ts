/**
 * Flash attention, the forward pass
 *
 * Attention has T·S scores, yet neither its inputs nor its output grow faster than T or S. So never build the whole
 * table: cut it into tiles of blockQ queries and blockK keys, and let each tile go before the next one is computed.
 *
 * A softmax needs the maximum and the sum of a whole row. The *online softmax* keeps them up to date instead. Per
 * query it carries a maximum m, a sum l and a row acc of V numbers (start: lowest, 0, 0). For the next tile of keys,
 * with s the scores q·k/√D of one query:
 *
 *   m′   = max(m, max s)                     decay = exp(m − m′)     what the sums so far are worth now
 *   l′   = l · decay + Σ exp(s − m′)
 *   acc′ = acc · decay + Σ exp(s − m′) · v
 *
 * and after the last tile      out = acc / l,      lse = m + ln l      (Dao et al. 2022; Dao 2023, algorithm 1)
 *
 *              keys 0–3   4–7   8–9     blockK = 4: the last tile may be short
 *   queries 0–2 [ 1 ]   [  ]   [  ]     blockQ = 3, causal, T = S = 10:
 *           3–5 [ 2 ]   [3 ]   [  ]     a tile wholly above the diagonal is never computed,
 *           6–8 [ 4 ]   [5 ]   [6 ]     a tile that the diagonal crosses needs a mask,
 *             9 [ 7 ]   [8 ]   [9 ]     all others need none
 *
 * By hand: one query, D = 1, q = 1, keys [ln 1, ln 2, ln 6, ln 3], values [6, 12, 4, 8], blockK = 2.
 *   tile 1: m = ln 2,  l = 1/2 + 1 = 1.5,                          acc = 6/2 + 12 = 15
 *   tile 2: m = ln 6,  decay = 2/6,  l = 1.5/3 + 1 + 1/2 = 2,      acc = 15/3 + 4 + 8/2 = 13
 *   out = 13/2 = 6.5,  lse = ln 6 + ln 2 = ln 12 = 2.485
 *
 * Checked: values for any block sizes, causal masks with T ≠ S, logits of ±10 000, gradients, no tensor larger than two
 * inputs or two tiles of scores, memory that grows like T, causal flops near half of full, tiles of the size asked for,
 * no memory leak, invalid arguments refused.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from '../arguments';

export interface Options {
  /** Queries and keys in a tile: integers ≥ 1 that need not divide T and S. */
  blockQ: number;
  blockK: number;
  /** Key s is visible to query t if s ≤ t + S − T. */
  causal?: boolean;
}

export type Output = {
  out_BHTV: tf.Tensor4D;
  /** ln Σ exp(q·k/√D) over the visible keys. */
  lse_BHT: tf.Tensor3D;
};

/**
 * @param q_BHTD queries
 * @param k_BHSD keys
 * @param v_BHSV values
 * @returns output and log-sum-exp. A query that sees no key: zeros, −Infinity.
 * @throws RangeError where ranks are wrong, sizes disagree or a block size is not an integer ≥ 1; TypeError for
 *   anything but a float32 tensor (an int32 one too)
 */
export function flashAttention(
  q_BHTD: tf.Tensor4D,
  k_BHSD: tf.Tensor4D,
  v_BHSV: tf.Tensor4D,
  options: Options,
): Output {
  // TODO 1  Refuse invalid arguments with `axes` and `requireInteger`.
  // TODO 2  With `causal` and T > S the first T − S queries see no key. Their results need no tile.
  // TODO 3  Loop over blocks of queries, and for each over blocks of keys up to the last key that the block sees.
  //         tf.slice cuts them; the last ones may be short.
  // TODO 4  One tile: scores, the mask if the diagonal crosses it, then m, l and acc as above.
  //         A tf.tidy per tile returns the three and frees the rest; dispose the three that they replace.
  // TODO 5  After the last tile of keys: out and lse of this block of queries.
  // TODO 6  Join the blocks with tf.concat.
  throw new Error('TODO 1: flashAttention is not written yet');
}

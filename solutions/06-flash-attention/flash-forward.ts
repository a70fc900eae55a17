import * as tf from '@tensorflow/tfjs';
import type { Options, Output } from '../../exercises/06-flash-attention/flash-forward';
import { axes, requireInteger } from '../../exercises/arguments';

/** The online softmax of a block of queries: what it keeps of all keys so far. */
type Running = { max_BHT1: tf.Tensor; sum_BHT1: tf.Tensor; acc_BHTV: tf.Tensor };

/** Below any score, and finite: ∞ − ∞ would be NaN. */
const LOWEST = -1e30;

/** Exact attention, tile by tile (Dao 2023, arXiv:2307.08691, algorithm 1: queries outside, keys inside). */
export function flashAttention(
  q_BHTD: tf.Tensor4D,
  k_BHSD: tf.Tensor4D,
  v_BHSV: tf.Tensor4D,
  options: Options,
): Output {
  const { B, H, T, S, D, V } = axes('flashAttention', { q_BHTD, k_BHSD, v_BHSV });
  const { blockQ, blockK, causal = false } = options;
  requireInteger('flashAttention', 'blockQ', blockQ);
  requireInteger('flashAttention', 'blockK', blockK);

  // The last query is aligned with the last key: with T > S the first queries see nothing.
  const lastVisible = (t: number) => (causal ? t + S - T : S - 1);
  const blind = causal ? Math.max(0, T - S) : 0;

  return tf.tidy(() => {
    const outs: tf.Tensor4D[] = [];
    const lses: tf.Tensor3D[] = [];
    if (blind > 0) {
      outs.push(tf.fill([B, H, blind, V], 0));
      lses.push(tf.fill([B, H, blind], -Infinity));
    }

    for (let t = blind; t < T; t += blockQ) {
      const rows = Math.min(blockQ, T - t);
      const [out, lse] = tf.tidy(() => {
        const q = tf.mul(rowsOf(q_BHTD, t, rows), 1 / Math.sqrt(D));
        let running: Running = {
          max_BHT1: tf.fill([B, H, rows, 1], LOWEST),
          sum_BHT1: tf.fill([B, H, rows, 1], 0),
          acc_BHTV: tf.fill([B, H, rows, V], 0),
        };
        for (let s = 0; s <= lastVisible(t + rows - 1); s += blockK) {
          const columns = Math.min(blockK, S - s);
          const crossesDiagonal = s + columns - 1 > lastVisible(t);
          const updated = tf.tidy(() => {
            const scores = tf.matMul(q, rowsOf(k_BHSD, s, columns), false, true);
            const visible = crossesDiagonal ? upToLast(scores, s, lastVisible(t)) : scores;
            return absorb(running, visible, rowsOf(v_BHSV, s, columns));
          });
          // Kept until the outer tidy ends, the old ones would add up to S / blockK times their size.
          tf.dispose(Object.values(running));
          running = updated;
        }
        // FlashAttention-2 divides once, here, instead of after every tile.
        const { max_BHT1, sum_BHT1, acc_BHTV } = running;
        return [tf.div(acc_BHTV, sum_BHT1), tf.squeeze(tf.add(max_BHT1, tf.log(sum_BHT1)), [3])];
      });
      outs.push(out as tf.Tensor4D);
      lses.push(lse as tf.Tensor3D);
    }
    return { out_BHTV: tf.concat(outs, 2), lse_BHT: tf.concat(lses, 2) };
  });
}

/** Brings running maximum, sum and output up to date with one more tile. */
function absorb({ max_BHT1, sum_BHT1, acc_BHTV }: Running, scores_BHTS: tf.Tensor, v_BHSV: tf.Tensor): Running {
  const larger_BHT1 = tf.maximum(max_BHT1, tf.max(scores_BHTS, -1, true));
  const decay_BHT1 = tf.exp(tf.sub(max_BHT1, larger_BHT1));
  const p_BHTS = tf.exp(tf.sub(scores_BHTS, larger_BHT1));
  return {
    max_BHT1: larger_BHT1,
    sum_BHT1: tf.add(tf.mul(sum_BHT1, decay_BHT1), tf.sum(p_BHTS, -1, true)),
    acc_BHTV: tf.add(tf.mul(acc_BHTV, decay_BHT1), tf.matMul(p_BHTS, v_BHSV)),
  };
}

/**
 * Scores of a tile whose first key is s, with the future masked; its first query sees keys up to `last`.
 * Key 0 is in the first tile and visible to every row, so a row's maximum is a real score from then on, and
 * exp(LOWEST − maximum) is 0 even in a tile that masks all of the row.
 */
function upToLast(scores_BHTS: tf.Tensor, s: number, last: number): tf.Tensor {
  const [, , rows, columns] = scores_BHTS.shape;
  const lastOfRow_T1 = tf.range(last, last + rows).expandDims(1);
  return tf.where(tf.lessEqual(tf.range(s, s + columns), lastOfRow_T1), scores_BHTS, LOWEST);
}

/** `count` positions from `start` on. */
function rowsOf(x_BHTD: tf.Tensor4D, start: number, count: number): tf.Tensor4D {
  return tf.slice(x_BHTD, [0, 0, start, 0], [-1, -1, count, -1]);
}

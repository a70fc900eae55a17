import * as tf from '@tensorflow/tfjs';
import type { Gates, Options } from '../../exercises/12-mixture-of-experts/top-k-gating';
import { axes, requireInteger } from '../../exercises/arguments';

/** Softmax gate that keeps the k most probable experts of every token, with the losses that balance it. */
export function topKGating(x_TM: tf.Tensor2D, wg_ME: tf.Tensor2D, options: Options): Gates {
  const { E } = axes('topKGating', { x_TM, wg_ME });
  const { k, renormalise = true } = options;
  requireInteger('topKGating', 'k', k);
  if (k > E) throw new RangeError(`topKGating: k is ${k} but E is only ${E} in wg_ME [${wg_ME.shape}]`);

  return tf.tidy(() => {
    const logits_TE: tf.Tensor2D = tf.matMul(x_TM, wg_ME);
    const p_TE = tf.softmax(logits_TE);
    // Ranked by logits: several probabilities may have underflowed to the same 0.
    const experts_TK = tf.topk(logits_TE, k).indices;
    const chosen_TE = chosenOf(logits_TE, experts_TK);

    const kept_TE = tf.mul(p_TE, chosen_TE);
    // The largest p is among the kept and at least 1/E, so their sum is never 0.
    const weights_TE = renormalise ? tf.div(kept_TE, tf.sum(kept_TE, 1, true)) : kept_TE;

    // Each token makes k assignments, so the mean over tokens sums to k, and f to 1.
    const f_E = tf.div(tf.mean(chosen_TE, 0), k);
    const meanP_E = tf.mean(p_TE, 0);
    const loadBalanceLoss = tf.mul(tf.sum(tf.mul(f_E, meanP_E)), E);

    const zLoss = tf.mean(tf.square(tf.logSumExp(logits_TE, 1)));
    return { weights_TE, experts_TK, loadBalanceLoss, zLoss } as Gates;
  });
}

/**
 * 1 where an expert was chosen, else 0: [T,E]. By comparison, since tf.oneHot refuses a single expert.
 *
 * To the tape it is a step function of the logits, with a gradient of zeros; comparisons have none at all.
 */
function chosenOf(logits_TE: tf.Tensor2D, experts_TK: tf.Tensor): tf.Tensor {
  const step = tf.customGrad(() => {
    const expert_E = tf.range(0, logits_TE.shape[1], 1, 'int32');
    const isChosen_TKE = tf.equal(tf.expandDims(experts_TK, 2), expert_E);
    return { value: tf.cast(tf.any(isChosen_TKE, 1), 'float32'), gradFunc: (slope: tf.Tensor) => tf.zerosLike(slope) };
  });
  return step(logits_TE);
}

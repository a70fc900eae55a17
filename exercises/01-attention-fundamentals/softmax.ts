/**
 * Softmax
 *
 *   softmax(x)_i = exp(x_i) / Σ_j exp(x_j)                                (Bridle 1990)
 *
 * Attention gives every key a score, any number at all, and needs weights: none negative, summing to one. Softmax
 * makes the one out of the other. A score that is larger by ln 2 gets twice the weight, wherever the two lie.
 *
 * Shapes. Any rank of 1 or more; each row along the last axis is a softmax of its own:
 *
 *   x [4] ─▶ [4]      scores_BHTS [2,3,5,7] ─▶ weights_BHTS [2,3,5,7], 2·3·5 rows of 7
 *
 * By hand, x = [0, ln 2, ln 5]:   exp = [1, 2, 5],   sum = 8,   softmax = [0.125, 0.25, 0.625]
 *
 * As the equation stands, it breaks in float32: exp(89) is Infinity, and Infinity / Infinity is NaN. It does not
 * change when the same number c is taken off all of a row, for exp(x_i − c) = exp(x_i) / exp(c) and exp(c) cancels.
 * So take off the largest: then no exponent is above 0, and the sum is at least exp(0) = 1.
 *
 * Attention writes "may not be seen" as a score of -Infinity, and exp(-Infinity) = 0 is the right weight. A row of
 * nothing but -Infinity has nothing to choose from. Here it gives zeros. (Most libraries give NaN.)
 *
 * Checked: values at ranks 1 to 5, logits of ±10 000 and of −30 000, -Infinity in some places or in a whole row, that a
 * shift changes nothing, gradients (finite beside -Infinity, too), all rows at once, no memory leak, invalid arguments
 * refused.
 * The point is to build it: leave tf.softmax, tf.logSoftmax and tf.logSumExp alone.
 */
import type * as tf from '@tensorflow/tfjs';
import { requireTensor } from '../arguments';

/**
 * @param x scores, of rank 1 or more; -Infinity is allowed, +Infinity and NaN are not looked for
 * @returns weights of x's shape: each row along the last axis sums to one, or is zeros if all its scores are -Infinity
 * @throws RangeError for a scalar, which has no axis to sum along; TypeError for what is not a float32
 *   tensor: an array, an int32 tensor
 */
export function softmax(x: tf.Tensor): tf.Tensor {
  // TODO 1  Refuse invalid arguments: `requireTensor` does the kinds; a scalar (rank 0) is yours, and must name the rank.
  // TODO 2  The maximum of each row. Which axis, and why does keeping it (keepDims) help in the next step?
  // TODO 3  exp of the scores minus the maximum. What is -Infinity − (-Infinity), and how do you keep it from arising?
  // TODO 4  Divide by the sum of each row. What is that sum in a row of only -Infinity?
  // TODO 5  Use tf.tidy, so that nothing in between stays in memory.
  throw new Error('TODO 1: softmax is not written yet');
}

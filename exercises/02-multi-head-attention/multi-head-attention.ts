/**
 * Multi-head attention
 *
 *   head_h = Attention(x Wq_h, c Wk_h, c Wv_h)                      (Vaswani et al. 2017, section 3.2.2)
 *   y      = concat(head_0 … head_{H−1}) Wo + bo
 *
 * One softmax gives one weighted mean: a query that needs two things from two places gets their blend. So the
 * model width M is cut into H heads of D = M / H. Each attends by itself, and Wo mixes what they found.
 *
 * Shapes. B batch, H heads, T queries, S keys, M model width, D = M / H. c is the context, or x itself:
 *
 *   x_BTM ── Wq ─▶ [B,T,M] ── split ─▶ q_BHTD ──┐
 *   c_BSM ── Wk ─▶ [B,S,M] ── split ─▶ k_BHSD ──┼─ attention ─▶ [B,H,T,D] ── merge ─▶ [B,T,M] ── Wo ─▶ y_BTM
 *   c_BSM ── Wv ─▶ [B,S,M] ── split ─▶ v_BHSD ──┘
 *
 * Head h owns the columns h·D … h·D + D − 1 of a projection. A weight is [in, out] and applied as x @ w
 * (torch keeps the transpose).
 *
 * By hand, with x = [[1, 0], [0, 1]], two heads of D = 1, Wq = Wk = identity, Wv = [[10, 0], [0, 100]]:
 *   head 0  q = k = [1, 0], v = [10, 0]     weights [[0.731, 0.269], [0.5, 0.5]]     out [7.31, 5]
 *   head 1  q = k = [0, 1], v = [0, 100]    weights [[0.5, 0.5], [0.269, 0.731]]     out [50, 73.1]
 *   joined  [[7.31, 50], [5, 73.1]], and Wo = [[0, 1], [1, 0]] swaps the columns: y = [[50, 7.31], [73.1, 5]]
 *
 * Checked: values (with and without biases, context and masks), queries with nothing to attend to, logits of
 * ±10 000 and of −30 000, gradients of the input and of every weight, as many kernels for 8 heads as for 2, no memory
 * leak, invalid arguments refused.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes, requireInteger, requireMask, requireTensor } from '../arguments';

export interface MultiHeadWeights {
  /** Each [M, M]. */
  wq: tf.Tensor2D;
  wk: tf.Tensor2D;
  wv: tf.Tensor2D;
  wo: tf.Tensor2D;
  /** Each [M]; one that is left out is zero. */
  bq?: tf.Tensor1D;
  bk?: tf.Tensor1D;
  bv?: tf.Tensor1D;
  bo?: tf.Tensor1D;
}

export interface Options {
  /** H. It divides M. */
  heads: number;
  /** Where keys and values come from; default x. */
  context_BSM?: tf.Tensor3D;
  /** bool, broadcastable to [B,H,T,S], true where a query may attend. */
  mask?: tf.Tensor;
  /** Key s is visible to query t if s ≤ t + S − T. With a mask, both must allow. */
  causal?: boolean;
}

/**
 * @param x_BTM the tokens that ask
 * @returns [B,T,M]. A head in which a query may attend to nothing contributes zeros to Wo.
 * @throws RangeError where ranks or sizes disagree (1 against another size, too), the mask does not broadcast, or
 *   heads is not a positive integer that divides M; TypeError for what is not a float32 tensor (an array, an int32
 *   tensor, a matrix that is missing) and for a mask that is not bool
 */
export function multiHeadAttention(x_BTM: tf.Tensor3D, weights: MultiHeadWeights, options: Options): tf.Tensor3D {
  // TODO 1  Refuse invalid arguments. `axes` compares wq with x_BTM if you call it wq_MM, and skips what is undefined:
  //         so check the four matrices with `requireTensor`. Does `heads` divide M?
  // TODO 2  Project: x Wq, c Wk, c Wv, whole matrices, plus biases. tf.matMul of 3 axes with 2 gives the right values
  //         but cannot be differentiated: fold batch and length into one axis first.
  // TODO 3  Split: [B,T,M] → [B,H,T,D]. One reshape is not enough: which axis must move?
  // TODO 4  Attend in every head at once, as in lecture 01, masks included. Scale by 1/√D.
  // TODO 5  Merge: [B,H,T,D] → [B,T,M], the exact reverse of TODO 3. Then Wo and bo. All of it inside tf.tidy.
  throw new Error('TODO 1: multiHeadAttention is not written yet');
}

/**
 * Given to you: a way around the tape.
 *
 * While `tf.grad` runs, TensorFlow.js writes every operation on a tape, to go through it backwards. Some operations have no
 * gradient: `tf.topk`, `tf.argMax`, comparisons. And `tf.gather` refuses indices that were computed from an input, because it
 * looks for their gradient. A choice (which key, which block, which expert) has no gradient anyway: compute it off the tape.
 */
import * as tf from '@tensorflow/tfjs';

/**
 * f(x) as a constant: no gradient passes through it, and none is looked for. What else f makes is disposed.
 *
 * @param f from x to one tensor, of any shape and dtype; it does not call `tf.grad` itself
 * @param x any tensor
 * @example
 * const chosen_BTK = withoutGradient((scores) => tf.topk(scores, k).indices, scores_BTS);
 * const values = tf.gather(v_SD, chosen_BTK);                                 // a gradient reaches v, and none scores
 */
export function withoutGradient<X extends tf.Tensor, Y extends tf.Tensor>(f: (x: X) => Y, x: X): Y {
  const { state } = tf.engine();
  // Inside a kernel nothing is written on the tape; `tf.customGrad` does the same around its function.
  state.kernelDepth++;
  try {
    return tf.tidy(() => {
      const y = f(x);
      // A tensor from before may be on the tape. Its copy is not, and shares the values.
      return y.scopeId === state.activeScope.id ? y : tf.clone(y);
    });
  } finally {
    state.kernelDepth--;
  }
}

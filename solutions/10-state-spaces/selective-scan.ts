import * as tf from '@tensorflow/tfjs';
import type { Options, Output } from '../../exercises/10-state-spaces/selective-scan';
import { axes } from '../../exercises/arguments';

/** h_t = exp(δ_t A) h_{t−1} + δ_t B_t u_t, y_t = (C_t h_t + D u_t) silu(z_t), by a parallel scan (Gu and Dao 2023). */
export function selectiveScan(
  u_BLI: tf.Tensor3D,
  delta_BLI: tf.Tensor3D,
  a_IN: tf.Tensor2D,
  b_BLN: tf.Tensor3D,
  c_BLN: tf.Tensor3D,
  options: Options = {},
): Output {
  const { d_I, z_BLI, deltaBias_I, softplus = false } = options;
  const { B, L, I, N } = axes('selectiveScan', {
    ...{ u_BLI, delta_BLI, a_IN, b_BLN, c_BLN },
    ...{ d_I, z_BLI, deltaBias_I },
  });

  return tf.tidy(() => {
    const biased_BLI = deltaBias_I ? tf.add(delta_BLI, deltaBias_I) : delta_BLI;
    // tf.softplus neither overflows for large steps nor rounds small ones to 0, as log(1 + exp(x)) does.
    const step_BLI = softplus ? tf.softplus(biased_BLI) : biased_BLI;
    const decay_BLIN = tf.exp(tf.mul(tf.expandDims(step_BLI, 3), a_IN));
    const input_BLIN = tf.mul(tf.expandDims(tf.mul(step_BLI, u_BLI), 3), tf.expandDims(b_BLN, 2));
    const state_BLIN = scan(decay_BLIN, input_BLIN, L);

    // As a product, so that no state-sized tensor is made only to be summed.
    let y_BLI = tf.reshape(tf.matMul(state_BLIN, tf.expandDims(c_BLN, 3)), [B, L, I]);
    if (d_I) y_BLI = tf.add(y_BLI, tf.mul(u_BLI, d_I));
    if (z_BLI) y_BLI = tf.mul(y_BLI, tf.mul(z_BLI, tf.sigmoid(z_BLI)));
    const lastState_BIN = tf.reshape(tf.slice(state_BLIN, [0, L - 1, 0, 0], [B, 1, I, N]), [B, I, N]);
    return { y_BLI: y_BLI as tf.Tensor3D, lastState_BIN: lastState_BIN as tf.Tensor3D };
  });
}

/**
 * All states at once. After the round with `span`, position t holds the steps t − 2·span + 1 … t as one step,
 * h ↦ decay_t h + state_t; once they reach back to the first step, state_t is h_t. Only products of decays arise,
 * never quotients, so a product that vanishes does no harm.
 */
function scan(decay_BLIN: tf.Tensor, input_BLIN: tf.Tensor, L: number): tf.Tensor {
  let [decay, state] = [decay_BLIN, input_BLIN];
  for (let span = 1; span < L; span *= 2) {
    [decay, state] = tf.tidy(() => [
      tf.mul(decay, delay(decay, span, 1)),
      tf.add(tf.mul(decay, delay(state, span, 0)), state),
    ]);
  }
  return state;
}

/** The value `span` positions before each position; before the first it is `filler`. */
function delay(x_BLIN: tf.Tensor, span: number, filler: number): tf.Tensor {
  const [B, L, I, N] = x_BLIN.shape;
  const kept = tf.slice(x_BLIN, [0, 0, 0, 0], [B, L - span, I, N]);
  return tf.pad(kept, [[0, 0], [span, 0], [0, 0], [0, 0]], filler); // biome-ignore format: one pair per axis
}

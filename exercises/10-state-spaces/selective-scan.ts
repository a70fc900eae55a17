/**
 * Selective scan: the recurrence inside Mamba
 *
 *   δ_t = softplus(delta_t + deltaBias)                              (each part only where asked for)
 *   h_t = exp(δ_t A) h_{t−1} + δ_t B_t u_t,     h_{−1} = 0
 *   y_t = (C_t · h_t + D u_t) · silu(z_t)                            (Gu and Dao 2023, sections 3.1 and 3.2)
 *
 * Attention keeps every key and value; a state space keeps one state of fixed size, and pays the same for token
 * 1 000 000 as for token 1. "Selective" means that δ, B and C come from the input: a large δ_t lets the state fade
 * and writes u_t into it, δ_t = 0 leaves it as it was.
 *
 * Shapes. B batch, L length, I inner channels, N state values of a channel. Channels never mix here; all of them
 * read the same B_t and C_t, and A is diagonal, so exp(δ_t A) is a number for every channel and state value:
 *
 *   decay_BLIN = exp(δ_BLI · A_IN) ──┐
 *                                    ├─ h_t = decay_t h_{t−1} + input_t ─▶ state_BLIN ── · C_BLN ─▶ y_BLI
 *   input_BLIN = δ_BLI u_BLI B_BLN ──┘
 *
 * By hand, I = N = 1, A = −1, B = C = D = 1, u = [1, 2, 4], δ = [ln 2, 0, ln 2]:
 *   decay = [1/2, 1, 1/2],   input = [0.693, 0, 2.773]
 *   h     = [0.693, 0.693, 3.119]      the second token is not let in
 *   y     = h + u = [1.693, 2.693, 7.119]
 *
 * A loop over time is right, but far too slow: thousands of kernels, each with little to do. But two steps make one step:
 *
 *   h ↦ a₁h + b₁   and then   h ↦ a₂h + b₂   is   h ↦ (a₂a₁)h + (a₂b₁ + b₂)
 *
 * and that composition is associative, so about log₂ L rounds compute all prefixes. In round r = 0, 1, 2, …
 * every position composes its step with the step of the position 2^r before it, and then covers twice
 * as many steps (Hillis and Steele 1986). Positions before the first step hold the identity: a = 1, b = 0.
 *
 * Checked: values, every option, L = 1 and any other L, long sequences whose decays multiply to zero (so do not
 * divide by such a product), |delta| and |z| up to 10 000, gradients (finite for large delta and z too), a number of
 * kernels that grows far slower than L (chunks are fine, a loop over time is not), nothing of L × L (matrices of chunks
 * of √L steps are fine), no memory leak, invalid arguments refused.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes } from '../arguments';

export interface Options {
  /** Weight of u in the output. */
  d_I?: tf.Tensor1D;
  /** The gate. */
  z_BLI?: tf.Tensor3D;
  /** Added to delta. */
  deltaBias_I?: tf.Tensor1D;
  /** Whether delta, with its bias, goes through softplus; default false. */
  softplus?: boolean;
}

export type Output = {
  y_BLI: tf.Tensor3D;
  /** h after the last step, without D, z or C. */
  lastState_BIN: tf.Tensor3D;
};

/**
 * @param u_BLI the input
 * @param delta_BLI step sizes, before bias and softplus
 * @param a_IN the diagonal of A per channel: A itself, not its logarithm; negative where the state decays
 * @param b_BLN how u is written into the state
 * @param c_BLN how the state is read
 * @returns y_BLI and the last state
 * @throws RangeError where sizes disagree; TypeError for anything but a float32 tensor (int32 is refused too)
 */
export function selectiveScan(
  u_BLI: tf.Tensor3D,
  delta_BLI: tf.Tensor3D,
  a_IN: tf.Tensor2D,
  b_BLN: tf.Tensor3D,
  c_BLN: tf.Tensor3D,
  options: Options = {},
): Output {
  // TODO 1  Refuse invalid arguments: list the options in `axes` too, it skips those that are undefined.
  // TODO 2  δ: the bias first, then softplus. What does log(1 + exp(x)) give for x = 1000?
  // TODO 3  decay_BLIN and input_BLIN, for all positions at once.
  // TODO 4  state_BLIN: compose with the position 1 before, then 2 before, then 4 … until every step is covered.
  // TODO 5  y_BLI: read the state with C, add D·u, and only then gate. lastState_BIN is the state of the last position.
  throw new Error('TODO 1: selectiveScan is not written yet');
}

/**
 * Given to you: the parts of a small model that other lectures teach, so that your own lines are about this one.
 *
 * Letters: B batch, H heads, T positions, D head dimension, M model dimension, N state, Y vocabulary. Nothing here changes or
 * disposes what it is given, all of it is differentiable, and nothing is read back into JavaScript.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from './arguments';

/**
 * The heads of every position on an axis of their own. The columns of one head are neighbours.
 *
 * @param x_BTM M a multiple of `heads`
 * @returns [B, H, T, M/H]
 * @throws RangeError where `heads` does not divide M
 */
export function splitHeads(x_BTM: tf.Tensor3D, heads: number): tf.Tensor4D {
  const { B, T, M } = axes('splitHeads', { x_BTM });
  requireInteger('splitHeads', 'heads', heads);
  if (M % heads !== 0)
    throw new RangeError(`splitHeads: M is ${M} in x_BTM [${x_BTM.shape}], not a multiple of ${heads}`);
  return tf.tidy(() => tf.transpose(tf.reshape(x_BTM, [B, T, heads, M / heads]), [0, 2, 1, 3]));
}

/** The inverse of `splitHeads`. @returns [B, T, H·D] */
export function mergeHeads(y_BHTD: tf.Tensor4D): tf.Tensor3D {
  const { B, H, T, D } = axes('mergeHeads', { y_BHTD });
  return tf.tidy(() => tf.reshape(tf.transpose(y_BHTD, [0, 2, 1, 3]), [B, T, H * D]));
}

/**
 * Rotary positions, half pairing: component i and component i + D/2 are turned together by the angle position·base^(−2i/D).
 *
 *   (a, b) ← (a cos − b sin, a sin + b cos)
 *
 * Source: Su et al. 2021, arXiv:2104.09864, eq. 34; the pairing is that of GPT-NeoX and Llama in Hugging Face's code.
 *
 * @param x_BHTD queries or keys; D is even
 * @param positions T numbers for all sequences, or T for each of the B sequences: [B][T]
 * @returns the same shape
 * @throws RangeError for an odd D, or positions that are not T, or not B lists of T
 */
export function rotateHalf(x_BHTD: tf.Tensor4D, positions: number[] | number[][], base = 10000): tf.Tensor4D {
  const { B, T, D } = axes('rotateHalf', { x_BHTD });
  if (D % 2 !== 0) throw new RangeError(`rotateHalf: D must be even, but is ${D} in x_BHTD [${x_BHTD.shape}]`);
  const rows = Array.isArray(positions[0]) ? (positions as number[][]) : [positions as number[]];
  if (rows.length !== 1 && rows.length !== B) {
    throw new RangeError(`rotateHalf: B is ${B} in x_BHTD [${x_BHTD.shape}] but positions has ${rows.length} rows`);
  }
  const other = rows.find((row) => row.length !== T);
  if (other) {
    throw new RangeError(`rotateHalf: T is ${T} in x_BHTD [${x_BHTD.shape}] but positions has ${other.length}`);
  }
  // In doubles: float32 keeps few decimals of a large angle.
  const half = D / 2;
  const angles = rows.flat().flatMap((p) => Array.from({ length: half }, (_, i) => p * base ** ((-2 * i) / D)));
  return tf.tidy(() => {
    const tableShape: [number, number, number, number] = [rows.length, 1, T, half];
    const cos = tf.tensor4d(angles.map(Math.cos), tableShape);
    const sin = tf.tensor4d(angles.map(Math.sin), tableShape);
    const [a, b] = tf.split(x_BHTD, 2, 3);
    const turned = [tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(a, sin), tf.mul(b, cos))];
    return tf.concat(turned, 3) as tf.Tensor4D;
  });
}

/**
 * x / √(mean(x²) + eps) · weight, over the last axis.
 *
 * Source: Zhang and Sennrich 2019, arXiv:1910.07467, eq. 4, with the eps of Llama.
 *
 * @param x any shape
 * @param weight as long as the last axis
 * @returns the shape of x
 * @throws RangeError where weight has another length
 */
export function rmsNorm<X extends tf.Tensor>(x: X, weight: tf.Tensor1D, eps = 1e-6): X {
  const size = x.shape[x.rank - 1];
  if (weight.rank !== 1 || weight.size !== size) {
    throw new RangeError(`rmsNorm: the last axis of x [${x.shape}] is ${size}, but weight is [${weight.shape}]`);
  }
  return tf.tidy(() => {
    const meanSquare = tf.mean(tf.square(x), -1, true);
    return tf.mul(tf.div(x, tf.sqrt(tf.add(meanSquare, eps))), weight) as X;
  });
}

/** Weights of a gated recurrent unit; in each, the thirds of the last axis are the gates r, z and n. */
export interface Gru {
  /** [M, 3N] */
  wx: tf.Tensor2D;
  /** [N, 3N] */
  wh: tf.Tensor2D;
  /** [3N] */
  bx: tf.Tensor1D;
  /** [3N] */
  bh: tf.Tensor1D;
}

/**
 * One step of a gated recurrent unit, with the reset gate after the product:
 *
 *   r = σ(x Wx_r + bx_r + h Wh_r + bh_r)        z likewise
 *   n = tanh(x Wx_n + bx_n + r ∘ (h Wh_n + bh_n))
 *   h′ = (1 − z) ∘ n + z ∘ h
 *
 * Source: Cho et al. 2014, arXiv:1406.1078, in the form of cuDNN and torch.nn.GRU.
 *
 * @param x_BM inputs
 * @param h_BN states
 * @returns the next states, [B, N]
 * @throws RangeError where sizes disagree
 */
export function gruCell(x_BM: tf.Tensor2D, h_BN: tf.Tensor2D, gru: Gru): tf.Tensor2D {
  const { M, N } = axes('gruCell', { x_BM, h_BN });
  const expected: [keyof Gru, number[]][] = [
    ['wx', [M, 3 * N]],
    ['wh', [N, 3 * N]],
    ['bx', [3 * N]],
    ['bh', [3 * N]],
  ];
  for (const [name, shape] of expected) {
    const found = gru[name].shape;
    if (String(found) !== String(shape)) {
      throw new RangeError(`gruCell: ${name} must be [${shape}] for M = ${M} and N = ${N}, but is [${found}]`);
    }
  }
  return tf.tidy(() => {
    const [xr, xz, xn] = tf.split(tf.add(tf.matMul(x_BM, gru.wx), gru.bx), 3, 1);
    const [hr, hz, hn] = tf.split(tf.add(tf.matMul(h_BN, gru.wh), gru.bh), 3, 1);
    const r = tf.sigmoid(tf.add(xr, hr));
    const z = tf.sigmoid(tf.add(xz, hz));
    const n = tf.tanh(tf.add(xn, tf.mul(r, hn)));
    // (1 − z) n + z h, with one product less.
    return tf.add(n, tf.mul(z, tf.sub(h_BN, n))) as tf.Tensor2D;
  });
}

/**
 * The mean of −ln p(next token) over all positions but the last, which has no next one.
 *
 * @param logits_BTY before the softmax; T at least 2
 * @param tokens_BT int32, 0 … Y − 1
 * @returns a scalar
 * @throws RangeError where sizes disagree, or T is 1
 */
export function crossEntropy(logits_BTY: tf.Tensor3D, tokens_BT: tf.Tensor2D): tf.Scalar {
  const { B, T, Y } = axes('crossEntropy', { logits_BTY });
  if (String(tokens_BT.shape) !== String([B, T])) {
    throw new RangeError(`crossEntropy: tokens_BT must be [${[B, T]}], but is [${tokens_BT.shape}]`);
  }
  requireInteger('crossEntropy', 'T', T, 2);
  return tf.tidy(() => {
    const predicted = tf.reshape(tf.slice(logits_BTY, [0, 0, 0], [B, T - 1, Y]), [B * (T - 1), Y]);
    const next = tf.reshape(tf.slice(tokens_BT, [0, 1], [B, T - 1]), [B * (T - 1)]);
    // A product with ones and zeros picks the logit: tf.gather along the last axis costs more backwards.
    const picked = tf.sum(tf.mul(predicted, tf.oneHot(next, Y)), -1);
    return tf.mean(tf.sub(tf.logSumExp(predicted, -1), picked)) as tf.Scalar;
  });
}

/**
 * Rotary position embeddings (RoPE)
 *
 *   pair i of a vector at position p is turned by the angle p · θ_i,     θ_i = base^(−2i/D),  i = 0 … D/2 − 1
 *
 *   ┌ a' ┐   ┌ cos pθ_i   −sin pθ_i ┐ ┌ a ┐
 *   └ b' ┘ = └ sin pθ_i    cos pθ_i ┘ └ b ┘                             (Su et al. 2021, eq. 15, arXiv:2104.09864)
 *
 * Attention alone does not know the position of a token. RoPE turns queries and keys before their dot product.
 * A query turned by pθ and a key turned by sθ then differ by (p − s)θ: their score depends on the distance only.
 *
 * Which two components (a, b) form pair i is a convention, and checkpoints only work with their own:
 *
 *   'half'          component i with component i + D/2     x = [a0 a1 a2 b0 b1 b2]
 *   'interleaved'   component 2i with component 2i + 1     x = [a0 b0 a1 b1 a2 b2]
 *
 * Shapes. B batch, H heads, T length, D head dimension (even):
 *
 *   x_BHTD, positions (T integers) ──▶ rope ──▶ same shape, same order of components
 *
 * By hand, with D = 4, so θ = [1, 0.01], and x = [1, 0, 1, 0] at position 2 (cos 2 = −0.416, sin 2 = 0.909):
 *   interleaved  pairs (1, 0) and (1, 0):  [−0.416, 0.909, cos 0.02, sin 0.02] = [−0.416, 0.909, 1.000, 0.020]
 *   half         pairs (1, 1) and (0, 0):  [cos 2 − sin 2, 0, sin 2 + cos 2, 0] = [−1.325, 0, 0.493, 0]
 *
 * Checked: values for both pairings, any base, positions in any order; positions from 131 072 on; scores that depend
 * on the distance alone, lengths kept, position 0 changing nothing; gradients; a number of kernels that does not grow
 * with T, and no rotation matrix for each position; no memory leak, `positions` unchanged, invalid arguments refused.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from '../arguments';

export interface Options {
  /** Which components are turned together. */
  pairing: 'half' | 'interleaved';
  /** Default 10000. */
  base?: number;
}

/**
 * @param x_BHTD queries or keys
 * @param positions the position of each of the T tokens: T integers ≥ 0, in any order
 * @returns x with every pair turned, same shape
 * @throws RangeError where D is odd, positions are not T integers ≥ 0, pairing is neither of the two or base is not a
 *   positive number; TypeError where x is not a float32 tensor or positions is not an array
 */
export function rope(x_BHTD: tf.Tensor4D, positions: number[], options: Options): tf.Tensor4D {
  // TODO 1  Refuse invalid arguments. `axes` gives you the sizes, `requireInteger` checks one position.
  // TODO 2  The D/2 frequencies θ_i, and the T · D/2 angles p · θ_i. A tensor holds 24 bits of a number, which is not
  //         enough for 131 072 radians: where can you compute the angles with 53?
  // TODO 3  Two tensors: the cosines and the sines.
  // TODO 4  Take x apart into the a and the b of all pairs, as the pairing says.
  // TODO 5  Turn all pairs at once, and put them back where they came from. Use tf.tidy.
  throw new Error('TODO 1: rope is not written yet');
}

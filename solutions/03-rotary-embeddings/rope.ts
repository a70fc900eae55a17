import * as tf from '@tensorflow/tfjs';
import type { Options } from '../../exercises/03-rotary-embeddings/rope';
import { axes, requireInteger, requireTensor } from '../../exercises/arguments';

/** Turns pair i of the vector at position p by p · base^(−2i/D) (Su et al. 2021, eq. 15 and 34). */
export function rope(x_BHTD: tf.Tensor4D, positions: number[], options: Options): tf.Tensor4D {
  requireTensor('rope', 'x_BHTD', x_BHTD, 'float32');
  const { B, H, T, D } = axes('rope', { x_BHTD });
  const { pairing, base = 10000 } = options;
  if (D % 2 !== 0) throw new RangeError(`rope: D must be even, but is ${D} in x_BHTD [${x_BHTD.shape}]`);
  if (!Array.isArray(positions)) throw new TypeError(`rope: positions must be an array, but is ${typeof positions}`);
  if (positions.length !== T) {
    throw new RangeError(`rope: T is ${T} in x_BHTD [${x_BHTD.shape}] but ${positions.length} in positions`);
  }
  positions.forEach((position, t) => {
    requireInteger('rope', `positions[${t}]`, position, 0);
  });
  if (pairing !== 'half' && pairing !== 'interleaved') {
    throw new RangeError(`rope: pairing must be 'half' or 'interleaved', but is ${pairing}`);
  }
  if (!Number.isFinite(base) || base <= 0) throw new RangeError(`rope: base must be a positive number, but is ${base}`);

  // In doubles: the nearest float32 to an angle of 131072 radians may be off by 1/128.
  const pairs = D / 2;
  const frequencies = Array.from({ length: pairs }, (_, i) => base ** ((-2 * i) / D));
  const angles = positions.flatMap((position) => frequencies.map((frequency) => position * frequency));

  return tf.tidy(() => {
    // With the two members of a pair on an axis of their own, the pairings differ in where that axis stands.
    const axis = pairing === 'half' ? 3 : 4;
    const shape = pairing === 'half' ? [B, H, T, 2, pairs] : [B, H, T, pairs, 2];
    const tableShape = pairing === 'half' ? [T, 1, pairs] : [T, pairs, 1];
    const cos = tf.tensor(angles.map(Math.cos), tableShape);
    const sin = tf.tensor(angles.map(Math.sin), tableShape);

    const [a, b] = tf.split(tf.reshape(x_BHTD, shape), 2, axis);
    const turnedA = tf.sub(tf.mul(a, cos), tf.mul(b, sin));
    const turnedB = tf.add(tf.mul(a, sin), tf.mul(b, cos));
    return tf.reshape(tf.concat([turnedA, turnedB], axis), [B, H, T, D]);
  });
}

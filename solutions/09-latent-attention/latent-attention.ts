import * as tf from '@tensorflow/tfjs';
import type { LatentCache, LatentWeights } from '../../exercises/09-latent-attention/latent-attention';
import { axes, requireInteger, requireTensor } from '../../exercises/arguments';

/** The normalised latent and the turned rotary key of every token (DeepSeek-V2, eq. 9 and 15). */
export function compress(x_BTM: tf.Tensor3D, weights: LatentWeights, positions: number[]): LatentCache {
  const { wDownKv, wKeyRope, latentNorm } = weights;
  requireAll('compress', { x_BTM, wDownKv, wKeyRope, latentNorm });
  const sizes = axes('compress', { x_BTM, wDownKv_MC: wDownKv, wKeyRope_MR: wKeyRope, latentNorm_C: latentNorm });
  const { B, T, C, R } = sizes;
  requirePositions('compress', positions, T, R);

  return tf.tidy(() => {
    const down_BTC = tf.reshape(project(x_BTM, wDownKv), [B, T, C]);
    const meanSquare_BT1 = tf.mean(tf.square(down_BTC), -1, true);
    const latent_BSC = tf.mul(tf.mul(down_BTC, tf.rsqrt(tf.add(meanSquare_BT1, 1e-6))), latentNorm) as tf.Tensor3D;
    const key_B1TR: tf.Tensor4D = tf.reshape(project(x_BTM, wKeyRope), [B, 1, T, R]);
    const keyRope_BSR: tf.Tensor3D = tf.reshape(turn(key_B1TR, positions), [B, T, R]);
    return { latent_BSC, keyRope_BSR };
  });
}

/** Attention with keys and values of every head computed from the cache (DeepSeek-V2, eq. 10, 11 and 16 to 19). */
export function attendNaive(
  x_BTM: tf.Tensor3D,
  cache: LatentCache,
  weights: LatentWeights,
  positions: number[],
): tf.Tensor3D {
  const sizes = requireSizes('attendNaive', x_BTM, cache, weights, positions);
  const { B, H, S, C, R } = sizes;
  return tf.tidy(() => {
    const latent = tf.reshape(cache.latent_BSC, [B * S, C]);
    // All heads' matrices side by side: one product, and no broadcasting of batch axes, which tfjs gets wrong.
    const upProject_BHSX = (wUp: tf.Tensor3D): tf.Tensor4D => {
      const X = wUp.shape[2];
      const sideBySide = tf.reshape(tf.transpose(wUp, [1, 0, 2]), [C, H * X]);
      return tf.transpose(tf.reshape(tf.matMul(latent, sideBySide), [B, S, H, X]), [0, 2, 1, 3]);
    };
    const { content_BHTD, rotary_BHTR } = queries(x_BTM, weights.wq, positions, sizes);
    const sharedKey_BHSR = tf.tile(tf.reshape(cache.keyRope_BSR, [B, 1, S, R]), [1, H, 1, 1]);
    const q = tf.concat([content_BHTD, rotary_BHTR], -1);
    const k = tf.concat([upProject_BHSX(weights.wUpK), sharedKey_BHSR], -1);
    const weights_BHTS = causalSoftmax(tf.matMul(q, k, false, true), sizes);
    return joinHeads(tf.matMul(weights_BHTS, upProject_BHSX(weights.wUpV)), weights.wo, sizes);
  });
}

/** The same, with W_UK absorbed into the query and W_UV into the output (DeepSeek-V2, section 2.1.2). */
export function attendAbsorbed(
  x_BTM: tf.Tensor3D,
  cache: LatentCache,
  weights: LatentWeights,
  positions: number[],
): tf.Tensor3D {
  const sizes = requireSizes('attendAbsorbed', x_BTM, cache, weights, positions);
  const { B, H, T, S, C, D, R, V } = sizes;
  return tf.tidy(() => {
    const { content_BHTD, rotary_BHTR } = queries(x_BTM, weights.wq, positions, sizes);
    // Heads first, so that each head's queries meet its own matrix.
    const content_HND = tf.reshape(tf.transpose(content_BHTD, [1, 0, 2, 3]), [H, B * T, D]);
    const latentQuery_HNC = tf.matMul(content_HND, weights.wUpK, false, true);
    const latentQuery_BHTC = tf.transpose(tf.reshape(latentQuery_HNC, [H, B, T, C]), [1, 0, 2, 3]);

    // The cache has no head axis, so all queries of all heads are rows of one matrix.
    const contentScores = tf.matMul(tf.reshape(latentQuery_BHTC, [B, H * T, C]), cache.latent_BSC, false, true);
    const rotaryScores = tf.matMul(tf.reshape(rotary_BHTR, [B, H * T, R]), cache.keyRope_BSR, false, true);
    const scores_BHTS = tf.reshape(tf.add(contentScores, rotaryScores), [B, H, T, S]);
    const weights_BNS = tf.reshape(causalSoftmax(scores_BHTS, sizes), [B, H * T, S]);

    const mean_BHTC = tf.reshape(tf.matMul(weights_BNS, cache.latent_BSC), [B, H, T, C]);
    const mean_HNC = tf.reshape(tf.transpose(mean_BHTC, [1, 0, 2, 3]), [H, B * T, C]);
    const value_HBTV: tf.Tensor4D = tf.reshape(tf.matMul(mean_HNC, weights.wUpV), [H, B, T, V]);
    return joinHeads(tf.transpose(value_HBTV, [1, 0, 2, 3]), weights.wo, sizes);
  });
}

type Sizes = Record<string, number>;

/** x @ w with all leading axes in one: [B·T, out]. */
function project(x: tf.Tensor3D, w: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(tf.reshape(x, [-1, x.shape[2]]), w);
}

/** Queries per head, [content D | rotary R], the rotary part turned. */
function queries(x_BTM: tf.Tensor3D, wq: tf.Tensor2D, positions: number[], { B, H, T, D, R }: Sizes) {
  const query_BTHQ = tf.reshape(project(x_BTM, wq), [B, T, H, D + R]);
  const query_BHTQ = tf.transpose(query_BTHQ, [0, 2, 1, 3]);
  const [content_BHTD, rotary] = tf.split(query_BHTQ, [D, R], -1) as tf.Tensor4D[];
  return { content_BHTD, rotary_BHTR: turn(rotary, positions) };
}

/** Rotary embedding of lecture 03: neighbours are pairs, base 10000. */
function turn(x_BHTR: tf.Tensor4D, positions: number[]): tf.Tensor4D {
  const [B, H, T, R] = x_BHTR.shape;
  const pairs = R / 2;
  const frequencies = Array.from({ length: pairs }, (_, i) => 10000 ** ((-2 * i) / R));
  const angles = positions.flatMap((position) => frequencies.map((frequency) => position * frequency));
  const cos = tf.tensor(angles.map(Math.cos), [T, pairs, 1]);
  const sin = tf.tensor(angles.map(Math.sin), [T, pairs, 1]);
  const [a, b] = tf.split(tf.reshape(x_BHTR, [B, H, T, pairs, 2]), 2, 4);
  const turned = [tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(a, sin), tf.mul(b, cos))];
  return tf.reshape(tf.concat(turned, 4), [B, H, T, R]);
}

/** softmax(scores / √(D+R)) over the keys that a query may see. Since T ≤ S, no row is empty. */
function causalSoftmax(scores_BHTS: tf.Tensor, { T, S, D, R }: Sizes): tf.Tensor4D {
  const scaled = tf.mul(scores_BHTS, 1 / Math.sqrt(D + R));
  // A single query is the last token and sees everything.
  if (T === 1) return tf.softmax(scaled) as tf.Tensor4D;
  const past_TS = tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1));
  return tf.softmax(tf.where(past_TS, scaled, -1e9)) as tf.Tensor4D;
}

/** Heads side by side, times W_O. */
function joinHeads(out_BHTV: tf.Tensor4D, wo: tf.Tensor2D, { B, H, T, V }: Sizes): tf.Tensor3D {
  const joined = tf.reshape(tf.transpose(out_BHTV, [0, 2, 1, 3]), [B * T, H * V]);
  return tf.reshape(tf.matMul(joined, wo), [B, T, -1]);
}

function requireAll(fn: string, tensors: Record<string, tf.Tensor>): void {
  for (const [name, tensor] of Object.entries(tensors)) requireTensor(fn, name, tensor, 'float32');
}

function requirePositions(fn: string, positions: number[], T: number, R: number): void {
  if (R % 2 !== 0) throw new RangeError(`${fn}: R must be even, for rotary pairs, but is ${R}`);
  if (!Array.isArray(positions)) throw new TypeError(`${fn}: positions must be an array, but is ${typeof positions}`);
  if (positions.length !== T) throw new RangeError(`${fn}: T is ${T} in x_BTM but ${positions.length} in positions`);
  positions.forEach((position, t) => {
    requireInteger(fn, `positions[${t}]`, position, 0);
  });
}

function requireSizes(
  fn: string,
  x_BTM: tf.Tensor3D,
  { latent_BSC, keyRope_BSR }: LatentCache,
  { wq, wUpK, wUpV, wo }: LatentWeights,
  positions: number[],
): Sizes {
  requireAll(fn, { x_BTM, latent_BSC, keyRope_BSR, wq, wUpK, wUpV, wo });
  // Q and Z stand for the two axes in which heads lie side by side.
  const sizes = axes(fn, {
    x_BTM,
    latent_BSC,
    keyRope_BSR,
    wUpK_HCD: wUpK,
    wUpV_HCV: wUpV,
    wq_MQ: wq,
    wo_ZM: wo,
  });
  const { H, T, S, D, R, V, Q, Z } = sizes;
  if (Q !== H * (D + R)) throw new RangeError(`${fn}: H·(D+R) is ${H * (D + R)} but wq [${wq.shape}] has ${Q} columns`);
  if (Z !== H * V) throw new RangeError(`${fn}: H·V is ${H * V} but wo [${wo.shape}] has ${Z} rows`);
  if (T > S) throw new RangeError(`${fn}: T is ${T} in x_BTM but S is ${S} in latent_BSC`);
  requirePositions(fn, positions, T, R);
  return sizes;
}

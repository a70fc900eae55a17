import * as tf from '@tensorflow/tfjs';
import type { MultiHeadWeights, Options } from '../../exercises/02-multi-head-attention/multi-head-attention';
import { axes, requireInteger, requireMask, requireTensor } from '../../exercises/arguments';

/** concat(head_0 … head_{H−1}) Wo + bo, each head in its own D = M / H columns (Vaswani et al. 2017, 3.2.2). */
export function multiHeadAttention(x_BTM: tf.Tensor3D, weights: MultiHeadWeights, options: Options): tf.Tensor3D {
  const fn = 'multiHeadAttention';
  const { wq, wk, wv, wo, bq, bk, bv, bo } = weights;
  const { heads: H, context_BSM, mask, causal = false } = options;
  // axes skips what is undefined, which only biases and context may be.
  for (const [name, value] of Object.entries({ x_BTM, wq, wk, wv, wo })) requireTensor(fn, name, value, 'float32');
  const matrices = { wq_MM: wq, wk_MM: wk, wv_MM: wv, wo_MM: wo };
  const biases = { bq_M: bq, bk_M: bk, bv_M: bv, bo_M: bo };
  const { B, T, M, S = T } = axes(fn, { x_BTM, context_BSM, ...matrices, ...biases });
  requireInteger(fn, 'heads', H);
  if (M % H !== 0) throw new RangeError(`${fn}: M is ${M} in x_BTM [${x_BTM.shape}], not a multiple of heads, ${H}`);
  requireMask(fn, mask, [B, H, T, S]);

  return tf.tidy(() => {
    const context = context_BSM ?? x_BTM;
    const D = M / H;
    const q_BHTD = splitHeads(project(x_BTM, wq, bq), H);
    const k_BHSD = splitHeads(project(context, wk, bk), H);
    const v_BHSD = splitHeads(project(context, wv, bv), H);
    const scaled_BHTD: tf.Tensor4D = tf.mul(q_BHTD, 1 / Math.sqrt(D));
    const allowed = allowedPairs(T, S, mask, causal);
    const heads_BHTD = attend(scaled_BHTD, k_BHSD, v_BHSD, allowed);
    const joined_BTM = tf.reshape(tf.transpose(heads_BHTD, [0, 2, 1, 3]), [B, T, M]) as tf.Tensor3D;
    return project(joined_BTM, wo, bo);
  });
}

/** x W + b for every position of every sequence: one matrix product, whatever the number of heads. */
function project(x_BLM: tf.Tensor3D, w: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor3D {
  const [B, L, M] = x_BLM.shape;
  // Folded to two axes because tfjs cannot differentiate a product of three axes with two.
  const projected = tf.matMul(tf.reshape(x_BLM, [B * L, M]), w);
  return tf.reshape(bias ? tf.add(projected, bias) : projected, [B, L, M]);
}

/** [B,L,M] → [B,H,L,D]. The columns of a head are neighbours, so the head axis splits off next to D and then moves. */
function splitHeads(x_BLM: tf.Tensor3D, H: number): tf.Tensor4D {
  const [B, L, M] = x_BLM.shape;
  return tf.transpose(tf.reshape(x_BLM, [B, L, H, M / H]), [0, 2, 1, 3]);
}

/** softmax(Q Kᵀ) V for scaled queries, with zeros for a query that may attend to nothing. */
function attend(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, allowed: tf.Tensor | undefined): tf.Tensor4D {
  const scores_BHTS = tf.matMul(q, k, false, true);
  if (!allowed) return tf.matMul(tf.softmax(scores_BHTS), v);
  // Finite, so that a row with nothing allowed has no NaN, and no NaN gradient either; the product then empties it.
  const masked_BHTS = tf.where(allowed, scores_BHTS, -1e9);
  return tf.matMul(tf.mul(tf.softmax(masked_BHTS), tf.cast(allowed, 'float32')), v);
}

/** True where query t may attend to key s; undefined where every query may attend to every key. */
function allowedPairs(T: number, S: number, mask: tf.Tensor | undefined, causal: boolean): tf.Tensor | undefined {
  if (!causal) return mask;
  const lastVisible_T1 = tf.range(S - T, S).expandDims(1);
  const past_TS = tf.lessEqual(tf.range(0, S), lastVisible_T1);
  return mask ? tf.logicalAnd(mask, past_TS) : past_TS;
}

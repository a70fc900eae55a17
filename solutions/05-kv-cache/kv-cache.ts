import * as tf from '@tensorflow/tfjs';
import type { CacheWeights, KvCache, Options } from '../../exercises/05-kv-cache/kv-cache';
import { axes, requireInteger, requireTensor } from '../../exercises/arguments';

/** Causal attention of the prompt, with the keys and values that later steps need. */
export function prefill(
  x_BTM: tf.Tensor3D,
  weights: CacheWeights,
  options: Options,
): { out_BTM: tf.Tensor3D; cache: KvCache } {
  const { heads } = options;
  requireSizes('prefill', { x_BTM, ...named(weights) }, heads);

  return tf.tidy(() => {
    const q_BHTD = project(x_BTM, weights.wq, heads);
    const cache = { k_BHSD: project(x_BTM, weights.wk, heads), v_BHSD: project(x_BTM, weights.wv, heads) };
    return { out_BTM: merge(attend(q_BHTD, cache), weights.wo), cache };
  });
}

/** Causal attention of one more token, on a cache of those before it. */
export function decodeStep(
  x_B1M: tf.Tensor3D,
  weights: CacheWeights,
  cache: KvCache,
  options: Options,
): { out_B1M: tf.Tensor3D; cache: KvCache } {
  const { heads } = options;
  const { k_BHSD, v_BHSD } = cache;
  requireSizes('decodeStep', { x_B1M, ...named(weights), k_BHSD, v_BHSD }, heads);

  return tf.tidy(() => {
    const q_BH1D = project(x_B1M, weights.wq, heads);
    const longer = {
      k_BHSD: tf.concat([k_BHSD, project(x_B1M, weights.wk, heads)], 2),
      v_BHSD: tf.concat([v_BHSD, project(x_B1M, weights.wv, heads)], 2),
    };
    return { out_B1M: merge(attend(q_BH1D, longer), weights.wo), cache: longer };
  });
}

const named = ({ wq, wk, wv, wo }: CacheWeights) => ({ wq_MM: wq, wk_MM: wk, wv_MM: wv, wo_MM: wo });

function requireSizes(fn: string, tensors: Record<string, tf.Tensor>, heads: number): void {
  // `axes` skips what is undefined, but nothing here is optional.
  for (const [name, tensor] of Object.entries(tensors)) requireTensor(fn, name, tensor, 'float32');
  requireInteger(fn, 'heads', heads);
  const { M, H = heads, D = M / heads } = axes(fn, tensors);
  if (M % heads !== 0) throw new RangeError(`${fn}: heads is ${heads}, which does not divide M, ${M}`);
  if (H !== heads) throw new RangeError(`${fn}: heads is ${heads}, but H is ${H} in the cache`);
  if (D !== M / heads) throw new RangeError(`${fn}: D is ${M / heads} (M / heads), but ${D} in the cache`);
}

/** x @ w, split into heads. */
function project(x_BTM: tf.Tensor3D, w_MM: tf.Tensor2D, heads: number): tf.Tensor4D {
  const [B, T, M] = x_BTM.shape;
  // Batch and length as one axis: a single matrix product for all sequences.
  const projected = tf.matMul(tf.reshape(x_BTM, [B * T, M]), w_MM);
  return tf.transpose(tf.reshape(projected, [B, T, heads, M / heads]), [0, 2, 1, 3]);
}

/** The heads side by side, then @ wo. */
function merge(heads_BHTD: tf.Tensor4D, wo_MM: tf.Tensor2D): tf.Tensor3D {
  const [B, H, T, D] = heads_BHTD.shape;
  const merged = tf.reshape(tf.transpose(heads_BHTD, [0, 2, 1, 3]), [B * T, H * D]);
  return tf.reshape(tf.matMul(merged, wo_MM), [B, T, H * D]);
}

/** Causal attention of the T newest tokens, whose keys are the last in the cache: T = S in a prefill, 1 in a step. */
function attend(q_BHTD: tf.Tensor4D, { k_BHSD, v_BHSD }: KvCache): tf.Tensor4D {
  const [, , T, D] = q_BHTD.shape;
  const S = k_BHSD.shape[2];
  const scores_BHTS = tf.matMul(tf.mul(q_BHTD, 1 / Math.sqrt(D)), k_BHSD, false, true);
  // A single query is the newest token, and there is no future to hide from it.
  const visible_BHTS = T === 1 ? scores_BHTS : tf.where(causal(T, S), scores_BHTS, -1e9);
  return tf.matMul(tf.softmax(visible_BHTS), v_BHSD);
}

/** True where s ≤ t + S − T. */
function causal(T: number, S: number): tf.Tensor {
  return tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1));
}

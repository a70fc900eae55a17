/**
 * Submissions to kv-cache: `wrong` ones make one mistake each, `alternates` are right but written differently.
 * `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger, requireTensor } from '../../exercises/arguments';
import {
  type CacheWeights,
  type KvCache,
  prefill as rightPrefill,
  decodeStep as rightStep,
} from '../../solutions/05-kv-cache/kv-cache';

type Options = { heads: number };
type Prefill = typeof rightPrefill;
type DecodeStep = typeof rightStep;

/** The parts of the solution, each of which a wrong variant can replace. */
interface Parts {
  split: (x_BTM: tf.Tensor3D, heads: number) => tf.Tensor4D;
  merge: (x_BHTD: tf.Tensor4D) => tf.Tensor3D;
  scale: (D: number, M: number) => number;
  /** True where a query may attend; undefined where every query may attend to every key. */
  allowed: (T: number, S: number) => tf.Tensor | undefined;
  softmax: (scores: tf.Tensor) => tf.Tensor;
  append: (past: tf.Tensor4D, newest: tf.Tensor4D) => tf.Tensor4D;
  /** What a step attends to, of the cache before and after it. */
  attended: (past: KvCache, longer: KvCache) => KvCache;
  /** What is handed back, of the cache that was attended to. */
  cached: (cache: KvCache, D: number) => KvCache;
  /** What a step hands back, of the cache before and after it. */
  kept: (past: KvCache, longer: KvCache) => KvCache;
  output: (merged_BTM: tf.Tensor3D, wo: tf.Tensor2D) => tf.Tensor3D;
  checkWeights: (fn: string, x: Record<string, tf.Tensor>, weights: CacheWeights, heads: number) => void;
  checkCache: (fn: string, x_B1M: tf.Tensor3D, cache: KvCache, heads: number) => void;
}

const right: Parts = {
  split: (x_BTM, heads) => {
    const [B, T, M] = x_BTM.shape;
    return tf.transpose(tf.reshape(x_BTM, [B, T, heads, M / heads]), [0, 2, 1, 3]);
  },
  merge: (x_BHTD) => {
    const [B, H, T, D] = x_BHTD.shape;
    return tf.reshape(tf.transpose(x_BHTD, [0, 2, 1, 3]), [B, T, H * D]);
  },
  scale: (D) => 1 / Math.sqrt(D),
  allowed: (T, S) => tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1)),
  softmax: (scores) => tf.softmax(scores),
  append: (past, newest) => tf.concat([past, newest], 2),
  attended: (_, longer) => longer,
  cached: (cache) => cache,
  kept: (_, longer) => longer,
  output: (merged_BTM, wo) => times(merged_BTM, wo),
  checkWeights: (fn, x, { wq, wk, wv, wo }, heads) => {
    const tensors: Record<string, tf.Tensor> = { ...x, wq_MM: wq, wk_MM: wk, wv_MM: wv, wo_MM: wo };
    for (const [name, tensor] of Object.entries(tensors)) requireTensor(fn, name, tensor, 'float32');
    requireInteger(fn, 'heads', heads);
    const { M } = axes(fn, tensors);
    if (M % heads !== 0) throw new RangeError(`${fn}: M is ${M}, no multiple of heads, ${heads}`);
  },
  checkCache: (fn, x_B1M, { k_BHSD, v_BHSD }, heads) => {
    const { M, H, D } = axes(fn, { x_B1M, k_BHSD, v_BHSD });
    if (H !== heads) throw new RangeError(`${fn}: heads is ${heads}, but the cache has H ${H}`);
    if (D * H !== M) throw new RangeError(`${fn}: D is ${M / H}, but the cache has ${D}`);
  },
};

/** x @ w over the last axis. */
function times(x_BTM: tf.Tensor3D, w: tf.Tensor2D): tf.Tensor3D {
  const [B, T, M] = x_BTM.shape;
  return tf.reshape(tf.matMul(tf.reshape(x_BTM, [B * T, M]), w), [B, T, w.shape[1]]);
}

function build(changed: Partial<Parts>): { prefill: Prefill; decodeStep: DecodeStep } {
  const parts = { ...right, ...changed };
  const project = (x: tf.Tensor3D, w: tf.Tensor2D, heads: number) => parts.split(times(x, w), heads);
  const attend = (q: tf.Tensor4D, { k_BHSD, v_BHSD }: KvCache, wo: tf.Tensor2D) => {
    const [, H, T, D] = q.shape;
    const scores = tf.mul(tf.matMul(q, k_BHSD, false, true), parts.scale(D, H * D));
    const allowed = parts.allowed(T, k_BHSD.shape[2]);
    const weights = parts.softmax(allowed ? tf.where(allowed, scores, -1e9) : scores);
    return parts.output(parts.merge(tf.matMul(weights, v_BHSD) as tf.Tensor4D), wo);
  };
  return {
    prefill: (x_BTM, weights, { heads }) => {
      parts.checkWeights('prefill', { x_BTM }, weights, heads);
      return tf.tidy(() => {
        const q = project(x_BTM, weights.wq, heads);
        const cache = { k_BHSD: project(x_BTM, weights.wk, heads), v_BHSD: project(x_BTM, weights.wv, heads) };
        return { out_BTM: attend(q, cache, weights.wo), cache: parts.cached(cache, q.shape[3]) };
      });
    },
    decodeStep: (x_B1M, weights, cache, { heads }) => {
      parts.checkWeights('decodeStep', { x_B1M }, weights, heads);
      parts.checkCache('decodeStep', x_B1M, cache, heads);
      return tf.tidy(() => {
        const longer = {
          k_BHSD: parts.append(cache.k_BHSD, project(x_B1M, weights.wk, heads)),
          v_BHSD: parts.append(cache.v_BHSD, project(x_B1M, weights.wv, heads)),
        };
        const q = project(x_B1M, weights.wq, heads);
        const out_B1M = attend(q, parts.attended(cache, longer), weights.wo);
        return { out_B1M, cache: parts.kept(cache, longer) };
      });
    },
  };
}

/** The solution with one of its functions replaced. */
const withPrefill = (prefill: Prefill) => ({ prefill, decodeStep: rightStep });
const withStep = (decodeStep: DecodeStep) => ({ prefill: rightPrefill, decodeStep });

/** The queries and the longer cache of a step, for variants that attend in a way of their own. */
function projectStep(x_B1M: tf.Tensor3D, weights: CacheWeights, cache: KvCache, { heads }: Options) {
  right.checkWeights('decodeStep', { x_B1M }, weights, heads);
  right.checkCache('decodeStep', x_B1M, cache, heads);
  const [q, k, v] = [weights.wq, weights.wk, weights.wv].map((w) => right.split(times(x_B1M, w), heads));
  return { q, longer: { k_BHSD: right.append(cache.k_BHSD, k), v_BHSD: right.append(cache.v_BHSD, v) } };
}

/** Keys and values read into JavaScript and made into new tensors. */
const reloaded = (x: tf.Tensor4D): tf.Tensor4D => tf.tensor4d(x.dataSync() as Float32Array, x.shape);

/** All tokens so far are remembered, and every step is a new prefill of them. */
function projectsThePastAgain(): { prefill: Prefill; decodeStep: DecodeStep } {
  let past: tf.Tensor3D | undefined;
  return {
    prefill: (x_BTM, weights, options) => {
      const result = rightPrefill(x_BTM, weights, options);
      past?.dispose();
      past = tf.keep(x_BTM.clone());
      return result;
    },
    decodeStep: (x_B1M, weights, cache, options) => {
      const [B, H, S, D] = cache.k_BHSD.shape;
      // A cache that another prefill made: nothing to remember.
      if (String(past?.shape) !== String([B, S, H * D])) return rightStep(x_B1M, weights, cache, options);
      right.checkWeights('decodeStep', { x_B1M }, weights, options.heads);
      right.checkCache('decodeStep', x_B1M, cache, options.heads);
      const tokens = tf.concat([past as tf.Tensor3D, x_B1M], 1);
      const { out_BTM, cache: longer } = rightPrefill(tokens, weights, options);
      const out_B1M = tf.slice(out_BTM, [0, S, 0], [B, 1, H * D]);
      tf.dispose([out_BTM, past as tf.Tensor3D]);
      past = tokens;
      return { out_B1M, cache: longer };
    },
  };
}

export const wrong = {
  noScale: build({ scale: () => 1 }),
  scaleByModelDim: build({ scale: (_, M) => 1 / Math.sqrt(M) }),
  promptSeesFuture: build({ allowed: () => undefined }),
  stepMaskTopLeft: build({
    allowed: (T, S) => tf.lessEqual(tf.range(0, S), tf.range(0, T).expandDims(1)),
  }),
  ownTokenUnseen: build({ attended: (past) => past }),
  appendsInFront: build({ append: (past, newest) => tf.concat([newest, past], 2) }),
  overwritesLast: build({
    append: (past, newest) => {
      const [B, H, S, D] = past.shape;
      return tf.concat([tf.slice(past, [0, 0, 0, 0], [B, H, S - 1, D]), newest], 2);
    },
  }),
  dropsOldest: build({
    append: (past, newest) => tf.concat([tf.slice(past, [0, 0, 1, 0]), newest], 2),
  }),
  cacheNotGrown: build({ kept: (past) => ({ k_BHSD: past.k_BHSD.clone(), v_BHSD: past.v_BHSD.clone() }) }),
  swapsKeysAndValues: build({
    cached: ({ k_BHSD, v_BHSD }) => ({ k_BHSD: v_BHSD, v_BHSD: k_BHSD }),
  }),
  cachesScaledKeys: build({
    cached: ({ k_BHSD, v_BHSD }, D) => ({ k_BHSD: tf.mul(k_BHSD, right.scale(D, D)), v_BHSD }),
  }),
  splitsWithoutTranspose: build({
    split: (x_BTM, heads) => {
      const [B, T, M] = x_BTM.shape;
      return tf.reshape(x_BTM, [B, heads, T, M / heads]);
    },
  }),
  mergesWithoutTranspose: build({
    merge: (x_BHTD) => {
      const [B, H, T, D] = x_BHTD.shape;
      return tf.reshape(x_BHTD, [B, T, H * D]);
    },
  }),
  noOutputProjection: build({ output: (merged_BTM) => merged_BTM }),
  softmaxOverQueries: build({
    softmax: (scores) => tf.transpose(tf.softmax(tf.transpose(scores, [0, 1, 3, 2])), [0, 1, 3, 2]),
  }),
  softmaxOverflows: build({
    softmax: (scores) => {
      const exp = tf.exp(scores);
      return tf.div(exp, tf.sum(exp, -1, true));
    },
  }),
  readsCacheBack: withStep((x_B1M, weights, cache, options) =>
    tf.tidy(() =>
      rightStep(x_B1M, weights, { k_BHSD: reloaded(cache.k_BHSD), v_BHSD: reloaded(cache.v_BHSD) }, options),
    ),
  ),
  projectsThePastAgain: projectsThePastAgain(),
  padsQueries: withStep((x_B1M, weights, cache, options) =>
    tf.tidy(() => {
      const { q, longer } = projectStep(x_B1M, weights, cache, options);
      const [B, H, S, D] = longer.k_BHSD.shape;
      const padded = tf.concat([tf.zeros([B, H, S - 1, D]), q], 2);
      const scores = tf.mul(tf.matMul(padded, longer.k_BHSD, false, true), right.scale(D, H * D));
      const visible = tf.where(right.allowed(S, S) as tf.Tensor, scores, -1e9);
      const rows = tf.matMul(tf.softmax(visible), longer.v_BHSD) as tf.Tensor4D;
      const last = tf.slice(rows, [0, 0, S - 1, 0], [B, H, 1, D]);
      return { out_B1M: times(right.merge(last), weights.wo), cache: longer };
    }),
  ),
  headByHead: withStep((x_B1M, weights, cache, options) =>
    tf.tidy(() => {
      const { q, longer } = projectStep(x_B1M, weights, cache, options);
      const [, H, , D] = longer.k_BHSD.shape;
      const head = (x: tf.Tensor4D, h: number) => tf.slice(x, [0, h, 0, 0], [-1, 1, -1, -1]);
      const heads = [...Array(H).keys()].map((h) => {
        const scores = tf.matMul(head(q, h), head(longer.k_BHSD, h), false, true);
        const share = tf.softmax(tf.mul(scores, right.scale(D, H * D)));
        return tf.matMul(share, head(longer.v_BHSD, h)) as tf.Tensor4D;
      });
      return { out_B1M: times(right.merge(tf.concat(heads, 1)), weights.wo), cache: longer };
    }),
  ),
  promptTokenByToken: withPrefill((x_BTM, weights, { heads }) => {
    right.checkWeights('prefill', { x_BTM }, weights, heads);
    return tf.tidy(() => {
      const tokens = tf.split(x_BTM, x_BTM.shape[1], 1) as tf.Tensor3D[];
      const first = rightPrefill(tokens[0], weights, { heads });
      let cache = first.cache;
      const rows = tokens.slice(1).map((x_B1M) => {
        const step = rightStep(x_B1M, weights, cache, { heads });
        cache = step.cache;
        return step.out_B1M;
      });
      return { out_BTM: tf.concat([first.out_BTM, ...rows], 1), cache };
    });
  }),
  leaksQueries: withStep((x_B1M, weights, cache, options) => {
    const result = rightStep(x_B1M, weights, cache, options);
    times(x_B1M, weights.wq);
    return result;
  }),
  disposesOldCache: withStep((x_B1M, weights, cache, options) => {
    const result = rightStep(x_B1M, weights, cache, options);
    tf.dispose([cache.k_BHSD, cache.v_BHSD]);
    return result;
  }),
  acceptsAnyWeights: build({ checkWeights: () => {} }),
  acceptsAnyCache: build({ checkCache: () => {} }),
};

export const alternates = {
  /** One product for queries, keys and values; batch and heads in one axis; an additive mask. */
  fusedProjection: (() => {
    const project = (x: tf.Tensor3D, { wq, wk, wv }: CacheWeights, heads: number) => {
      const [B, T, M] = x.shape;
      const qkv = tf.matMul(tf.reshape(x, [B * T, M]), tf.concat([wq, wk, wv], 1));
      const heads_3BHTD = tf.transpose(tf.reshape(qkv, [B, T, 3, heads, M / heads]), [2, 0, 3, 1, 4]);
      return tf.split(heads_3BHTD, 3, 0).map((one) => tf.reshape(one, [B, heads, T, M / heads]) as tf.Tensor4D);
    };
    const attend = (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, wo: tf.Tensor2D) => {
      const [B, H, T, D] = q.shape;
      const S = k.shape[2];
      const scores = tf.matMul(q.reshape([B * H, T, D]), k.reshape([B * H, S, D]), false, true).div(Math.sqrt(D));
      const hidden = tf.cast(tf.greater(tf.range(0, S), tf.range(S - T, S).expandDims(1)), 'float32');
      const out = tf.matMul(tf.softmax(scores.sub(hidden.mul(1e9))), v.reshape([B * H, S, D]));
      return times(right.merge(out.reshape([B, H, T, D])), wo);
    };
    const prefill: Prefill = (x_BTM, weights, { heads }) => {
      right.checkWeights('prefill', { x_BTM }, weights, heads);
      return tf.tidy(() => {
        const [q, k_BHSD, v_BHSD] = project(x_BTM, weights, heads);
        return { out_BTM: attend(q, k_BHSD, v_BHSD, weights.wo), cache: { k_BHSD, v_BHSD } };
      });
    };
    const decodeStep: DecodeStep = (x_B1M, weights, cache, { heads }) => {
      right.checkWeights('decodeStep', { x_B1M }, weights, heads);
      right.checkCache('decodeStep', x_B1M, cache, heads);
      return tf.tidy(() => {
        const [q, k, v] = project(x_B1M, weights, heads);
        const [k_BHSD, v_BHSD] = [tf.concat([cache.k_BHSD, k], 2), tf.concat([cache.v_BHSD, v], 2)];
        return { out_B1M: attend(q, k_BHSD, v_BHSD, weights.wo), cache: { k_BHSD, v_BHSD } };
      });
    };
    return { prefill, decodeStep };
  })(),
  /** Old keys and the new one are scored apart, the two parts share one softmax, spelled out; the scores are scaled. */
  twoParts: {
    prefill: build({
      softmax: (scores) => {
        const exp = tf.exp(tf.sub(scores, tf.max(scores, -1, true)));
        return tf.div(exp, tf.sum(exp, -1, true));
      },
    }).prefill,
    decodeStep: ((x_B1M, weights, cache, options) =>
      tf.tidy(() => {
        const { q, longer } = projectStep(x_B1M, weights, cache, options);
        const S = cache.k_BHSD.shape[2];
        const [B, H, , D] = q.shape;
        const newest = (x: tf.Tensor4D) => tf.slice(x, [0, 0, S, 0], [B, H, 1, D]);
        const [k, v] = [newest(longer.k_BHSD), newest(longer.v_BHSD)];
        const old = tf.matMul(cache.k_BHSD, q, false, true).div(Math.sqrt(D));
        const own = tf.sum(tf.mul(q, k), -1, true).div(Math.sqrt(D));
        const largest = S === 0 ? own : tf.maximum(tf.max(old, 2, true), own);
        const [oldExp, ownExp] = [tf.exp(tf.sub(old, largest)), tf.exp(tf.sub(own, largest))];
        const sum = tf.add(tf.sum(oldExp, 2, true), ownExp);
        const out = tf.add(tf.matMul(oldExp, cache.v_BHSD, true), tf.mul(ownExp, v)).div(sum) as tf.Tensor4D;
        return { out_B1M: times(right.merge(out), weights.wo), cache: longer };
      })) as DecodeStep,
  },
};

/**
 * Submissions to grouped-query-attention: `wrong` ones make one mistake each, `alternates` are right but written
 * differently. `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireMask } from '../../exercises/arguments';
import { groupedQueryAttention as solution } from '../../solutions/08-grouped-query-attention/grouped-query-attention';

type Options = { causal?: boolean; mask?: tf.Tensor };
type Attention = (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, options?: Options) => tf.Tensor4D;
type Allowed = tf.Tensor | undefined;

/** The steps of the solution, each of which a wrong variant can replace. H and G are read off the shapes. */
interface Steps {
  check: (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, options: Options) => void;
  /** [B,H,T,S], scaled. */
  scores: (q: tf.Tensor4D, k: tf.Tensor4D) => tf.Tensor4D;
  /** Broadcasts to [B,H,T,S]. */
  allowed: (T: number, S: number, options: Options, G: number) => Allowed;
  weights: (scores: tf.Tensor4D, allowed: Allowed) => tf.Tensor4D;
  /** [B,H,T,V]. */
  out: (weights: tf.Tensor4D, v: tf.Tensor4D) => tf.Tensor4D;
}

/** Left [B,H,T,X] times right [B,G,X,Y], or its transpose: [B,H,T,Y]. */
function groupedProduct(left: tf.Tensor4D, right: tf.Tensor4D, transposed: boolean): tf.Tensor4D {
  const [B, H, T, X] = left.shape;
  const rows = tf.matMul(left.reshape([B, right.shape[1], -1, X]), right, false, transposed);
  return rows.reshape([B, H, T, -1]);
}

const right: Steps = {
  check: (q_BHTD, k_BGSD, v_BGSV, { mask }) => {
    const fn = 'groupedQueryAttention';
    const { B, H, G, T, S } = axes(fn, { q_BHTD, k_BGSD, v_BGSV });
    if (H % G !== 0) throw new RangeError(`${fn}: H is ${H}, not a multiple of G, ${G}`);
    requireMask(fn, mask, [B, H, T, S]);
  },
  scores: (q, k) => groupedProduct(tf.mul(q, 1 / Math.sqrt(q.shape[3])), k, true),
  allowed: (T, S, { mask, causal }) => {
    const past = causal ? tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1)) : undefined;
    return mask && past ? tf.logicalAnd(mask, past) : (mask ?? past);
  },
  weights: (scores, allowed) =>
    allowed ? tf.mul(tf.softmax(tf.where(allowed, scores, -1e9)), tf.cast(allowed, 'float32')) : tf.softmax(scores),
  out: (weights, v) => groupedProduct(weights, v, false),
};

function attention(changed: Partial<Steps>): { groupedQueryAttention: Attention } {
  const steps = { ...right, ...changed };
  return {
    groupedQueryAttention: (q, k, v, options = {}) => {
      steps.check(q, k, v, options);
      return tf.tidy(() => {
        const allowed = steps.allowed(q.shape[2], k.shape[2], options, k.shape[1]);
        return steps.out(steps.weights(steps.scores(q, k), allowed), v);
      });
    },
  };
}

/** The solution, with something done around it. */
const around = (groupedQueryAttention: Attention) => ({ groupedQueryAttention });

/** Heads counted as [outer, inner] put in the order [inner, outer]. */
function headsSwapped(x: tf.Tensor4D, outer: number, inner: number): tf.Tensor4D {
  const [B, H, T, X] = x.shape;
  return tf.transpose(x.reshape([B, outer, inner, T * X]), [0, 2, 1, 3]).reshape([B, H, T, X]);
}

/** A product in which head h uses group h mod G. */
function productInTurn(left: tf.Tensor4D, right: tf.Tensor4D, transposed: boolean): tf.Tensor4D {
  const [H, G] = [left.shape[1], right.shape[1]];
  return headsSwapped(groupedProduct(headsSwapped(left, H / G, G), right, transposed), G, H / G);
}

/** [B,G,S,X] as [B,H,S,X]. */
function repeated(x: tf.Tensor4D, H: number): tf.Tensor4D {
  const [B, G, S, X] = x.shape;
  return x
    .reshape([B, G, 1, S * X])
    .tile([1, 1, H / G, 1])
    .reshape([B, H, S, X]);
}

const scaled = (q: tf.Tensor4D) => tf.mul(q, 1 / Math.sqrt(q.shape[3])) as tf.Tensor4D;

export const wrong = {
  noScale: attention({ scores: (q, k) => groupedProduct(q, k, true) }),
  groupsInTurn: attention({
    scores: (q, k) => productInTurn(scaled(q), k, true),
    out: (weights, v) => productInTurn(weights, v, false),
  }),
  batchAxesWrap: attention({
    scores: (q, k) => {
      const [B, H, T, D] = q.shape;
      const [, G, S] = k.shape;
      const five = scaled(q).reshape([B, G, H / G, T, D]);
      return tf.matMul(five, k.reshape([B, G, 1, S, D]), false, true).reshape([B, H, T, S]);
    },
    out: (weights, v) => {
      const [B, H, T, S] = weights.shape;
      const [, G, , V] = v.shape;
      const five = weights.reshape([B, G, H / G, T, S]);
      return tf.matMul(five, v.reshape([B, G, 1, S, V])).reshape([B, H, T, V]);
    },
  }),
  multiQueryBroadcasts: attention({
    scores: (q, k) => (k.shape[1] === 1 ? tf.matMul(scaled(q), k, false, true) : right.scores(q, k)) as tf.Tensor4D,
    out: (weights, v) => (v.shape[1] === 1 ? tf.matMul(weights, v) : right.out(weights, v)) as tf.Tensor4D,
  }),
  firstGroupOnly: attention({
    scores: (q, k) => right.scores(q, tf.slice(k, [0, 0, 0, 0], [-1, 1, -1, -1])),
    out: (weights, v) => right.out(weights, tf.slice(v, [0, 0, 0, 0], [-1, 1, -1, -1])),
  }),
  groupsAveraged: attention({
    scores: (q, k) => right.scores(q, tf.mean(k, 1, true)),
    out: (weights, v) => right.out(weights, tf.mean(v, 1, true)),
  }),
  valuesInTurn: attention({ out: (weights, v) => productInTurn(weights, v, false) }),
  headsOutOfOrder: attention({
    out: (weights, v) => {
      const [H, G] = [weights.shape[1], v.shape[1]];
      return headsSwapped(right.out(weights, v), G, H / G);
    },
  }),
  maskInverted: attention({
    allowed: (T, S, options, G) =>
      right.allowed(T, S, options.mask ? { ...options, mask: tf.logicalNot(options.mask) } : options, G),
  }),
  maskIgnored: attention({ allowed: (T, S, { causal }, G) => right.allowed(T, S, { causal }, G) }),
  maskOfFirstHead: attention({
    allowed: (T, S, options, G) => {
      const allowed = right.allowed(T, S, options, G);
      if (!allowed || allowed.rank < 3) return allowed;
      const [B, H, rows, columns] = [...Array(4 - allowed.rank).fill(1), ...allowed.shape];
      if (H === 1) return allowed;
      const grouped = allowed.reshape([B, G, H / G, rows * columns]);
      const first = tf.slice(grouped, [0, 0, 0, 0], [-1, -1, 1, -1]);
      return tf.tile(first, [1, 1, H / G, 1]).reshape([B, H, rows, columns]);
    },
  }),
  causalIgnored: attention({ allowed: (T, S, { mask }, G) => right.allowed(T, S, { mask }, G) }),
  causalTopLeft: attention({
    allowed: (T, S, { mask, causal }) => {
      const past = causal ? tf.lessEqual(tf.range(0, S), tf.range(0, T).expandDims(1)) : undefined;
      return mask && past ? tf.logicalAnd(mask, past) : (mask ?? past);
    },
  }),
  causalOverFoldedRows: around((q, k, v, options = {}) => {
    right.check(q, k, v, options);
    return tf.tidy(() => {
      const [B, H, T] = q.shape;
      const [, G, S] = k.shape;
      const R = (H / G) * T;
      const scores = right.scores(q, k);
      // Row r of R is taken for query r of R.
      const past = tf.lessEqual(tf.range(0, S), tf.range(S - R, S).expandDims(1));
      const past_BHTS = tf.broadcastTo(past, [B, G, R, S]).reshape([B, H, T, S]);
      const { mask } = options;
      const allowed = options.causal ? (mask ? tf.logicalAnd(mask, past_BHTS) : past_BHTS) : mask;
      return right.out(right.weights(scores, allowed), v);
    });
  }),
  emptyRowAverages: attention({
    weights: (scores, allowed) => tf.softmax(allowed ? tf.where(allowed, scores, -1e9) : scores) as tf.Tensor4D,
  }),
  patchedNaN: attention({
    weights: (scores, allowed) => {
      if (!allowed) return tf.softmax(scores);
      const weights = tf.softmax(tf.where(allowed, scores, -Infinity));
      return tf.where(tf.isNaN(weights), tf.zerosLike(weights), weights) as tf.Tensor4D;
    },
  }),
  softmaxOverflows: attention({
    weights: (scores, allowed) => {
      const exp = allowed ? tf.mul(tf.exp(scores), tf.cast(allowed, 'float32')) : tf.exp(scores);
      return tf.div(exp, tf.maximum(tf.sum(exp, -1, true), 1e-9));
    },
  }),
  repeatsKeys: attention({
    scores: (q, k) => tf.matMul(scaled(q), repeated(k, q.shape[1]), false, true) as tf.Tensor4D,
    out: (weights, v) => tf.matMul(weights, repeated(v, weights.shape[1])) as tf.Tensor4D,
  }),
  productThenSum: attention({
    scores: (q, k) => {
      const [B, H, T, D] = q.shape;
      const [, G, S] = k.shape;
      const products = tf.mul(scaled(q).reshape([B, G, -1, 1, D]), k.reshape([B, G, 1, S, D]));
      return tf.sum(products, -1).reshape([B, H, T, S]);
    },
  }),
  groupByGroup: around((q, k, v, options = {}) => {
    right.check(q, k, v, options);
    return tf.tidy(() => {
      const [B, H, T] = q.shape;
      const [, G, S] = k.shape;
      const R = H / G;
      const part = (x: tf.Tensor, first: number, size: number) =>
        tf.slice(x, [0, first, 0, 0], [-1, size, -1, -1]) as tf.Tensor4D;
      const mask = options.mask && tf.broadcastTo(options.mask, [B, H, T, S]);
      const groups = [...Array(G).keys()].map((g) =>
        solution(part(q, g * R, R), part(k, g, 1), part(v, g, 1), { ...options, mask: mask && part(mask, g * R, R) }),
      );
      return tf.concat(groups, 1);
    });
  }),
  leaksScores: around((q, k, v, options) => {
    const out = solution(q, k, v, options);
    tf.keep(tf.tidy(() => right.scores(q, k)));
    return out;
  }),
  disposesInputs: around((q, k, v, options) => {
    const out = solution(q, k, v, options);
    tf.dispose([q, k, v]);
    return out;
  }),
  acceptsAnyShape: attention({ check: () => {} }),
};

export const alternates = {
  /** Batch and groups folded into one axis; the scale on the scores; the mask additive, with softmax spelled out. */
  foldedGroups: around((q_BHTD, k_BGSD, v_BGSV, options = {}) => {
    right.check(q_BHTD, k_BGSD, v_BGSV, options);
    return tf.tidy(() => {
      const [B, H, T, D] = q_BHTD.shape;
      const [, G, S, V] = v_BGSV.shape;
      const [q, k, v] = [q_BHTD.reshape([B * G, -1, D]), k_BGSD.reshape([-1, S, D]), v_BGSV.reshape([-1, S, V])];
      const scores = tf.matMul(q, k, false, true).div(Math.sqrt(D)).reshape([B, H, T, S]);
      const allowed = right.allowed(T, S, options, G);
      const open = allowed && tf.cast(allowed, 'float32');
      const visible = open ? scores.add(open.sub(1).mul(1e9)) : scores;
      const exp = tf.exp(visible.sub(visible.max(-1, true)));
      const kept = open ? exp.mul(open) : exp;
      const weights = kept.div(tf.maximum(kept.sum(-1, true), 1e-9));
      return tf.matMul(weights.reshape([B * G, -1, S]), v).reshape([B, H, T, V]) as tf.Tensor4D;
    });
  }),
  /** Keys times queries, so that the scores come out transposed: [B,G,S,rows]. */
  keysTimesQueries: around((q_BHTD, k_BGSD, v_BGSV, options = {}) => {
    right.check(q_BHTD, k_BGSD, v_BGSV, options);
    return tf.tidy(() => {
      const [B, H, T, D] = q_BHTD.shape;
      const [, G, S, V] = v_BGSV.shape;
      const columns = tf.transpose(q_BHTD.reshape([B, G, -1, D]), [0, 1, 3, 2]);
      const scores = tf.transpose(tf.matMul(k_BGSD, columns), [0, 1, 3, 2]).reshape([B, H, T, S]);
      const weights = right.weights(scores.div(Math.sqrt(D)), right.allowed(T, S, options, G));
      const out = tf.matMul(v_BGSV, weights.reshape([B, G, -1, S]), true, true);
      return tf.transpose(out, [0, 1, 3, 2]).reshape([B, H, T, V]) as tf.Tensor4D;
    });
  }),
};

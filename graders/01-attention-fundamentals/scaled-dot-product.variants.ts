/**
 * Submissions to scaled-dot-product: `wrong` ones make one mistake each, `alternates` are right but written differently.
 * `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireMask } from '../../exercises/arguments';
import { scaledDotProduct as solution } from '../../solutions/01-attention-fundamentals/scaled-dot-product';

type Options = { mask?: tf.Tensor; causal?: boolean; scale?: number };
type Attention = (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, options?: Options) => tf.Tensor4D;

/** The steps of the solution, each of which a wrong variant can replace. */
interface Steps {
  scale: (D: number, options: Options) => number;
  scores: (q: tf.Tensor4D, k: tf.Tensor4D) => tf.Tensor;
  allowed: (T: number, S: number, options: Options) => tf.Tensor | undefined;
  weights: (scores: tf.Tensor, allowed: tf.Tensor | undefined) => tf.Tensor;
  out: (weights: tf.Tensor, v: tf.Tensor4D) => tf.Tensor;
}

const right: Steps = {
  scale: (D, options) => options.scale ?? 1 / Math.sqrt(D),
  scores: (q, k) => tf.matMul(q, k, false, true),
  allowed: (T, S, { mask, causal }) => {
    const past = causal ? tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1)) : undefined;
    return mask && past ? tf.logicalAnd(mask, past) : (mask ?? past);
  },
  weights: (scores, allowed) =>
    allowed ? tf.mul(tf.softmax(tf.where(allowed, scores, -1e9)), tf.cast(allowed, 'float32')) : tf.softmax(scores),
  out: (weights, v) => tf.matMul(weights, v),
};

function attention(changed: Partial<Steps>): { scaledDotProduct: Attention } {
  const steps = { ...right, ...changed };
  return {
    scaledDotProduct: (q_BHTD, k_BHSD, v_BHSV, options = {}) => {
      const { B, H, T, S, D } = axes('scaledDotProduct', { q_BHTD, k_BHSD, v_BHSV });
      requireMask('scaledDotProduct', options.mask, [B, H, T, S]);
      return tf.tidy(() => {
        const scores = tf.mul(steps.scores(q_BHTD, k_BHSD), steps.scale(D, options));
        return steps.out(steps.weights(scores, steps.allowed(T, S, options)), v_BHSV) as tf.Tensor4D;
      });
    },
  };
}

/** softmax as the formula reads, without taking the maximum off: exp overflows from 89 on. */
function naiveSoftmax(scores: tf.Tensor): tf.Tensor {
  const exp = tf.exp(scores);
  return tf.div(exp, tf.sum(exp, -1, true));
}

export const wrong = {
  noScale: attention({ scale: (_, options) => options.scale ?? 1 }),
  scaleByD: attention({ scale: (D, options) => options.scale ?? 1 / D }),
  scaleIgnored: attention({ scale: (D) => 1 / Math.sqrt(D) }),
  softmaxOverQueries: attention({
    weights: (scores, allowed) =>
      tf.transpose(
        right.weights(
          tf.transpose(scores, [0, 1, 3, 2]),
          allowed && tf.transpose(tf.broadcastTo(allowed, scores.shape), [0, 1, 3, 2]),
        ),
        [0, 1, 3, 2],
      ),
  }),
  maskInverted: attention({
    allowed: (T, S, options) =>
      right.allowed(T, S, options.mask ? { ...options, mask: tf.logicalNot(options.mask) } : options),
  }),
  maskIgnored: attention({ allowed: (T, S, options) => right.allowed(T, S, { causal: options.causal }) }),
  causalIgnored: attention({ allowed: (T, S, options) => right.allowed(T, S, { mask: options.mask }) }),
  causalTopLeft: attention({
    allowed: (T, S, { mask, causal }) => {
      const past = causal ? tf.lessEqual(tf.range(0, S), tf.range(0, T).expandDims(1)) : undefined;
      return mask && past ? tf.logicalAnd(mask, past) : (mask ?? past);
    },
  }),
  causalStrict: attention({
    allowed: (T, S, { mask, causal }) => {
      const past = causal ? tf.less(tf.range(0, S), tf.range(S - T, S).expandDims(1)) : undefined;
      return mask && past ? tf.logicalAnd(mask, past) : (mask ?? past);
    },
  }),
  emptyRowAverages: attention({
    weights: (scores, allowed) => tf.softmax(allowed ? tf.where(allowed, scores, -1e9) : scores),
  }),
  emptyRowNaN: attention({
    weights: (scores, allowed) => tf.softmax(allowed ? tf.where(allowed, scores, -Infinity) : scores),
  }),
  maskMultiplied: attention({
    weights: (scores, allowed) => tf.softmax(allowed ? tf.mul(scores, tf.cast(allowed, 'float32')) : scores),
  }),
  maskAfterSoftmax: attention({
    weights: (scores, allowed) =>
      allowed ? tf.mul(tf.softmax(scores), tf.cast(allowed, 'float32')) : tf.softmax(scores),
  }),
  softmaxOverflows: attention({
    weights: (scores, allowed) =>
      allowed
        ? tf.div(
            tf.mul(tf.exp(scores), tf.cast(allowed, 'float32')),
            tf.maximum(tf.sum(tf.mul(tf.exp(scores), tf.cast(allowed, 'float32')), -1, true), 1e-30),
          )
        : naiveSoftmax(scores),
  }),
  headByHead: {
    scaledDotProduct: ((q, k, v, options) => {
      axes('scaledDotProduct', { q_BHTD: q, k_BHSD: k, v_BHSV: v });
      requireMask('scaledDotProduct', options?.mask, [q.shape[0], q.shape[1], q.shape[2], k.shape[2]]);
      return tf.tidy(() => {
        const head = (x: tf.Tensor4D, h: number) => tf.slice(x, [0, h, 0, 0], [-1, 1, -1, -1]);
        const mask = options?.mask && tf.broadcastTo(options.mask, [q.shape[0], q.shape[1], q.shape[2], k.shape[2]]);
        const heads = [...Array(q.shape[1]).keys()].map((h) =>
          solution(head(q, h), head(k, h), head(v, h), { ...options, mask: mask && head(mask as tf.Tensor4D, h) }),
        );
        return tf.concat(heads, 1);
      });
    }) as Attention,
  },
  leaksScores: {
    scaledDotProduct: ((q, k, v, options) => {
      const out = solution(q, k, v, options);
      tf.keep(tf.matMul(q, k, false, true));
      return out;
    }) as Attention,
  },
  disposesInputs: {
    scaledDotProduct: ((q, k, v, options) => {
      const out = solution(q, k, v, options);
      tf.dispose([q, k, v]);
      return out;
    }) as Attention,
  },
  acceptsAnyShape: {
    scaledDotProduct: ((q, k, v, options = {}) =>
      tf.tidy(() => {
        const [T, S, D] = [q.shape[2], k.shape[2], q.shape[3]];
        const scores = tf.mul(tf.matMul(q, k, false, true), right.scale(D, options));
        return tf.matMul(right.weights(scores, right.allowed(T, S, options)), v);
      })) as Attention,
  },
};

export const alternates = {
  /** Scales the scores, not the queries, and softmax is spelled out. */
  softmaxByHand: attention({
    weights: (scores, allowed) => {
      const visible = allowed ? tf.where(allowed, scores, -1e9) : scores;
      const exp = tf.exp(tf.sub(visible, tf.max(visible, -1, true)));
      const kept = allowed ? tf.mul(exp, tf.cast(allowed, 'float32')) : exp;
      return tf.div(kept, tf.maximum(tf.sum(kept, -1, true), 1e-9));
    },
  }),
  /** Batch and heads folded into one axis; the mask is additive. */
  foldedHeads: {
    scaledDotProduct: ((q_BHTD, k_BHSD, v_BHSV, options = {}) => {
      const { B, H, T, S, D, V } = axes('scaledDotProduct', { q_BHTD, k_BHSD, v_BHSV });
      requireMask('scaledDotProduct', options.mask, [B, H, T, S]);
      return tf.tidy(() => {
        const [q, k, v] = [q_BHTD.reshape([-1, T, D]), k_BHSD.reshape([-1, S, D]), v_BHSV.reshape([-1, S, V])];
        const scores = tf.matMul(q, tf.transpose(k, [0, 2, 1])).mul(right.scale(D, options));
        const allowed = right.allowed(T, S, options);
        if (!allowed) return tf.matMul(tf.softmax(scores), v).reshape([B, H, T, V]);
        const open = tf.broadcastTo(tf.cast(allowed, 'float32'), [B, H, T, S]).reshape([-1, T, S]);
        const weights = tf.softmax(scores.add(open.sub(1).mul(1e9)));
        return tf.matMul(weights.mul(open.max(-1, true)), v).reshape([B, H, T, V]);
      });
    }) as Attention,
  },
};

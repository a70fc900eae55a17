/**
 * Submissions to multi-head-attention: `wrong` ones make one mistake each, `alternates` are right but written
 * differently. `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger, requireMask, requireTensor } from '../../exercises/arguments';
import {
  multiHeadAttention as solution,
  type MultiHeadWeights as Weights,
} from '../../solutions/02-multi-head-attention/multi-head-attention';

type Options = { heads: number; context_BSM?: tf.Tensor3D; mask?: tf.Tensor; causal?: boolean };
type MultiHead = (x: tf.Tensor3D, weights: Weights, options: Options) => tf.Tensor3D;
type Allowed = tf.Tensor | undefined;

/** The steps of the solution, each of which a wrong variant can replace. */
interface Steps {
  check: (x: tf.Tensor3D, weights: Weights, options: Options) => void;
  project: (x: tf.Tensor3D, w: tf.Tensor2D, bias?: tf.Tensor1D) => tf.Tensor3D;
  split: (x: tf.Tensor3D, H: number) => tf.Tensor;
  scale: (D: number, M: number) => number;
  allowed: (T: number, S: number, options: Options) => Allowed;
  weights: (scores: tf.Tensor, allowed: Allowed) => tf.Tensor;
  merge: (heads: tf.Tensor, shape: number[]) => tf.Tensor3D;
  output: (joined: tf.Tensor3D, weights: Weights, allowed: Allowed) => tf.Tensor3D;
  sources: (x: tf.Tensor3D, context: tf.Tensor3D) => tf.Tensor3D[];
}

const right: Steps = {
  check: (x_BTM, { wq, wk, wv, wo, bq, bk, bv, bo }, { heads, context_BSM, mask }) => {
    const fn = 'multiHeadAttention';
    for (const [name, value] of Object.entries({ x_BTM, wq, wk, wv, wo })) requireTensor(fn, name, value, 'float32');
    const matrices = { wq_MM: wq, wk_MM: wk, wv_MM: wv, wo_MM: wo };
    const { B, M, T, S = T } = axes(fn, { x_BTM, context_BSM, ...matrices, bq_M: bq, bk_M: bk, bv_M: bv, bo_M: bo });
    requireInteger(fn, 'heads', heads);
    if (M % heads !== 0) throw new RangeError(`${fn}: M is ${M}, not a multiple of heads, ${heads}`);
    requireMask(fn, mask, [B, heads, T, S]);
  },
  project: (x, w, bias) => {
    const rows = tf.matMul(x.reshape([-1, w.shape[0]]), w);
    return (bias ? rows.add(bias) : rows).reshape(x.shape);
  },
  split: (x, H) => tf.transpose(x.reshape([x.shape[0], x.shape[1], H, -1]), [0, 2, 1, 3]),
  scale: (D) => 1 / Math.sqrt(D),
  allowed: (T, S, { mask, causal }) => {
    const past = causal ? tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1)) : undefined;
    return mask && past ? tf.logicalAnd(mask, past) : (mask ?? past);
  },
  weights: (scores, allowed) =>
    allowed ? tf.mul(tf.softmax(tf.where(allowed, scores, -1e9)), tf.cast(allowed, 'float32')) : tf.softmax(scores),
  merge: (heads, shape) => tf.transpose(heads, [0, 2, 1, 3]).reshape(shape) as tf.Tensor3D,
  output: (joined, { wo, bo }) => right.project(joined, wo, bo),
  sources: (x, context) => [x, context, context],
};

function multiHead(changed: Partial<Steps>): { multiHeadAttention: MultiHead } {
  const steps = { ...right, ...changed };
  return {
    multiHeadAttention: (x, weights, options) => {
      steps.check(x, weights, options);
      return tf.tidy(() => {
        const { wq, wk, wv, bq, bk, bv } = weights;
        const context = options.context_BSM ?? x;
        const [fromQ, fromK, fromV] = steps.sources(x, context);
        const M = x.shape[2];
        const q = steps.split(steps.project(fromQ, wq, bq), options.heads);
        const k = steps.split(steps.project(fromK, wk, bk), options.heads);
        const v = steps.split(steps.project(fromV, wv, bv), options.heads);
        const scores = tf.matMul(q, k, false, true).mul(steps.scale(M / options.heads, M));
        const allowed = steps.allowed(x.shape[1], context.shape[1], options);
        const heads = tf.matMul(steps.weights(scores, allowed), v);
        return steps.output(steps.merge(heads, x.shape), weights, allowed);
      });
    },
  };
}

/** The solution, with something done around it. */
const around = (multiHeadAttention: MultiHead) => ({ multiHeadAttention });

export const wrong = {
  noScale: multiHead({ scale: () => 1 }),
  scaleByModelWidth: multiHead({ scale: (_, M) => 1 / Math.sqrt(M) }),
  splitWithoutTranspose: multiHead({ split: (x, H) => x.reshape([x.shape[0], H, x.shape[1], x.shape[2] / H]) }),
  mergeWithoutTranspose: multiHead({ merge: (heads, shape) => heads.reshape(shape) as tf.Tensor3D }),
  columnsDealtOut: multiHead({
    split: (x, H) => tf.transpose(x.reshape([x.shape[0], x.shape[1], -1, H]), [0, 3, 1, 2]),
    merge: (heads, shape) => tf.transpose(heads, [0, 2, 3, 1]).reshape(shape) as tf.Tensor3D,
  }),
  attendsAcrossHeads: multiHead({
    split: (x, H) => x.reshape([x.shape[0], x.shape[1], H, -1]),
    merge: (heads, shape) => heads.reshape(shape) as tf.Tensor3D,
  }),
  noOutputProjection: multiHead({ output: (joined, { bo }) => (bo ? tf.add(joined, bo) : joined) }),
  headsInWrongPlaces: multiHead({ merge: (heads, shape) => right.merge(tf.reverse(heads, 1), shape) }),
  weightsTransposed: multiHead({
    project: (x, w, bias) => right.project(x, tf.transpose(w) as tf.Tensor2D, bias),
    output: (joined, { wo, bo }) => right.project(joined, tf.transpose(wo) as tf.Tensor2D, bo),
  }),
  biasesIgnored: multiHead({
    project: (x, w) => right.project(x, w),
    output: (joined, { wo }) => right.project(joined, wo),
  }),
  outputBiasBeforeWo: multiHead({
    output: (joined, { wo, bo }) => right.project(bo ? tf.add(joined, bo) : joined, wo),
  }),
  contextIgnored: around((x, weights, options) => {
    right.check(x, weights, options);
    return solution(x, weights, { ...options, context_BSM: undefined });
  }),
  valuesFromX: multiHead({ sources: (x, context) => [x, context, x] }),
  queriesFromContext: multiHead({ sources: (_, context) => [context, context, context] }),
  maskInverted: multiHead({
    allowed: (T, S, options) =>
      right.allowed(T, S, options.mask ? { ...options, mask: tf.logicalNot(options.mask) } : options),
  }),
  maskIgnored: multiHead({ allowed: (T, S, options) => right.allowed(T, S, { ...options, mask: undefined }) }),
  causalIgnored: multiHead({ allowed: (T, S, options) => right.allowed(T, S, { ...options, causal: false }) }),
  causalTopLeft: multiHead({
    allowed: (T, S, { mask, causal }) => {
      const past = causal ? tf.lessEqual(tf.range(0, S), tf.range(0, T).expandDims(1)) : undefined;
      return mask && past ? tf.logicalAnd(mask, past) : (mask ?? past);
    },
  }),
  emptyRowAverages: multiHead({
    weights: (scores, allowed) => tf.softmax(allowed ? tf.where(allowed, scores, -1e9) : scores),
  }),
  emptyRowLosesBias: multiHead({
    output: (joined, weights, allowed) => {
      const y = right.output(joined, weights, allowed);
      if (!allowed) return y;
      const [B, T] = joined.shape;
      // A row of y is kept if any head had anything to attend to.
      const four = allowed.reshape([...Array(4 - allowed.rank).fill(1), ...allowed.shape]);
      const any_BT1 = tf.any(four, [1, 3]).expandDims(-1);
      return tf.mul(y, tf.cast(tf.broadcastTo(any_BT1, [B, T, 1]), 'float32'));
    },
  }),
  softmaxOverflows: multiHead({
    weights: (scores, allowed) => {
      const exp = allowed ? tf.mul(tf.exp(scores), tf.cast(allowed, 'float32')) : tf.exp(scores);
      return tf.div(exp, tf.maximum(tf.sum(exp, -1, true), 1e-9));
    },
  }),
  batchedWeights: multiHead({
    project: (x, w, bias) => {
      const product = tf.matMul(x, w) as tf.Tensor3D;
      return bias ? tf.add(product, bias) : product;
    },
    output: (joined, { wo, bo }) => {
      const product = tf.matMul(joined, wo) as tf.Tensor3D;
      return bo ? tf.add(product, bo) : product;
    },
  }),
  patchedNaN: multiHead({
    weights: (scores, allowed) => {
      if (!allowed) return tf.softmax(scores);
      const weights = tf.softmax(tf.where(allowed, scores, -Infinity));
      return tf.where(tf.isNaN(weights), tf.zerosLike(weights), weights);
    },
  }),
  headByHead: around((x, weights, options) => {
    right.check(x, weights, options);
    return tf.tidy(() => {
      const { wq, wk, wv, wo, bq, bk, bv, bo } = weights;
      const [B, T, M] = x.shape;
      const context = options.context_BSM ?? x;
      const S = context.shape[1];
      const D = M / options.heads;
      const allowed = right.allowed(T, S, options);
      const full = allowed && tf.broadcastTo(allowed, [B, options.heads, T, S]);
      const outputs = [...Array(options.heads).keys()].map((h) => {
        const part = (from: tf.Tensor3D, w: tf.Tensor2D, bias?: tf.Tensor1D) => {
          const rows = tf.matMul(from.reshape([-1, M]), tf.slice(w, [0, h * D], [M, D]));
          return (bias ? rows.add(tf.slice(bias, h * D, D)) : rows).reshape([B, -1, D]);
        };
        const scores = tf.matMul(part(x, wq, bq), part(context, wk, bk), false, true).div(Math.sqrt(D));
        const mine = full && tf.slice(full, [0, h, 0, 0], [B, 1, T, S]).reshape([B, T, S]);
        return tf.matMul(right.weights(scores, mine), part(context, wv, bv));
      });
      return right.project(tf.concat(outputs, -1) as tf.Tensor3D, wo, bo);
    });
  }),
  readsBack: multiHead({
    merge: (heads, shape) => tf.tensor(right.merge(heads, shape).dataSync(), shape as [number, number, number]),
  }),
  leaksProjection: around((x, weights, options) => {
    const out = solution(x, weights, options);
    tf.keep(tf.tidy(() => right.project(x, weights.wq)));
    return out;
  }),
  disposesInputs: around((x, weights, options) => {
    const out = solution(x, weights, options);
    tf.dispose([x, weights.wq, weights.wk, weights.wv, weights.wo]);
    return out;
  }),
  acceptsAnyShape: multiHead({ check: () => {} }),
};

export const alternates = {
  /** One product for q, k and v where x attends to itself, else one for k and v. */
  fusedProjections: around((x, weights, options) => {
    right.check(x, weights, options);
    return tf.tidy(() => {
      const { wq, wk, wv, wo, bo } = weights;
      const [B, T, M] = x.shape;
      const context = options.context_BSM ?? x;
      const S = context.shape[1];
      const [bq, bk, bv] = [weights.bq, weights.bk, weights.bv].map((bias) => bias ?? tf.zeros([M]));
      const apply = (from: tf.Tensor3D, matrices: tf.Tensor2D[], biases: tf.Tensor[]) =>
        tf.split(tf.matMul(from.reshape([-1, M]), tf.concat(matrices, 1)).add(tf.concat(biases)), matrices.length, 1);
      const [q, k, v] = options.context_BSM
        ? [tf.matMul(x.reshape([-1, M]) as tf.Tensor2D, wq).add(bq), ...apply(context, [wk, wv], [bk, bv])]
        : apply(x, [wq, wk, wv], [bq, bk, bv]);
      const heads = (rows: tf.Tensor, L: number) => right.split(rows.reshape([B, L, M]) as tf.Tensor3D, options.heads);
      const scores = tf.matMul(heads(q, T), heads(k, S), false, true).div(Math.sqrt(M / options.heads));
      const attended = tf.matMul(right.weights(scores, right.allowed(T, S, options)), heads(v, S));
      return right.project(right.merge(attended, [B, T, M]), wo, bo);
    });
  }),
  /** Heads in front: [H,B,L,D]. Nothing is joined: every head meets its own rows of Wo, and the heads are summed. */
  sumOverHeads: around((x, weights, options) => {
    right.check(x, weights, options);
    return tf.tidy(() => {
      const [B, T, M] = x.shape;
      const H = options.heads;
      const context = options.context_BSM ?? x;
      const S = context.shape[1];
      const headsFirst = (from: tf.Tensor3D, w: tf.Tensor2D, bias: tf.Tensor1D | undefined, factor: number) =>
        tf.transpose(
          right
            .project(from, w, bias)
            .mul(factor)
            .reshape([B, -1, H, M / H]),
          [2, 0, 1, 3],
        );
      const q = headsFirst(x, weights.wq, weights.bq, Math.sqrt(H / M));
      const k = headsFirst(context, weights.wk, weights.bk, 1);
      const v = headsFirst(context, weights.wv, weights.bv, 1);
      const scores_HBTS = tf.matMul(q, tf.transpose(k, [0, 1, 3, 2]));
      const allowed = right.allowed(T, S, options);
      const open = tf.cast(tf.broadcastTo(allowed ?? tf.ones([1], 'bool'), [B, H, T, S]), 'float32');
      const open_HBTS = tf.transpose(open, [1, 0, 2, 3]);
      const weights_HBTS = tf.softmax(scores_HBTS.add(open_HBTS.sub(1).mul(1e9))).mul(open_HBTS);
      const heads = tf.matMul(weights_HBTS, v).reshape([H, B * T, M / H]);
      const y = tf.sum(tf.matMul(heads, weights.wo.reshape([H, M / H, M])), 0);
      return (weights.bo ? tf.add(y, weights.bo) : y).reshape([B, T, M]) as tf.Tensor3D;
    });
  }),
};

import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/01-attention-fundamentals/scaled-dot-product';
import { axes, requireMask } from '../../exercises/arguments';
import {
  anyShape,
  causalMistakes,
  defineMistakes,
  disposesInputs,
  headByHead,
  maskMistakes,
  maskRemembered,
  optionsRequired,
  softmaxOverflows,
  softmaxOverQueries,
} from '../../kit/author/mistakes';
import type * as solution from '../../solutions/01-attention-fundamentals/scaled-dot-product';

const EMPTIED = "tf.mul(tf.softmax(masked_BHTS), tf.cast(allowed, 'float32'))";
const SOFTMAX_ALONE = [EMPTIED, 'tf.softmax(masked_BHTS)'];
const MASKED = 'tf.where(allowed, scores_BHTS, -1e9)';
const DEFAULT_SCALE = '1 / Math.sqrt(D)';
const SCALED = 'tf.mul(q_BHTD, scale)';
const REQUIRED = "requireMask('scaledDotProduct', mask, [B, H, T, S]);";

export default defineMistakes<typeof solution, typeof stub>({
  noScale: {
    edit: [DEFAULT_SCALE, '1'],
    says: 'The scores are not divided by √D. Their variance grows with D, and the softmax saturates.',
  },
  scaleByD: {
    edit: [DEFAULT_SCALE, '1 / D'],
    says: 'The scores are divided by D. The standard deviation of a dot product grows as √D.',
  },
  scaleByV: {
    edit: [DEFAULT_SCALE, '1 / Math.sqrt(v_BHSV.shape[3])'],
    says: 'The scores are divided by √V, the width of the values. A dot product of queries and keys has D terms.',
  },
  scaleIgnored: { edit: [SCALED, `tf.mul(q_BHTD, ${DEFAULT_SCALE})`], says: 'The option scale has no effect.' },
  zeroScaleIgnored: {
    edit: [SCALED, `tf.mul(q_BHTD, scale || ${DEFAULT_SCALE})`],
    says: 'A scale of 0 is replaced by the default. `||` replaces every 0; use `??` or a default value, which replace only undefined.',
  },
  scaleRemembered: {
    edit: [SCALED, 'tf.mul(q_BHTD, remembered(D, scale))'],
    with: `
const scales = new Map<number, number>();
function remembered(D: number, scale: number): number {
  if (!scales.has(D)) scales.set(D, scale);
  return scales.get(D) as number;
}`,
    says: 'The scale of an earlier call is used again. Another call with the same D may have another scale, so compute it in every call.',
  },
  scaledTwice: {
    edit: ['k_BHSD, false, true', 'tf.mul(k_BHSD, scale), false, true'],
    says: 'Queries and keys are both scaled, so the scale counts twice. Scale one of them, or the scores.',
  },
  dividesByScale: {
    edit: [DEFAULT_SCALE, 'Math.sqrt(D)', SCALED, 'tf.div(q_BHTD, scale)'],
    says: 'The scores are divided by the option scale. They are multiplied by it; its default is 1/√D.',
  },
  scalesWeights: {
    edit: [SCALED, 'q_BHTD'],
    everywhere: ['tf.softmax(', 'scaledSoftmax(scale, '],
    with: 'const scaledSoftmax = (scale: number, scores: tf.Tensor) => tf.mul(tf.softmax(scores), scale);',
    says: 'The scale is applied after the softmax. It belongs on the scores, before the softmax.',
  },
  keysReshaped: {
    edit: ['k_BHSD, false, true', 'tf.reshape(k_BHSD, [B, H, D, S])'],
    says: 'The keys are reshaped from [S,D] to [D,S], which mixes their numbers. Transpose them: the last argument of tf.matMul does.',
  },
  softmaxOverQueries,
  maskInverted: {
    edit: ['(T, S, mask, causal);', '(T, S, mask && tf.logicalNot(mask), causal);'],
    says: 'The mask is read the wrong way round. True means that the query may attend.',
  },
  maskIgnored: { edit: ['(T, S, mask, causal);', '(T, S, undefined, causal);'], says: 'The mask has no effect.' },
  causalIgnored: {
    edit: ['(T, S, mask, causal);', '(T, S, mask, false);'],
    says: 'The option causal has no effect, so queries see the future.',
  },
  ...causalMistakes,
  emptyRowAverages: {
    edit: SOFTMAX_ALONE,
    says: 'A query that may attend to nothing gets the mean of all values. It must get zeros.',
  },
  emptyRowNaN: {
    edit: [...SOFTMAX_ALONE, '-1e9', '-Infinity'],
    says: 'A row in which all scores are −Infinity makes the softmax divide 0 by 0.',
  },
  maskMultiplied: {
    edit: [...SOFTMAX_ALONE, MASKED, "tf.mul(scores_BHTS, tf.cast(allowed, 'float32'))"],
    says: 'Masked scores are set to 0. That is a score like any other: exp(0) is 1.',
  },
  maskAfterSoftmax: {
    edit: ['tf.softmax(masked_BHTS)', 'tf.softmax(scores_BHTS)'],
    says: 'The mask is applied after the softmax, so the remaining weights no longer sum to one.',
  },
  ...maskMistakes,
  causalTooWeak: {
    edit: ['-1e9', '-1e4', EMPTIED, `mask || T > S ? ${EMPTIED} : tf.softmax(masked_BHTS)`],
    says: maskMistakes.maskTooWeak.says,
  },
  maskAfterCausal: {
    edit: [
      MASKED,
      `causal ? tf.where(allowedPairs(T, S, undefined, true) as tf.Tensor, scores_BHTS, -1e9) : scores_BHTS`,
    ],
    says: 'The option mask is applied after the softmax, so the remaining weights no longer sum to one. Apply it before, as causal is.',
  },
  softmaxOverflows,
  nanPatched: {
    edit: [EMPTIED, 'tf.where(tf.isNaN(tf.softmax(masked_BHTS)), 0, tf.softmax(masked_BHTS))', '-1e9', '-Infinity'],
    says: 'NaN is replaced after the softmax. The values are right, but the gradient passes through the NaN; do not let it arise.',
  },
  maskAfterSoftmaxDivided: {
    edit: [EMPTIED, 'dividedBySum(tf.mul(tf.softmax(scores_BHTS), tf.cast(allowed, "float32")))'],
    with: 'const dividedBySum = (kept: tf.Tensor) => tf.div(kept, tf.maximum(tf.sum(kept, -1, true), 1e-9));',
    says: 'The mask is applied after the softmax, and the rest is divided by its sum. If a masked score is far above the visible ones, their weights are already 0.',
  },
  maskRemembered,
  optionsRequired,
  causalRowByRow: {
    edit: ['tf.lessEqual(tf.range(0, S), lastVisible_T1)', 'rowByRow(T, S)'],
    with: `
function rowByRow(T: number, S: number): tf.Tensor {
  const rows = Array.from({ length: T }, (_, t) => tf.lessEqual(tf.range(0, S), t + S - T));
  return tf.stack(rows);
}`,
    says: 'The causal mask is built row by row. One comparison of a row of key positions with a column of query positions makes the whole mask.',
  },
  headByHead: headByHead('scaledDotProduct', ['q_BHTD', 'k_BHSD', 'v_BHSV'], { mask: 'BHTS' }),
  leaksMask: {
    edit: ['tf.lessEqual(tf.range(0, S), lastVisible_T1)', 'kept(T, S, tf.lessEqual(tf.range(0, S), lastVisible_T1))'],
    with: `
const masks = new Map<string, tf.Tensor>();
function kept(T: number, S: number, mask: tf.Tensor): tf.Tensor {
  const key = T + 'x' + S;
  if (!masks.has(key)) masks.set(key, tf.keep(mask));
  return masks.get(key) as tf.Tensor;
}`,
    says: 'The causal mask is kept for later calls. Every new length leaves one in memory; build it in every call.',
  },
  leaksScale: {
    edit: [SCALED, 'tf.mul(q_BHTD, tf.keep(tf.scalar(scale)))'],
    says: 'The scale is a tensor that stays in memory after the call. Make it inside tf.tidy, or use a plain number.',
  },
  leaksScores: {
    edit: [
      'return tf.matMul(weights_BHTS, v_BHSV);',
      'tf.keep(tf.clone(scores_BHTS));\n    return tf.matMul(weights_BHTS, v_BHSV);',
    ],
    says: "A tensor of the scores' size stays in memory after the call.",
  },
  disposesInputs,
  acceptsAnyShape: anyShape,
});

type Attention = typeof stub.scaledDotProduct;

/** True where a query may attend; undefined where every query may attend to every key. */
function allowedPairs(T: number, S: number, mask?: tf.Tensor, causal?: boolean): tf.Tensor | undefined {
  const past = causal ? tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1)) : undefined;
  return mask && past ? tf.logicalAnd(mask, past) : (mask ?? past);
}

/** Scales the scores, not the queries, and the softmax is written out. */
const softmaxByHand: Attention = (q_BHTD, k_BHSD, v_BHSV, options = {}) => {
  const { B, H, T, S, D } = axes('scaledDotProduct', { q_BHTD, k_BHSD, v_BHSV });
  requireMask('scaledDotProduct', options.mask, [B, H, T, S]);
  return tf.tidy(() => {
    const scores = tf.mul(tf.matMul(q_BHTD, k_BHSD, false, true), options.scale ?? 1 / Math.sqrt(D));
    const allowed = allowedPairs(T, S, options.mask, options.causal);
    const visible = allowed ? tf.where(allowed, scores, -1e9) : scores;
    const exp = tf.exp(tf.sub(visible, tf.max(visible, -1, true)));
    const kept = allowed ? tf.mul(exp, tf.cast(allowed, 'float32')) : exp;
    const weights = tf.div(kept, tf.maximum(tf.sum(kept, -1, true), 1e-9));
    return tf.matMul(weights, v_BHSV) as tf.Tensor4D;
  });
};

/** Batch and heads folded into one axis; the mask is additive. */
const foldedHeads: Attention = (q_BHTD, k_BHSD, v_BHSV, options = {}) => {
  const { B, H, T, S, D, V } = axes('scaledDotProduct', { q_BHTD, k_BHSD, v_BHSV });
  requireMask('scaledDotProduct', options.mask, [B, H, T, S]);
  return tf.tidy(() => {
    const [q, k, v] = [q_BHTD.reshape([-1, T, D]), k_BHSD.reshape([-1, S, D]), v_BHSV.reshape([-1, S, V])];
    const scores = tf.matMul(q, tf.transpose(k, [0, 2, 1])).mul(options.scale ?? 1 / Math.sqrt(D));
    const allowed = allowedPairs(T, S, options.mask, options.causal);
    if (!allowed) return tf.matMul(tf.softmax(scores), v).reshape([B, H, T, V]);
    const open = tf.broadcastTo(tf.cast(allowed, 'float32'), [B, H, T, S]).reshape([-1, T, S]);
    const weights = tf.softmax(scores.add(open.sub(1).mul(1e9)));
    return tf.matMul(weights.mul(open.max(-1, true)), v).reshape([B, H, T, V]);
  });
};

export const alternates = {
  /** The causal mask from tf.linalg.bandPart, of ones. */
  bandPart: {
    edit: [
      'const lastVisible_T1 = tf.range(S - T, S).expandDims(1);',
      'const all_TS = tf.ones<tf.Rank.R2>([T, S]);',
      'tf.lessEqual(tf.range(0, S), lastVisible_T1)',
      `S >= T
      ? tf.cast(tf.linalg.bandPart(all_TS, -1, S - T), 'bool')
      : tf.logicalNot(tf.cast(tf.linalg.bandPart(all_TS, T - S - 1, -1), 'bool'))`,
    ],
  },
  /** The mask is added as 0 or a very low number. */
  additiveMask: {
    edit: [MASKED, "tf.add(scores_BHTS, tf.mul(tf.sub(1, tf.cast(allowed, 'float32')), -1e9))"],
  },
  /** tf.where sets the weights of masked keys to zero. */
  emptiedByWhere: { edit: [EMPTIED, 'tf.where(allowed, tf.softmax(masked_BHTS), 0)'] },
  /** A row with nothing allowed is emptied as a whole, after the product with the values. */
  emptiedRows: {
    edit: [
      ...SOFTMAX_ALONE,
      'return tf.matMul(weights_BHTS, v_BHSV);',
      "return tf.mul(tf.matMul(weights_BHTS, v_BHSV), tf.cast(tf.any(allowed, -1, true), 'float32'));",
    ],
  },
  /** One more key, whose score is above masked ones and below visible ones, takes the weight of an empty row. */
  sinkColumn: {
    edit: [
      EMPTIED,
      'tf.softmax(tf.concat([masked_BHTS, tf.fill([B, H, T, 1], -1e8)], -1)).slice([0, 0, 0, 0], [-1, -1, -1, S])',
    ],
  },
  /** One sequence after another. */
  sequenceBySequence: {
    edit: [
      REQUIRED,
      `${REQUIRED}
  const of = <X extends tf.Tensor>(x: X, b: number) => (x.rank === 4 && x.shape[0] > 1 ? tf.slice(x, b, 1) : x);
  const alone = (q: tf.Tensor4D, b: number) =>
    scaledDotProduct(q, of(k_BHSD, b), of(v_BHSV, b), { ...options, mask: mask && of(mask, b) });
  if (B > 1) return tf.tidy(() => tf.concat(tf.split(q_BHTD, B).map(alone)));`,
    ],
  },
  softmaxByHand: { scaledDotProduct: softmaxByHand },
  foldedHeads: { scaledDotProduct: foldedHeads },
};

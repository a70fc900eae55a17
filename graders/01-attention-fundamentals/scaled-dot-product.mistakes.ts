import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/01-attention-fundamentals/scaled-dot-product';
import { axes, requireMask } from '../../exercises/arguments';
import {
  anyShape,
  defineMistakes,
  disposesInputs,
  headByHead,
  softmaxOverflows,
  softmaxOverQueries,
} from '../../kit/author/mistakes';
import type * as solution from '../../solutions/01-attention-fundamentals/scaled-dot-product';

const SOFTMAX_ALONE = ["tf.mul(tf.softmax(masked_BHTS), tf.cast(allowed, 'float32'))", 'tf.softmax(masked_BHTS)'];

export default defineMistakes<typeof solution, typeof stub>({
  noScale: {
    edit: ['1 / Math.sqrt(D)', '1'],
    says: 'The scores are not divided by √D. Their variance grows with D, and the softmax saturates.',
  },
  scaleByD: {
    edit: ['1 / Math.sqrt(D)', '1 / D'],
    says: 'The scores are divided by D. The standard deviation of a dot product grows as √D.',
  },
  scaleIgnored: {
    edit: ['tf.mul(q_BHTD, scale)', 'tf.mul(q_BHTD, 1 / Math.sqrt(D))'],
    says: 'The option scale has no effect.',
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
  causalTopLeft: {
    edit: ['tf.range(S - T, S)', 'tf.range(0, T)'],
    says: 'With T ≠ S the causal mask is aligned with the first key. The last query belongs to the last key.',
  },
  causalStrict: {
    edit: ['tf.lessEqual', 'tf.less'],
    says: 'A query does not see its own position. Causal means s ≤ t + S − T; equality is allowed.',
  },
  emptyRowAverages: {
    edit: SOFTMAX_ALONE,
    says: 'A query that may attend to nothing gets the mean of all values. It must get zeros.',
  },
  emptyRowNaN: {
    edit: [...SOFTMAX_ALONE, '-1e9', '-Infinity'],
    says: 'A row in which all scores are −Infinity makes the softmax divide 0 by 0.',
  },
  maskMultiplied: {
    edit: [
      ...SOFTMAX_ALONE,
      'tf.where(allowed, scores_BHTS, -1e9)',
      "tf.mul(scores_BHTS, tf.cast(allowed, 'float32'))",
    ],
    says: 'Masked scores are set to 0. That is a score like any other: exp(0) is 1.',
  },
  maskAfterSoftmax: {
    edit: ['tf.softmax(masked_BHTS)', 'tf.softmax(scores_BHTS)'],
    says: 'The mask is applied after the softmax, so the remaining weights no longer sum to one.',
  },
  softmaxOverflows,
  headByHead: headByHead('scaledDotProduct', ['q_BHTD', 'k_BHSD', 'v_BHSV'], { mask: 'BHTS' }),
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
  softmaxByHand: { scaledDotProduct: softmaxByHand },
  foldedHeads: { scaledDotProduct: foldedHeads },
};

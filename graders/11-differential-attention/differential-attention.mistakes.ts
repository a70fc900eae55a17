import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/11-differential-attention/differential-attention';
import { axes, requireInteger, requireTensor } from '../../exercises/arguments';
import {
  anyShape,
  defineMistakes,
  disposesInputs,
  maskTooWeak,
  sizesBroadcast,
  softmaxOverflows,
  softmaxOverQueries,
} from '../../kit/author/mistakes';
import type * as solution from '../../solutions/11-differential-attention/differential-attention';

type Differential = typeof stub.differentialAttention;

const DOTS = 'tf.sub(expOfDot(lambdaQ1_D, lambdaK1_D), expOfDot(lambdaQ2_D, lambdaK2_D))';
const FIRST = 'attentionMap(q1_BHTD, k1_BHSD, past_TS)';
const SECOND = 'attentionMap(q2_BHTD, k2_BHSD, past_TS)';
const DIFFERENCE = 'tf.sub(first_BHTS, tf.mul(lambda, second_BHTS))';
const SEEN = "past_TS ? tf.mul(difference_BHTS, tf.cast(past_TS, 'float32')) : difference_BHTS";
const HEADS = 'tf.matMul(seen_BHTS, v_BHSV)';
const WEIGHTED = 'normWeight_V ? tf.mul(normed_BHTV, normWeight_V) : normed_BHTV';
const MASKED = 'tf.where(past_TS, scores_BHTS, -1e9)';
const PAST = 'tf.lessEqual(tf.range(0, S), tf.expandDims(tf.range(S - T, S), 1))';
const SCORES = 'tf.matMul(tf.div(q_BHTD, Math.sqrt(q_BHTD.shape[3])), k_BHSD, false, true)';
const LAMBDA_INIT = '0.8 - 0.6 * Math.exp(-0.3 * (depth - 1))';
const SIZES = "const { T, S } = axes('differentialAttention', { ...required, normWeight_V });";
const SCALED = 'tf.mul(weighted_BHTV, 1 - lambdaInit)';

export default defineMistakes<typeof solution, typeof stub>({
  depthFromZero: {
    edit: ['(depth - 1)', 'depth'],
    says: 'λ_init is that of the next layer. Here depth counts from 1, so the exponent is −0.3 · (depth − 1).',
  },
  depthIgnored: {
    edit: [LAMBDA_INIT, '0.8'],
    says: 'λ_init is 0.8 in every layer. It starts at 0.2 in the first and comes near 0.8 in deep ones.',
  },
  lambdaInitRemembered: {
    edit: [LAMBDA_INIT, `(kept.lambdaInit ??= ${LAMBDA_INIT})`],
    with: 'const kept: { lambdaInit?: number } = {};',
    says: 'λ_init of the first call is used again in every other. Compute it from the depth of each call.',
  },
  lambdaIsLambdaInit: {
    // Uses the vectors, so that their gradients are zero and not missing.
    edit: [DOTS, `tf.mul(${DOTS}, 0)`],
    says: 'λ stays at λ_init. The four vectors make it learnable.',
  },
  lambdaSignsExchanged: {
    edit: [DOTS, 'tf.sub(expOfDot(lambdaQ2_D, lambdaK2_D), expOfDot(lambdaQ1_D, lambdaK1_D))'],
    says: 'The signs of the two exponentials in λ are exchanged. The first is added, the second subtracted.',
  },
  exponentialsAdded: {
    edit: [DOTS, DOTS.replace('tf.sub', 'tf.add')],
    says: 'Both exponentials are added to λ. The second is subtracted.',
  },
  lambdaClamped: {
    edit: [`tf.add(${DOTS}, lambdaInit)`, `tf.clipByValue(tf.add(${DOTS}, lambdaInit), 0, 1)`],
    says: 'λ is cut off at 0 and 1. Nothing confines it: below 0 the second map is added, above 1 it weighs more than the first.',
  },
  lambdaWithoutExp: {
    edit: ['tf.exp(tf.sum(tf.mul(a_D, b_D)))', 'tf.sum(tf.mul(a_D, b_D))'],
    says: 'The dot products enter λ as they are. Apply exp to each first.',
  },
  lambdaWithoutStart: {
    edit: [`tf.add(${DOTS}, lambdaInit)`, DOTS],
    says: 'λ_init is not added to λ. With all vectors zero, λ would be zero, and the second map would be lost.',
  },
  expBeforeSum: {
    edit: ['tf.exp(tf.sum(tf.mul(a_D, b_D)))', 'tf.sum(tf.exp(tf.mul(a_D, b_D)))'],
    says: 'exp is applied to every product, and then the results are summed. It must be exp of the dot product, one number.',
  },
  lambdaOnTheFirst: {
    edit: [DIFFERENCE, 'tf.sub(second_BHTS, tf.mul(lambda, first_BHTS))'],
    says: 'The maps are exchanged: it is A₁ − λ A₂.',
  },
  lambdaOnBoth: {
    edit: [DIFFERENCE, 'tf.mul(lambda, tf.sub(first_BHTS, second_BHTS))'],
    says: 'λ multiplies both maps. Only the second is multiplied: A₁ − λ A₂.',
  },
  lambdaIsOne: {
    edit: [DIFFERENCE, 'tf.sub(first_BHTS, second_BHTS)'],
    says: 'The second map is subtracted as it is. Multiply it by λ first.',
  },
  absoluteDifference: {
    edit: [DIFFERENCE, `tf.abs(${DIFFERENCE})`],
    says: 'The sign of the difference is dropped. A weight may be negative, and the output needs it.',
  },
  mapsAdded: {
    edit: [DIFFERENCE, DIFFERENCE.replace('tf.sub', 'tf.add')],
    says: 'The second map is added. What both maps have in common must cancel.',
  },
  differenceOfScores: {
    edit: [
      FIRST,
      'scoresOf(q1_BHTD, k1_BHSD)',
      SECOND,
      'scoresOf(q2_BHTD, k2_BHSD)',
      DIFFERENCE,
      `masked(${DIFFERENCE}, past_TS)`,
    ],
    with: `
const scoresOf = (q: tf.Tensor4D, k: tf.Tensor4D) => tf.matMul(tf.div(q, Math.sqrt(q.shape[3])), k, false, true);
const masked = (scores: tf.Tensor, past?: tf.Tensor) => tf.softmax(past ? tf.where(past, scores, -1e9) : scores);`,
    says: 'The scores are subtracted, and one softmax follows. There must be two softmaxes, and the difference may be negative.',
  },
  negativesClipped: {
    edit: [DIFFERENCE, `tf.relu(${DIFFERENCE})`],
    says: 'Negative weights are set to zero. A difference may be negative, and the output needs it.',
  },
  scaleOfFullHead: {
    edit: ['Math.sqrt(q_BHTD.shape[3])', 'Math.sqrt(2 * q_BHTD.shape[3])'],
    says: 'The scores are divided by √(2D). Each map has queries of D values, whatever the width of the values.',
  },
  scaleWithoutRoot: {
    edit: ['Math.sqrt(q_BHTD.shape[3])', 'q_BHTD.shape[3]'],
    says: 'The scores are divided by D. Divide by its root: the standard deviation of a dot product grows as √D.',
  },
  scaleOfFirstMapOnly: {
    edit: [SECOND, SECOND.replace('q2_BHTD', 'tf.mul(q2_BHTD, Math.sqrt(q2_BHTD.shape[3])) as tf.Tensor4D')],
    says: 'Only the scores of the first map are divided by √D. Divide those of both.',
  },
  softmaxOverQueries,
  noScale: {
    edit: ['tf.div(q_BHTD, Math.sqrt(q_BHTD.shape[3]))', 'q_BHTD'],
    says: 'The scores are not divided by √D. Their variance grows with D, and the softmax saturates.',
  },
  halvesMixed: {
    edit: [FIRST, FIRST.replace('k1', 'k2'), SECOND, SECOND.replace('k2', 'k1')],
    says: 'The first queries are multiplied with the second keys. Each map has its own pair.',
  },
  softmaxOverflows,
  noNorm: {
    edit: [`rmsNorm(${HEADS})`, HEADS],
    says: 'The heads are not normalised. Without the norm their size depends on λ and on how much of the two maps cancels.',
  },
  normOfEachMap: {
    edit: [
      `rmsNorm(${HEADS})`,
      'tf.sub(rmsNorm(valuesOf(first_BHTS)), tf.mul(lambda, rmsNorm(valuesOf(second_BHTS))))',
      `const seen_BHTS = ${SEEN};`,
      `const valuesOf = (map: tf.Tensor) => tf.matMul(past_TS ? tf.mul(map, tf.cast(past_TS, 'float32')) : map, v_BHSV);`,
    ],
    says: 'The output of each map is normalised before the difference. First subtract, then normalise.',
  },
  sumOfSquares: {
    edit: ['tf.mean(tf.square(x_BHTV), -1, true)', 'tf.sum(tf.square(x_BHTV), -1, true)'],
    says: 'The norm divides by the root of the sum of squares. RMS norm takes their mean, over the V values.',
  },
  meanOver2D: {
    edit: [`rmsNorm(${HEADS})`, `normOver(${HEADS}, 2 * q1_BHTD.shape[3])`],
    with: `
function normOver(x_BHTV: tf.Tensor, width: number): tf.Tensor {
  const meanSquare_BHT1 = tf.div(tf.sum(tf.square(x_BHTV), -1, true), width);
  return tf.div(x_BHTV, tf.sqrt(tf.add(meanSquare_BHT1, NORM_EPSILON)));
}`,
    says: 'The mean square divides by 2D. It is the mean of V values, and V need not be 2D.',
  },
  insistsOnV2D: {
    edit: [
      SIZES,
      `const { T, S, D, V } = axes('differentialAttention', { ...required, normWeight_V });
  if (V !== 2 * D) throw new RangeError('V is ' + V);`,
    ],
    says: 'V other than 2D is refused. 2D is usual, but any V is valid.',
  },
  normOverQueries: {
    edit: ['tf.mean(tf.square(x_BHTV), -1, true)', 'tf.mean(tf.square(x_BHTV), 2, true)'],
    says: 'The mean square runs over the queries. Each query is normalised by itself, over its V values.',
  },
  layerNorm: {
    edit: [`rmsNorm(${HEADS})`, `rmsNorm(centred(${HEADS}))`],
    with: 'const centred = (x: tf.Tensor) => tf.sub(x, tf.mean(x, -1, true));',
    says: 'The mean is subtracted before the norm. RMS norm only divides.',
  },
  normOverHeads: {
    edit: ['tf.mean(tf.square(x_BHTV), -1, true)', 'tf.mean(tf.square(x_BHTV), [1, 3], true)'],
    says: 'The mean square runs over all heads. Each head is normalised by itself, since their sizes differ.',
  },
  epsilonOutsideRoot: {
    edit: ['tf.sqrt(tf.add(meanSquare_BHT1, NORM_EPSILON))', 'tf.add(tf.sqrt(meanSquare_BHT1), NORM_EPSILON)'],
    says: '1e-5 is added after the root. Add it to the mean square, under the root; small outputs need it there.',
  },
  epsilonTooSmall: {
    edit: ['NORM_EPSILON = 1e-5', 'NORM_EPSILON = 1e-6'],
    says: 'The number under the root is 1e-6. Here it is 1e-5, and small outputs show the difference.',
  },
  epsilonForgotten: {
    edit: ['tf.sqrt(tf.add(meanSquare_BHT1, NORM_EPSILON))', 'tf.sqrt(meanSquare_BHT1)'],
    says: 'Nothing is added under the root, so an output of zeros becomes 0/0. Add 1e-5 to the mean square.',
  },
  normWeightFirst: {
    edit: [
      `rmsNorm(${HEADS})`,
      `rmsNorm(normWeight_V ? tf.mul(${HEADS}, normWeight_V) : ${HEADS})`,
      WEIGHTED,
      'normed_BHTV',
    ],
    says: 'The weight is multiplied before the norm. First divide by the root mean square, then multiply by the weight.',
  },
  normWeightPlusOne: {
    edit: [WEIGHTED, WEIGHTED.replace('normWeight_V)', 'tf.add(normWeight_V, 1))')],
    says: 'The norm is multiplied by 1 + weight. Here the weight is multiplied as it is.',
  },
  normWeightIgnored: {
    edit: [WEIGHTED, 'normed_BHTV'],
    says: 'The option normWeight has no effect.',
  },
  noOutputScale: { edit: [SCALED, 'weighted_BHTV'], says: 'The factor 1 − λ_init at the end is missing.' },
  outputTimesLambdaInit: {
    edit: [SCALED, SCALED.replace('1 - lambdaInit', 'lambdaInit')],
    says: 'The last factor is λ_init. It must be 1 − λ_init.',
  },
  outputScaledByLambda: {
    edit: [SCALED, 'tf.mul(weighted_BHTV, tf.sub(1, lambda))'],
    says: 'The last factor is 1 − λ. It must be 1 − λ_init, which does not change in training.',
  },
  causalIgnored: {
    edit: [PAST, "tf.ones([T, S], 'bool')"],
    says: 'The option causal has no effect, so queries see the future.',
  },
  causalFirstMapOnly: {
    edit: [
      FIRST,
      `visible(${FIRST}, past_TS)`,
      SECOND,
      SECOND.replace('past_TS', 'undefined'),
      SEEN,
      'difference_BHTS',
    ],
    with: `
const visible = (map: tf.Tensor, past?: tf.Tensor) => (past ? tf.mul(map, tf.cast(past, 'float32')) : map);`,
    says: 'Only the first map is causal. The second shows the future too, with a minus sign.',
  },
  causalStrict: {
    edit: ['tf.lessEqual', 'tf.less'],
    says: 'A query does not see its own position. Causal means s ≤ t + S − T; equality is allowed.',
  },
  maskTooWeak,
  maskAfterSoftmax: {
    edit: [`past_TS ? ${MASKED} : scores_BHTS`, 'scores_BHTS'],
    says: 'The mask is applied after the softmax, so the remaining weights of a map no longer sum to one.',
  },
  maskMultiplied: {
    edit: [MASKED, "tf.mul(scores_BHTS, tf.cast(past_TS, 'float32'))", SEEN, 'difference_BHTS'],
    says: 'Masked scores are set to 0. That is a score like any other: exp(0) is 1.',
  },
  causalTopLeft: {
    edit: ['tf.range(S - T, S)', 'tf.range(0, T)'],
    says: 'With T ≠ S the causal mask is aligned with the first key. The last query belongs to the last key.',
  },
  emptyRowAverages: {
    edit: [SEEN, 'difference_BHTS'],
    says: 'A query that may attend to nothing still gets a mean of values, which the norm makes large. It must get zeros.',
  },
  emptyRowNaN: {
    edit: [SEEN, 'difference_BHTS', '-1e9', '-Infinity'],
    says: 'A row in which all scores are −Infinity makes the softmax divide 0 by 0.',
  },
  queryByQuery: {
    edit: [
      SCORES,
      `tf.concat(
    tf.split(q_BHTD, q_BHTD.shape[2], 2).map((q_BH1D) => ${SCORES.replaceAll('q_BHTD', 'q_BH1D')}),
    2,
  )`,
    ],
    says: 'The queries are multiplied one after another. One matrix product computes the scores of all of them.',
  },
  scoresByBroadcast: {
    edit: [
      SCORES,
      'tf.sum(tf.mul(tf.expandDims(tf.div(q_BHTD, Math.sqrt(q_BHTD.shape[3])), 3), tf.expandDims(k_BHSD, 2)), -1)',
    ],
    says: 'Every product of a query with a key is stored before it is summed, which is D times the scores. Use tf.matMul.',
  },
  lambdaDownloaded: {
    edit: [
      'return tf.exp(tf.sum(tf.mul(a_D, b_D)));',
      `const [a, b] = [a_D.dataSync(), b_D.dataSync()];
  return tf.scalar(Math.exp(a.reduce((sum, value, d) => sum + value * b[d], 0)));`,
    ],
    says: 'λ is computed in JavaScript. That waits for the device, and no gradient reaches the λ vectors.',
  },
  leaksMap: {
    edit: ['const normed_BHTV', 'tf.keep(tf.clone(seen_BHTS));\n    const normed_BHTV'],
    says: "A tensor of the maps' size stays in memory after the call.",
  },
  disposesInputs,
  sizesBroadcast,
  acceptsAnyShape: anyShape,
});

function check(input: stub.Input, options: stub.Options) {
  const { lambdaQ1_D, lambdaK1_D, lambdaQ2_D, lambdaK2_D, depth, normWeight_V } = options;
  const required = { ...input, lambdaQ1_D, lambdaK1_D, lambdaQ2_D, lambdaK2_D };
  for (const [name, x] of Object.entries(required)) requireTensor('differentialAttention', name, x, 'float32');
  requireInteger('differentialAttention', 'depth', depth);
  return axes('differentialAttention', { ...required, normWeight_V });
}

/** λ_init, and λ as a tensor. */
function lambdasOf({ lambdaQ1_D, lambdaK1_D, lambdaQ2_D, lambdaK2_D, depth }: stub.Options) {
  const start = 0.8 - 0.6 * Math.exp(-0.3 * (depth - 1));
  const [first, second] = [tf.dot(lambdaQ1_D, lambdaK1_D), tf.dot(lambdaQ2_D, lambdaK2_D)];
  return { start, lambda: tf.add(tf.sub(tf.exp(first), tf.exp(second)), start) };
}

const pastOf = (T: number, S: number) => tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1));
const scoresOf = (q: tf.Tensor, k: tf.Tensor, D: number) => tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(D));

const headByHead: Differential = (input, options) => {
  const { H } = check(input, options);
  const head = (x: tf.Tensor4D, h: number) => tf.slice(x, [0, h, 0, 0], [-1, 1, -1, -1]);
  const of = (h: number) => Object.fromEntries(Object.entries(input).map(([name, x]) => [name, head(x, h)]));
  return tf.tidy(() => {
    const heads = [...Array(H).keys()].map((h) => softmaxByHand(of(h) as unknown as stub.Input, options));
    return tf.concat(heads, 1);
  });
};

/** Mask and softmax written out, the norm by rsqrt. */
const softmaxByHand: Differential = (input, options) => {
  const { T, S, D } = check(input, options);
  return tf.tidy(() => {
    const past = options.causal ? pastOf(T, S) : undefined;
    const map = (q: tf.Tensor, k: tf.Tensor) => {
      const scores = scoresOf(q, k, D);
      const visible = past ? tf.where(past, scores, -1e9) : scores;
      const exp = tf.exp(tf.sub(visible, tf.max(visible, -1, true)));
      const kept = past ? tf.mul(exp, tf.cast(past, 'float32')) : exp;
      return tf.div(kept, tf.maximum(tf.sum(kept, -1, true), 1e-9));
    };
    const { start, lambda } = lambdasOf(options);
    const second = tf.mul(lambda, map(input.q2_BHTD, input.k2_BHSD));
    const heads = tf.matMul(tf.sub(map(input.q1_BHTD, input.k1_BHSD), second), input.v_BHSV);
    const normed = tf.mul(heads, tf.rsqrt(tf.add(tf.mean(tf.square(heads), -1, true), 1e-5)));
    return tf.mul(options.normWeight_V ? tf.mul(normed, options.normWeight_V) : normed, 1 - start) as tf.Tensor4D;
  });
};

/** Both maps in one product and one softmax: the second half of the batch is the second map. */
const mapsAsOneBatch: Differential = (input, options) => {
  const { T, S, D } = check(input, options);
  return tf.tidy(() => {
    const q = tf.concat([input.q1_BHTD, input.q2_BHTD], 0);
    const k = tf.concat([input.k1_BHSD, input.k2_BHSD], 0);
    const past = options.causal ? pastOf(T, S) : undefined;
    const scores = scoresOf(q, k, D);
    const maps = past ? tf.mul(tf.softmax(tf.where(past, scores, -1e9)), tf.cast(past, 'float32')) : tf.softmax(scores);
    const [first, second] = tf.split(maps, 2, 0);
    const { start, lambda } = lambdasOf(options);
    const heads = tf.matMul(tf.sub(first, tf.mul(lambda, second)), input.v_BHSV);
    const normed = tf.div(heads, tf.sqrt(tf.add(tf.mean(tf.square(heads), -1, true), 1e-5)));
    const scaled = tf.mul(normed, 1 - start) as tf.Tensor4D;
    return options.normWeight_V ? tf.mul(scaled, options.normWeight_V) : scaled;
  });
};

export const alternates = {
  /** A product with the values for each map, as the authors do on top of FlashAttention. */
  twoValueProducts: {
    edit: [
      `const difference_BHTS = ${DIFFERENCE};`,
      `const valuesOf = (map: tf.Tensor) =>
      tf.matMul(past_TS ? tf.mul(map, tf.cast(past_TS, 'float32')) : map, v_BHSV);`,
      `const seen_BHTS = ${SEEN};`,
      '',
      HEADS,
      'tf.sub(valuesOf(first_BHTS), tf.mul(lambda, valuesOf(second_BHTS)))',
    ],
  },
  /** Head by head: this lecture is not about the number of kernels. */
  headByHead: { differentialAttention: headByHead },
  /** The causal mask from tf.linalg.bandPart. */
  bandPart: {
    edit: [
      PAST,
      `(S >= T
      ? tf.cast(tf.linalg.bandPart(tf.ones([T, S]), -1, S - T), 'bool')
      : tf.logicalNot(tf.cast(tf.linalg.bandPart(tf.ones([T, S]), T - S - 1, -1), 'bool')))`,
    ],
  },
  /** An additive mask. */
  additiveMask: {
    edit: [MASKED, "tf.add(scores_BHTS, tf.mul(tf.sub(tf.cast(past_TS, 'float32'), 1), 1e30))"],
  },
  softmaxByHand: { differentialAttention: softmaxByHand },
  mapsAsOneBatch: { differentialAttention: mapsAsOneBatch },
};

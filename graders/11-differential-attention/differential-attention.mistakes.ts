import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/11-differential-attention/differential-attention';
import { axes, requireInteger, requireTensor } from '../../exercises/arguments';
import { anyShape, defineMistakes, disposesInputs, sizesBroadcast, softmaxOverflows } from '../../kit/author/mistakes';
import type * as solution from '../../solutions/11-differential-attention/differential-attention';

type Differential = typeof stub.differentialAttention;

const DOTS = 'tf.sub(expOfDot(lambdaQ1_D, lambdaK1_D), expOfDot(lambdaQ2_D, lambdaK2_D))';
const FIRST = 'attentionMap(q1_BHTD, k1_BHSD, past_TS)';
const SECOND = 'attentionMap(q2_BHTD, k2_BHSD, past_TS)';
const DIFFERENCE = 'tf.sub(first_BHTS, tf.mul(lambda, second_BHTS))';
const SEEN = "past_TS ? tf.mul(difference_BHTS, tf.cast(past_TS, 'float32')) : difference_BHTS";
const HEADS = 'tf.matMul(seen_BHTS, v_BHSV)';
const SCALED = 'tf.mul(weighted_BHTV, 1 - lambdaInit)';

export default defineMistakes<typeof solution, typeof stub>({
  depthFromZero: {
    edit: ['(depth - 1)', 'depth'],
    says: 'λ_init is that of the next layer. Here depth counts from 1, so the exponent is −0.3 · (depth − 1).',
  },
  lambdaIsLambdaInit: {
    // Uses the vectors, so that their gradients are zero and not missing.
    edit: [DOTS, `tf.mul(${DOTS}, 0)`],
    says: 'λ stays at λ_init. The four vectors make it learnable.',
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
  normWeightIgnored: {
    edit: ['normWeight_V ? tf.mul(normed_BHTV, normWeight_V) : normed_BHTV', 'normed_BHTV'],
    says: 'The option normWeight has no effect.',
  },
  noOutputScale: { edit: [SCALED, 'weighted_BHTV'], says: 'The factor 1 − λ_init at the end is missing.' },
  outputScaledByLambda: {
    edit: [SCALED, 'tf.mul(weighted_BHTV, tf.sub(1, lambda))'],
    says: 'The last factor is 1 − λ. It must be 1 − λ_init, which does not change in training.',
  },
  causalIgnored: {
    edit: ['tf.lessEqual(tf.range(0, S), tf.expandDims(tf.range(S - T, S), 1))', "tf.ones([T, S], 'bool')"],
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
    says: 'Each map is multiplied by the values. Combine the maps first; then one product is enough.',
  },
  headByHead: {
    instead: ({ differentialAttention: right }) => ({
      differentialAttention: (input, options) => {
        check(input, options);
        const head = (x: tf.Tensor4D, h: number) => tf.slice(x, [0, h, 0, 0], [-1, 1, -1, -1]);
        return tf.tidy(() => {
          const heads = [...Array(input.v_BHSV.shape[1]).keys()].map((h) => {
            const part = Object.fromEntries(Object.entries(input).map(([name, x]) => [name, head(x, h)]));
            return right(part as unknown as stub.Input, options);
          });
          return tf.concat(heads, 1);
        });
      },
    }),
    says: 'The heads are computed one after another. One matrix product computes all of them at once.',
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
  softmaxByHand: { differentialAttention: softmaxByHand },
  mapsAsOneBatch: { differentialAttention: mapsAsOneBatch },
};

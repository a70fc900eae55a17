import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/12-mixture-of-experts/top-k-gating';
import { axes, requireInteger } from '../../exercises/arguments';
import { anyShape, defineMistakes, disposesInputs, softmaxOverflows } from '../../kit/author/mistakes';
import type * as solution from '../../solutions/12-mixture-of-experts/top-k-gating';

type Gating = typeof stub.topKGating;

const RANKED = 'tf.topk(logits_TE, k).indices';
const CHOSEN = 'chosenOf(logits_TE, experts_TK);';
const KEPT_SUM = 'tf.sum(kept_TE, 1, true)';
const WEIGHTS = `renormalise ? tf.div(kept_TE, ${KEPT_SUM}) : kept_TE`;
const SHARES = 'tf.div(tf.mean(chosen_TE, 0), k)';
const MEAN_P = 'tf.mean(p_TE, 0)';
const BALANCE = 'tf.mul(tf.sum(tf.mul(f_E, meanP_E)), E)';
const Z_LOSS = 'tf.mean(tf.square(tf.logSumExp(logits_TE, 1)))';
/** All chosen probabilities of a token can underflow where they do not share a softmax. */
const BOUNDED = [KEPT_SUM, `tf.maximum(${KEPT_SUM}, 1e-30)`];
/** `choose` off the tape. */
const CONSTANT = `
function constant(logits: tf.Tensor2D, choose: () => tf.Tensor): tf.Tensor {
  return tf.customGrad(() => ({ value: choose(), gradFunc: (slope: tf.Tensor) => tf.zerosLike(slope) }))(logits);
}`;

const CHOSEN_TWICE =
  'A chosen expert is crossed out with 0, and is chosen again where all other probabilities have underflowed to 0. Cross it out with −1, or rank the logits.';
/** One argMax after another; `left` is what the next one sees. */
const roundsThatCrossOut = (left: string) => `
function winners(p_TE: tf.Tensor2D, k: number): tf.Tensor {
  const [T, E] = p_TE.shape;
  let left: tf.Tensor = p_TE;
  const rounds = [...Array(k).keys()].map(() => {
    const best = tf.reshape(tf.argMax(left, 1), [T, 1]);
    const isTaken = tf.equal(best, tf.range(0, E, 1, 'int32'));
    left = ${left};
    return best;
  });
  return tf.concat(rounds, 1);
}`;

export default defineMistakes<typeof solution, typeof stub>({
  alwaysRenormalises: {
    edit: [WEIGHTS, `tf.div(kept_TE, ${KEPT_SUM})`],
    says: 'The chosen probabilities are divided by their sum even where renormalise is false.',
  },
  neverRenormalises: {
    edit: [WEIGHTS, 'kept_TE'],
    says: 'The chosen probabilities do not sum to one. Divide them by their sum, unless renormalise is false.',
  },
  renormaliseByDefaultOff: {
    edit: ['renormalise = true', 'renormalise = false'],
    says: 'Without the option, the chosen probabilities are not divided by their sum. The default of renormalise is true.',
  },
  softmaxTwice: {
    edit: [
      WEIGHTS,
      `renormalise
      ? tf.mul(tf.softmax(tf.add(kept_TE, tf.mul(tf.sub(chosen_TE, 1), 1e9))), chosen_TE)
      : kept_TE`,
    ],
    says: 'The chosen probabilities go through a second softmax. Divide them by their sum, or take the softmax of the chosen logits.',
  },
  weightsFromLogits: {
    edit: [
      WEIGHTS,
      `renormalise
      ? tf.div(tf.mul(logits_TE, chosen_TE), tf.sum(tf.mul(logits_TE, chosen_TE), 1, true))
      : kept_TE`,
    ],
    says: 'The chosen logits are divided by their sum. It is the probabilities, after the softmax, that are divided by theirs.',
  },
  zerosInSoftmax: {
    edit: [WEIGHTS, 'renormalise ? tf.softmax(tf.mul(logits_TE, chosen_TE)) : kept_TE'],
    says: 'Logits that are not chosen are set to 0 before the softmax, so every expert gets a weight. exp(0) is 1; set them to −1e9, or set the weights to 0.',
  },
  maskedWithZero: {
    edit: [
      'tf.mul(p_TE, chosen_TE)',
      'tf.mul(renormalise ? tf.softmax(tf.mul(logits_TE, chosen_TE)) : p_TE, chosen_TE)',
      WEIGHTS,
      'kept_TE',
    ],
    says: 'Logits that are not chosen are set to 0 before the softmax. That is a logit like any other, and takes its share.',
  },
  onlyFirstWeighted: {
    edit: ['tf.mul(p_TE, chosen_TE)', 'tf.mul(p_TE, chosenOf(logits_TE, tf.slice(experts_TK, [0, 0], [-1, 1])))'],
    says: 'Only the first choice of each token gets a weight. All k chosen experts have one.',
  },
  leastProbable: {
    edit: [RANKED, 'tf.topk(tf.neg(logits_TE), k).indices'],
    says: 'The k experts with the smallest logits are chosen. Take the largest.',
  },
  softmaxOverflows,
  softmaxOverTokens: {
    edit: ['tf.softmax(logits_TE)', 'tf.transpose(tf.softmax(tf.transpose(logits_TE)))', ...BOUNDED],
    says: 'The softmax runs over the tokens. The experts compete for a token.',
  },
  sigmoidGates: {
    edit: ['tf.softmax(logits_TE)', 'tf.sigmoid(logits_TE)', ...BOUNDED],
    says: 'Each probability is a sigmoid on its own. Here the experts share one softmax.',
  },
  expertsByIndex: {
    // topk sorts from the largest, so the negatives give the smallest first.
    edit: [RANKED, `tf.cast(tf.neg(tf.topk(tf.neg(tf.cast(${RANKED}, 'float32')), k).values), 'int32')`],
    says: 'The experts are in the order of their index. The one with the largest logit comes first.',
  },
  chosenTwice: {
    edit: [RANKED, 'winners(p_TE, k)'],
    with: roundsThatCrossOut('tf.where(isTaken, 0, left)'),
    says: CHOSEN_TWICE,
  },
  chosenTwiceByCounts: {
    edit: [RANKED, 'winners(p_TE, k)'],
    with: roundsThatCrossOut("tf.sub(left, tf.mul(p_TE, tf.cast(isTaken, 'float32')))"),
    says: CHOSEN_TWICE,
  },
  tieHigherIndex: {
    edit: [RANKED, "tf.sub(tf.scalar(E - 1, 'int32'), tf.topk(tf.reverse(logits_TE, 1), k).indices)"],
    says: 'Of two experts with the same logit, the one with the higher index was chosen first.',
  },
  thresholdKeepsTies: {
    edit: [
      CHOSEN,
      `constant(logits_TE, () => {
      const kth = tf.slice(tf.topk(logits_TE, k).values, [0, k - 1], [-1, 1]);
      return tf.cast(tf.greaterEqual(logits_TE, kth), 'float32');
    });`,
      // Divided by what was kept, so that the loss is wrong by nothing else.
      SHARES,
      'tf.div(tf.mean(chosen_TE, 0), tf.mean(tf.sum(chosen_TE, 1)))',
    ],
    with: CONSTANT,
    says: 'All experts that reach the k-th largest logit are kept. With ties these are more than k.',
  },
  lossSumsToK: {
    edit: [SHARES, 'tf.mean(chosen_TE, 0)'],
    says: 'The shares f sum to k. Divided by all T·k assignments they sum to one, and the loss is 1 at perfect balance.',
  },
  lossOfCounts: {
    edit: [SHARES, 'tf.sum(chosen_TE, 0)'],
    says: 'f counts assignments. It is the share of all T·k assignments, so that it sums to one.',
  },
  lossOfSummedP: {
    edit: [MEAN_P, 'tf.sum(p_TE, 0)'],
    says: 'P is the sum of p over the tokens. It is the mean, so that it sums to one over the experts.',
  },
  lossesScaled: {
    edit: [BALANCE, `tf.mul(${BALANCE}, 0.01)`, Z_LOSS, `tf.mul(${Z_LOSS}, 0.001)`],
    says: 'The losses already have the factors of training. Return them without; the factors are applied where they are added to the loss of the task.',
  },
  kRemembered: {
    edit: [SHARES, 'tf.div(tf.mean(chosen_TE, 0), (remembered = remembered.E === E ? remembered : { E, k }).k)'],
    with: 'let remembered = { E: 0, k: 0 };',
    says: 'The k of an earlier call with the same E is used again in the loss. Keep nothing between calls.',
  },
  lossWithoutE: {
    edit: [BALANCE, 'tf.sum(tf.mul(f_E, meanP_E))'],
    says: 'The load-balance loss lacks the factor E, so its value at perfect balance depends on the number of experts.',
  },
  lossOfShapeOne: {
    edit: [BALANCE, BALANCE.replace('meanP_E)', 'meanP_E), 0, true')],
    says: 'The load-balance loss has shape [1]. It is a scalar, of shape [], so sum without keepDims.',
  },
  lossFirstChoice: {
    edit: [SHARES, 'tf.mean(chosenOf(logits_TE, tf.slice(experts_TK, [0, 0], [-1, 1])), 0)'],
    says: 'Only the first choice of each token is counted. With k > 1 all of its choices are assignments.',
  },
  lossFromWeights: {
    edit: [MEAN_P, 'tf.mean(weights_TE, 0)'],
    says: 'P is the mean of the weights of the gate. It must be the mean of the full softmax, so that experts that are not chosen get a gradient too.',
  },
  lossWithoutCounts: {
    edit: [SHARES, 'tf.mean(p_TE, 0)'],
    says: 'The load-balance loss multiplies P by itself. One of the factors is the share of assignments f.',
  },
  zSummed: {
    edit: [Z_LOSS, Z_LOSS.replace('mean', 'sum')],
    says: 'The z-loss is summed over the tokens. It is the mean.',
  },
  zOfProbabilities: {
    edit: [Z_LOSS, Z_LOSS.replace('logits_TE', 'p_TE')],
    says: 'The z-loss takes the log-sum-exp of the probabilities. It is about the logits, which it holds near zero.',
  },
  zWithoutMaximum: {
    edit: [Z_LOSS, Z_LOSS.replace('logits_TE', 'tf.sub(logits_TE, tf.max(logits_TE, 1, true))')],
    says: 'The maximum is subtracted before the exponential and not added again after the logarithm.',
  },
  zNotSquared: {
    edit: [Z_LOSS, 'tf.mean(tf.logSumExp(logits_TE, 1))'],
    says: 'The z-loss is the mean of the squared log-sum-exp. The square is missing.',
  },
  zMeanFirst: {
    edit: [Z_LOSS, 'tf.square(tf.mean(tf.logSumExp(logits_TE, 1)))'],
    says: 'The log-sum-exp is averaged before it is squared. Square it for each token.',
  },
  lseOverflows: {
    edit: ['tf.logSumExp(logits_TE, 1)', 'tf.log(tf.sum(tf.exp(logits_TE), 1))'],
    says: 'exp of a large logit is Infinity. Subtract the maximum first, and add it again after the logarithm.',
  },
  choiceOnTape: {
    edit: ['tf.zerosLike(slope)', 'slope'],
    says: 'A gradient flows through the choice as if it were the logits themselves. The choice is a step function: its gradient is zero.',
  },
  probabilitiesOffTape: {
    edit: [MEAN_P, `constant(logits_TE, () => ${MEAN_P})`],
    with: CONSTANT,
    says: 'The load-balance loss has no gradient. f has none, so it must flow through P.',
  },
  weightsOffTape: {
    edit: ['tf.mul(p_TE, chosen_TE)', 'constant(logits_TE, () => tf.mul(p_TE, chosen_TE))'],
    with: CONSTANT,
    says: 'No gradient flows through the weights. Keep only the choice off the tape, not the probabilities that it keeps.',
  },
  topKOnTape: {
    edit: [
      CHOSEN,
      "tf.cast(tf.any(tf.equal(tf.expandDims(experts_TK, 2), tf.range(0, E, 1, 'int32')), 1), 'float32');",
    ],
    says: 'The gradient has to pass through the choice, and tf.topk has none. Keep the choice off the tape.',
  },
  logitsByEinsum: {
    edit: ['tf.matMul(x_TM, wg_ME)', "tf.einsum('tm,me->te', x_TM, wg_ME) as tf.Tensor2D"],
    says: 'The logits come from tf.einsum, which has no gradient in TensorFlow.js. tf.matMul has one.',
  },
  oneHotOfOne: {
    edit: [CHOSEN, "constant(logits_TE, () => tf.sum(tf.oneHot(tf.cast(experts_TK, 'int32'), E), 1));"],
    with: CONSTANT,
    says: 'With a single expert tf.oneHot throws. A comparison with 0 … E−1 works for any number.',
  },
  tokenByToken: {
    instead: ({ topKGating: right }) => ({
      topKGating: (x_TM, wg_ME, options) => {
        const { T } = check(x_TM, wg_ME, options);
        return tf.tidy(() => {
          const tokens = [...Array(T).keys()].map((t) => tf.slice(x_TM, [t, 0], [1, -1]));
          const gates = tokens.map((token) => right(token, wg_ME, options));
          const joined = (name: 'weights_TE' | 'experts_TK') => tf.concat(gates.map((gate) => gate[name]));
          return { ...right(x_TM, wg_ME, options), weights_TE: joined('weights_TE'), experts_TK: joined('experts_TK') };
        });
      },
    }),
    says: 'The tokens are gated one after another. Each operation can gate all of them at once.',
  },
  readsLogitsBack: {
    edit: [RANKED, 'rankedInJavaScript(logits_TE, k)'],
    with: `
function rankedInJavaScript(logits: tf.Tensor2D, k: number): tf.Tensor2D {
  const rows = logits.arraySync();
  const ranked = rows.map((row) => [...row.keys()].sort((a, b) => row[b] - row[a] || a - b).slice(0, k));
  return tf.tensor2d(ranked, [rows.length, k], 'int32');
}`,
    says: 'The logits are read back into JavaScript and ranked there, while the device waits. Rank them with tf.topk.',
  },
  leaksLogits: {
    edit: ['return { weights_TE', 'tf.keep(logits_TE);\n    return { weights_TE'],
    says: "A tensor of the logits' size stays in memory after the call.",
  },
  disposesInputs,
  acceptsBatches: {
    instead: ({ topKGating: right }) => ({
      topKGating: (x_TM, wg_ME, options) => {
        const isBatch = x_TM instanceof tf.Tensor && x_TM.rank > 2;
        return tf.tidy(() =>
          right(isBatch ? tf.reshape(x_TM, [-1, x_TM.shape.at(-1) as number]) : x_TM, wg_ME, options),
        );
      },
    }),
    says: 'Tokens with more than two axes are accepted. The experts would need these axes too.',
  },
  acceptsAnything: {
    edit: [...(anyShape.edit ?? []), 'if (k > E) throw', 'if (E < 1) throw'],
    says: 'A k that is not in 1 … E, or arguments that do not fit together, are not refused.',
  },
});

function check(x_TM: tf.Tensor2D, wg_ME: tf.Tensor2D, { k }: stub.Options): Record<string, number> {
  const sizes = axes('topKGating', { x_TM, wg_ME });
  requireInteger('topKGating', 'k', k);
  if (k > sizes.E) throw new RangeError(`topKGating: k is ${k} but E is ${sizes.E}`);
  return sizes;
}

const constant = (logits: tf.Tensor, choose: () => tf.Tensor) =>
  tf.customGrad(() => ({ value: choose(), gradFunc: (slope: tf.Tensor) => tf.zerosLike(slope) }))(logits);

const chosenOf = (logits: tf.Tensor, experts: tf.Tensor, E: number) =>
  constant(logits, () =>
    tf.cast(tf.any(tf.equal(tf.expandDims(experts, 2), tf.range(0, E, 1, 'int32')), 1), 'float32'),
  );

/** k rounds of argmax; each removes its winner from the next. */
const rounds: Gating = (x_TM, wg_ME, { k, renormalise = true }) => {
  const { T, E } = check(x_TM, wg_ME, { k });
  return tf.tidy(() => {
    const logits = tf.matMul(x_TM, wg_ME);
    const p = tf.softmax(logits);
    const experts_TK = constant(logits, () => {
      const winners: tf.Tensor[] = [];
      let left: tf.Tensor = logits;
      for (let round = 0; round < k; round++) {
        const best = tf.reshape(tf.argMax(left, 1), [T, 1]);
        left = tf.where(tf.equal(best, tf.range(0, E, 1, 'int32')), -1e30, left);
        winners.push(best);
      }
      return tf.concat(winners, 1);
    });
    const chosen = chosenOf(logits, experts_TK, E);
    const kept = tf.mul(p, chosen);
    const weights_TE = renormalise ? tf.div(kept, tf.sum(kept, 1, true)) : kept;
    const loadBalanceLoss = tf.mul(tf.sum(tf.mul(tf.div(tf.mean(chosen, 0), k), tf.mean(p, 0))), E);
    const largest = tf.max(logits, 1, true);
    const logSum = tf.add(tf.log(tf.sum(tf.exp(tf.sub(logits, largest)), 1, true)), largest);
    return { weights_TE, experts_TK, loadBalanceLoss, zLoss: tf.mean(tf.mul(logSum, logSum)) } as stub.Gates;
  });
};

/** As Mixtral writes it: softmax over the kept logits alone; the loss as a dot product of column sums. */
const softmaxOfKept: Gating = (x_TM, wg_ME, { k, renormalise = true }) => {
  const { T, E } = check(x_TM, wg_ME, { k });
  return tf.tidy(() => {
    const logits = tf.matMul(x_TM, wg_ME);
    const p = tf.softmax(logits) as tf.Tensor2D;
    const experts_TK = tf.topk(logits, k).indices;
    const chosen = chosenOf(logits, experts_TK, E);
    // Far below any logit, and small enough that adding 0 times it changes none of those that stay.
    const others = tf.mul(tf.sub(1, chosen), -1e9);
    const weights_TE = tf.mul(renormalise ? tf.softmax(tf.add(logits, others)) : p, chosen);
    const means = tf.reshape(tf.matMul(tf.fill([1, T], 1 / T), p), [-1]);
    const loadBalanceLoss = tf.mul(tf.sum(tf.mul(tf.div(tf.sum(chosen, 0), T * k), means)), E);
    const zLoss = tf.mean(tf.square(tf.logSumExp(logits, 1)));
    return { weights_TE, experts_TK, loadBalanceLoss, zLoss } as stub.Gates;
  });
};

export const alternates = {
  rounds: { topKGating: rounds },
  softmaxOfKept: { topKGating: softmaxOfKept },
  /** Ranked by probabilities. */
  byProbability: { edit: [RANKED, 'tf.topk(p_TE, k).indices'] },
  /** An expert's rank is the number of experts before it. */
  ranksByCounting: {
    edit: [RANKED, 'tf.topk(tf.neg(ranksOf(logits_TE)), k).indices'],
    with: `
function ranksOf(logits_TE: tf.Tensor2D): tf.Tensor2D {
  const [T, E] = logits_TE.shape;
  const [other, own] = [tf.reshape(logits_TE, [T, 1, E]), tf.reshape(logits_TE, [T, E, 1])];
  const index = tf.range(0, E);
  const isLower = tf.less(tf.reshape(index, [1, E]), tf.reshape(index, [E, 1])).reshape([1, E, E]);
  const isBefore = tf.logicalOr(tf.greater(other, own), tf.logicalAnd(tf.equal(other, own), isLower));
  return tf.sum(tf.cast(isBefore, 'float32'), 2);
}`,
  },
  /** One-hot vectors, summed. */
  oneHots: {
    edit: [
      'const isChosen_TKE = tf.equal(tf.expandDims(experts_TK, 2), expert_E);',
      "const isChosen_TKE = tf.oneHot(tf.cast(experts_TK, 'int32'), Math.max(expert_E.size, 2));",
      "tf.cast(tf.any(isChosen_TKE, 1), 'float32')",
      "tf.slice(tf.sum(tf.cast(isChosen_TKE, 'float32'), 1), [0, 0], [-1, expert_E.size])",
    ],
  },
};

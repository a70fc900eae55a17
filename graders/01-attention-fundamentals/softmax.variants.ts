/**
 * Submissions to softmax: `wrong` ones make one mistake each, `alternates` are right but written differently.
 * `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { requireTensor } from '../../exercises/arguments';
import { softmax as solution } from '../../solutions/01-attention-fundamentals/softmax';

type Softmax = (x: tf.Tensor) => tf.Tensor;

/** Lower than any score, but finite. */
const LOW = -1e30;

/** The steps of the solution, each of which a wrong variant can replace. */
interface Steps {
  scores: (x: tf.Tensor) => tf.Tensor;
  largest: (x: tf.Tensor) => tf.Tensor;
  exp: (shifted: tf.Tensor) => tf.Tensor;
  sum: (exp: tf.Tensor) => tf.Tensor;
  weights: (exp: tf.Tensor, sum: tf.Tensor) => tf.Tensor;
}

const right: Steps = {
  scores: (x) => x,
  largest: (x) => tf.maximum(tf.max(x, -1, true), LOW),
  exp: (shifted) => tf.exp(shifted),
  sum: (exp) => tf.maximum(tf.sum(exp, -1, true), 0.5),
  weights: (exp, sum) => tf.div(exp, sum),
};

function steps(changed: Partial<Steps>): { softmax: Softmax } {
  const { scores, largest, exp, sum, weights } = { ...right, ...changed };
  return checked((x) => {
    const read = scores(x);
    const powers = exp(tf.sub(read, largest(read)));
    return weights(powers, sum(powers));
  });
}

/** Refuses wrong arguments as the solution does, and tidies up. */
function checked(compute: Softmax): { softmax: Softmax } {
  return {
    softmax: (x) => {
      requireTensor('softmax', 'x', x, 'float32');
      if (x.rank === 0) throw new RangeError('softmax: x must have at least 1 axis, but has rank 0');
      return tf.tidy(() => compute(x));
    },
  };
}

/** The right answer on [rows, S], whatever the rank. */
function asMatrix(x: tf.Tensor, compute: (x: tf.Tensor2D) => tf.Tensor): tf.Tensor {
  return compute(x.reshape([-1, x.shape[x.rank - 1]]));
}

export const wrong = {
  overflows: steps({ largest: () => tf.scalar(0), sum: (exp) => tf.maximum(tf.sum(exp, -1, true), 1e-37) }),
  maxOfTensor: steps({ largest: (x) => tf.maximum(tf.max(x), LOW) }),
  maxOfMagnitude: steps({
    // Minus infinity is left out of it, so that this is the only mistake.
    largest: (x) => tf.maximum(tf.max(x, -1, true), tf.max(tf.neg(tf.maximum(x, -1e5)), -1, true)),
  }),
  clipsLogits: steps({
    // Blocked scores stay blocked: x − max(x, −80) is −Infinity for them, and is 0 or less for all others.
    scores: (x) => tf.add(tf.clipByValue(x, -80, 80), tf.minimum(tf.add(x, 1e30), 0)),
  }),
  firstAxis: steps({
    largest: (x) => tf.maximum(tf.max(x, 0, true), LOW),
    sum: (exp) => tf.maximum(tf.sum(exp, 0, true), 0.5),
  }),
  allAxes: steps({
    largest: (x) => tf.maximum(tf.max(x), LOW),
    sum: (exp) => tf.maximum(tf.sum(exp), 0.5),
  }),
  noKeepDims: steps({ sum: (exp) => tf.maximum(tf.sum(exp, -1), 0.5) }),
  notNormalised: steps({ weights: (exp) => exp }),
  withoutExp: checked((x) => {
    const visible = tf.maximum(x, -1e5);
    return tf.div(visible, tf.sum(visible, -1, true));
  }),
  baseTwo: steps({ exp: (shifted) => tf.exp(tf.mul(shifted, Math.LN2)) }),
  logProbabilities: steps({ weights: (exp, sum) => tf.log(tf.div(exp, sum)) }),
  sigmoids: checked((x) => tf.sigmoid(x)),
  blockedAsZero: steps({ scores: (x) => tf.where(tf.isFinite(x), x, 0) }),
  emptyRowNaN: steps({ largest: (x) => tf.max(x, -1, true), sum: (exp) => tf.sum(exp, -1, true) }),
  emptyRowUniform: steps({ scores: (x) => tf.maximum(x, LOW) }),
  nanPatched: checked((x) => {
    const exp = tf.exp(tf.sub(x, tf.max(x, -1, true)));
    const weights = tf.div(exp, tf.sum(exp, -1, true));
    return tf.where(tf.isNaN(weights), 0, weights);
  }),
  flattened: checked((x) => asMatrix(x, solution)),
  builtIn: checked((x) => {
    const low = tf.maximum(tf.max(x, -1, true), LOW);
    // 1 in a row that has any score, and 0 in an empty one.
    const open = tf.sign(tf.relu(tf.sub(low, LOW)));
    return tf.mul(tf.softmax(tf.maximum(x, LOW)), open);
  }),
  rowByRow: checked((x) => asMatrix(x, (rows) => tf.stack(tf.unstack(rows).map(solution))).reshape(x.shape)),
  leaksExponentials: {
    softmax: ((x) => {
      const weights = solution(x);
      tf.keep(tf.exp(weights));
      return weights;
    }) as Softmax,
  },
  disposesInput: {
    softmax: ((x) => {
      const weights = solution(x);
      x.dispose();
      return weights;
    }) as Softmax,
  },
  acceptsAnything: {
    softmax: ((x) =>
      tf.tidy(() => {
        const exp = tf.exp(tf.sub(x, right.largest(x)));
        return tf.div(exp, right.sum(exp));
      })) as Softmax,
  },
};

export const alternates = {
  /** Two axes whatever the rank, and the reciprocal of the sum. */
  asMatrix: checked((x) =>
    asMatrix(x, (rows) => {
      const largest = tf.maximum(tf.max(rows, 1), LOW).expandDims(1);
      const exp = tf.exp(tf.sub(rows, largest));
      const sum = tf.sum(exp, 1).expandDims(1);
      return tf.mul(exp, tf.reciprocal(tf.maximum(sum, 1e-6)));
    }).reshape(x.shape),
  ),
  /** The scores are bounded before their maximum is taken; the sum is a matrix product with ones. */
  boundedScores: checked((x) => {
    const largest = tf.max(tf.maximum(x, LOW), -1, true);
    const exp = tf.exp(tf.sub(x, largest));
    const row = exp.reshape([-1, x.shape[x.rank - 1]]);
    const sum = tf.matMul(row, tf.ones([row.shape[1] as number, 1])).reshape(largest.shape);
    return tf.div(exp, tf.add(sum, tf.relu(tf.sub(0.5, sum))));
  }),
};

import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/01-attention-fundamentals/softmax';
import { requireTensor } from '../../exercises/arguments';
import { anyShape, defineMistakes, disposesInputs } from '../../kit/author/mistakes';
import type * as solution from '../../solutions/01-attention-fundamentals/softmax';

type Softmax = typeof stub.softmax;

/** Lower than any score, but finite. */
const LOW = -1e30;
const MAXIMUM = 'tf.max(x, -1, true)';
const SUM = 'tf.sum(exp, -1, true)';
const BOUNDED = `tf.maximum(${MAXIMUM}, -1e30)`;
const SHIFTED = 'tf.sub(x, largest)';
const RESULT = 'tf.div(exp, sum)';

export default defineMistakes<typeof solution, typeof stub>({
  overflows: {
    edit: [BOUNDED, 'tf.scalar(0)', `tf.maximum(${SUM}, 0.5)`, `tf.maximum(${SUM}, 1e-18)`],
    says: 'exp of a large score is Infinity. Subtract the maximum of each row first; the softmax stays the same.',
  },
  maxOfTensor: {
    edit: [MAXIMUM, 'tf.max(x)'],
    says: 'One maximum is subtracted from all rows. A row far below it underflows to zeros, so each row needs its own.',
  },
  maxOfMagnitude: {
    // Minus infinity is left out of it, so that this is the only mistake.
    edit: [BOUNDED, 'tf.maximum(tf.max(x, -1, true), tf.max(tf.neg(tf.maximum(x, -1e5)), -1, true))'],
    says: 'The largest magnitude is subtracted, not the largest score. A row of very negative scores is pushed further down, and underflows.',
  },
  clipsLogits: {
    // Blocked scores stay blocked: min(x + 1e30, 0) is −Infinity for them, and 0 for all others.
    edit: [
      'const largest = ',
      'const clipped = tf.add(tf.clipByValue(x, -80, 80), tf.minimum(tf.add(x, 1e30), 0));\n    const largest = ',
      MAXIMUM,
      'tf.max(clipped, -1, true)',
      SHIFTED,
      'tf.sub(clipped, largest)',
    ],
    says: 'The scores are clipped so that exp does not overflow. That changes their differences, on which the weights depend.',
  },
  firstAxis: {
    edit: [MAXIMUM, 'tf.max(x, 0, true)', SUM, 'tf.sum(exp, 0, true)'],
    says: 'The softmax runs along the first axis. Each row along the last one must sum to one.',
  },
  secondAxis: {
    edit: [MAXIMUM, 'tf.max(x, 1, true)', SUM, 'tf.sum(exp, 1, true)'],
    says: 'The softmax runs along axis 1, which is the last axis of a matrix alone. The last axis of any rank is -1.',
  },
  allAxes: {
    edit: [MAXIMUM, 'tf.max(x)', SUM, 'tf.sum(exp)'],
    says: 'The whole tensor sums to one. Each row along the last axis is a softmax of its own.',
  },
  noKeepDims: {
    edit: [SUM, 'tf.sum(exp, -1)'],
    says: 'The row sums have lost their axis, so they line up with the columns in a square tensor and with nothing in others.',
  },
  noKeepDimsInMaximum: {
    edit: [MAXIMUM, 'tf.max(x, -1)'],
    says: 'The row maxima have lost their axis, so they line up with the columns in a square tensor and with nothing in others. Pass keepDims.',
  },
  noKeepDimsAtAll: {
    edit: [MAXIMUM, 'tf.max(x, -1)', SUM, 'tf.sum(exp, -1)'],
    says: 'Maxima and sums have lost their axis, so they do not line up with the rows. Pass keepDims to both.',
  },
  meanSubtracted: {
    edit: [MAXIMUM, 'tf.mean(x, -1, true)'],
    says: 'The mean of a row is subtracted, not its maximum. A score far above the mean still overflows, and one -Infinity makes the mean -Infinity.',
  },
  minimumSubtracted: {
    edit: [MAXIMUM, 'tf.min(x, -1, true)'],
    says: 'The minimum of a row is subtracted, so exp of the largest score overflows. Subtract the maximum.',
  },
  maximumAdded: {
    edit: [SHIFTED, 'tf.add(x, largest)'],
    says: 'The maximum is added. Subtract it, so that no exponent is above 0.',
  },
  signFlipped: {
    edit: [SHIFTED, 'tf.sub(largest, x)'],
    says: 'The scores are subtracted from the maximum, so the smallest score gets the largest weight. Subtract the maximum from the scores.',
  },
  sumNotShifted: {
    edit: [SUM, 'tf.sum(tf.exp(x), -1, true)'],
    says: 'The sum is taken of exponentials without the maximum subtracted. Numerator and sum need the same shift.',
  },
  meanForSum: {
    edit: [SUM, 'tf.mean(exp, -1, true)'],
    says: 'The exponentials are divided by their mean, so a row sums to the number of its scores. Divide by the sum.',
  },
  oneAdded: {
    edit: [`tf.maximum(${SUM}, 0.5)`, `tf.add(${SUM}, 1)`],
    says: 'The sum has 1 added to it, so the weights sum to less than one. A lower bound on the sum changes empty rows alone.',
  },
  boundTooHigh: {
    edit: ['-1e30', '-1e4'],
    says: 'The maximum is not allowed below about −10 000, so all exponentials of a row of lower scores are 0. Take a bound that no score reaches.',
  },
  minusInfinityTooWeak: {
    edit: [
      'const largest = ',
      'const visible = tf.maximum(x, -1e4);\n    const largest = ',
      MAXIMUM,
      'tf.max(visible, -1, true)',
      SHIFTED,
      'tf.sub(visible, largest)',
    ],
    says: 'Minus infinity is replaced by about −10 000. Scores may be lower than that; take a number that no score reaches.',
  },
  notNormalised: {
    edit: [RESULT, 'exp'],
    says: 'The exponentials are not divided by the sum of their row, so the weights do not sum to one.',
  },
  withoutExp: {
    edit: ['tf.exp(tf.sub(x, largest))', 'tf.maximum(x, -1e5)', `tf.maximum(${SUM}, 0.5)`, SUM],
    says: 'Scores are divided by their sum without exp. Weights may then be negative, and they depend on where zero lies.',
  },
  baseTwo: {
    edit: [SHIFTED, 'tf.mul(tf.sub(x, largest), Math.LN2)'],
    says: 'The base of the exponential is 2. The equation has e.',
  },
  logProbabilities: {
    edit: [RESULT, 'tf.log(tf.div(exp, sum))'],
    says: 'These are the logarithms of the weights.',
  },
  sigmoids: {
    edit: [RESULT, 'tf.sigmoid(x)'],
    says: 'Each score is squashed on its own. In a softmax the scores of a row compete, and their weights sum to one.',
  },
  blockedAsZero: {
    edit: [
      'const largest = ',
      'const visible = tf.where(tf.isFinite(x), x, 0);\n    const largest = ',
      MAXIMUM,
      'tf.max(visible, -1, true)',
      SHIFTED,
      'tf.sub(visible, largest)',
    ],
    says: 'Minus infinity is replaced by 0, a score like any other: exp(0) is 1.',
  },
  emptyRowNaN: {
    edit: [BOUNDED, MAXIMUM, `tf.maximum(${SUM}, 0.5)`, SUM],
    says: 'In a row of only -Infinity, the maximum is -Infinity as well, and the difference of the two is NaN. Bound the maximum from below.',
  },
  emptySumZero: {
    edit: [`tf.maximum(${SUM}, 0.5)`, SUM],
    says: 'In a row of only -Infinity, all exponentials and their sum are 0, and 0/0 is NaN. Bound the sum from below.',
  },
  emptySumTiny: {
    edit: ['0.5', '1e-30'],
    says: 'The sum is bounded by a number whose square is 0 in float32, and the derivative of a division divides by that square. Any bound up to 1 serves; take a larger one, such as 0.5.',
  },
  emptyRowUniform: {
    edit: [MAXIMUM, 'tf.max(tf.maximum(x, -1e30), -1, true)', SHIFTED, 'tf.sub(tf.maximum(x, -1e30), largest)'],
    says: 'A row of only -Infinity gets equal weights. It has nothing to choose from and must give zeros.',
  },
  nanPatched: {
    edit: [
      BOUNDED,
      MAXIMUM,
      `tf.maximum(${SUM}, 0.5)`,
      SUM,
      'return tf.div(exp, sum)',
      'const weights = tf.div(exp, sum);\n    return tf.where(tf.isNaN(weights), 0, weights)',
    ],
    says: 'NaN arises and is replaced at the end. The values are right, but the gradient passes the place where the NaN arose.',
  },
  divNoNan: {
    edit: [`tf.maximum(${SUM}, 0.5)`, SUM, RESULT, 'tf.divNoNan(exp, sum)'],
    says: 'tf.divNoNan has the right values, but no gradient in TensorFlow.js. Bound the sum from below and divide.',
  },
  ownGradientOfDiagonal: {
    edit: [
      'return tf.tidy(() => {',
      'return tf.tidy(() => withOwnGradient(x, () => {',
      'return tf.div(exp, sum);\n  });',
      'return tf.div(exp, sum);\n  }));',
    ],
    with: `
function withOwnGradient(x: tf.Tensor, compute: () => tf.Tensor): tf.Tensor {
  return tf.customGrad((_x, save) => {
    const value = compute();
    (save as tf.GradSaveFunc)([value]);
    return { value, gradFunc: (dy: tf.Tensor, [p]: tf.Tensor[]) => tf.mul(dy, tf.mul(p, tf.sub(1, p))) };
  })(x);
}`,
    says: 'The own gradient has only p(1 − p), the diagonal. Each weight depends on all scores of its row: the gradient of x is p · (dy − Σ p · dy).',
  },
  readsBack: {
    edit: ['return tf.div(exp, sum)', `return tf.tensor(${RESULT}.dataSync(), x.shape)`],
    says: 'Values are read back into JavaScript, which makes the device wait for the copy and cuts the gradient. Use tensor operations only.',
  },
  flattened: {
    edit: [RESULT, 'tf.div(exp, sum).reshape([-1, x.shape[x.rank - 1]])'],
    says: 'The result has two axes, whatever the input has. The weights have the shape of the scores.',
  },
  builtIn: {
    edit: [RESULT, 'tf.mul(tf.softmax(tf.maximum(x, -1e30)), tf.sign(tf.relu(tf.sub(largest, -1e30))))'],
    says: "This is the library's own softmax. Build it from exp, max and sum.",
  },
  rowByRow: {
    instead: ({ softmax }) => ({
      softmax: (x) => {
        requireTensor('softmax', 'x', x, 'float32');
        if (x.rank === 0) return softmax(x);
        return tf.tidy(() => {
          const rows = tf.unstack(x.reshape([-1, x.shape[x.rank - 1]]));
          return tf.stack(rows.map((row) => softmax(row))).reshape(x.shape);
        });
      },
    }),
    says: 'The rows are computed one after another. Each operation can do all of them at once.',
  },
  leaksExponentials: {
    edit: ['return tf.div(exp, sum)', 'tf.keep(tf.clone(exp));\n    return tf.div(exp, sum)'],
    says: "A tensor of the input's size stays in memory after the call.",
  },
  disposesInput: disposesInputs,
  acceptsAnything: {
    edit: [...(anyShape.edit ?? []), 'if (x.rank === 0) throw', 'if (x.rank < 0) throw'],
    says: 'A scalar, or scores that are not a float32 tensor, are not refused.',
  },
});

/** Refuses invalid arguments as the solution does, and tidies up. */
const checked = (compute: Softmax): { softmax: Softmax } => ({
  softmax: (x) => {
    requireTensor('softmax', 'x', x, 'float32');
    if (x.rank === 0) throw new RangeError('softmax: x must have at least 1 axis, but has rank 0');
    return tf.tidy(() => compute(x));
  },
});

export const alternates = {
  /** exp of the logarithm of the weights. */
  byLogarithms: { edit: [RESULT, `tf.exp(tf.sub(${SHIFTED}, tf.log(sum)))`] },
  /** The maximum is a number as far as the gradient goes: a shift changes nothing. */
  clippedMaximum: { edit: [BOUNDED, `tf.clipByValue(${MAXIMUM}, -3e38, 3e38)`] },
  /** The last axis moved to the front, and back. */
  lastAxisFirst: {
    edit: [
      'return tf.tidy(() => {',
      `const order = [x.rank - 1, ...Array.from({ length: x.rank - 1 }, (_, i) => i)];
  const back = order.map((_, i) => order.indexOf(i));
  return tf.tidy(() => {
    const turned = tf.transpose(x, order);`,
      MAXIMUM,
      'tf.max(turned, 0, true)',
      SHIFTED,
      'tf.sub(turned, largest)',
      SUM,
      'tf.sum(exp, 0, true)',
      `return ${RESULT}`,
      `return tf.transpose(${RESULT}, back)`,
    ],
  },
  /** The sum of an empty row is set to 1 by what is compared with a number. */
  stepOfSum: { edit: [`tf.maximum(${SUM}, 0.5)`, `tf.add(${SUM}, tf.sub(1, tf.step(${SUM})))`] },
  /** Two axes whatever the rank, and the reciprocal of the sum. */
  asMatrix: checked((x) => {
    const rows = x.reshape([-1, x.shape[x.rank - 1]]);
    const largest = tf.maximum(tf.max(rows, 1), LOW).expandDims(1);
    const exp = tf.exp(tf.sub(rows, largest));
    const sum = tf.sum(exp, 1).expandDims(1);
    return tf.mul(exp, tf.reciprocal(tf.maximum(sum, 1e-6))).reshape(x.shape);
  }),
  /** The scores are bounded before their maximum is taken; the sum is a matrix product with ones. */
  boundedScores: checked((x) => {
    const largest = tf.max(tf.maximum(x, LOW), -1, true);
    const exp = tf.exp(tf.sub(x, largest));
    const row = exp.reshape([-1, x.shape[x.rank - 1]]);
    const sum = tf.matMul(row, tf.ones([row.shape[1] as number, 1])).reshape(largest.shape);
    return tf.div(exp, tf.add(sum, tf.relu(tf.sub(0.5, sum))));
  }),
};

/**
 * Submissions to top-k-gating: `wrong` ones make one mistake each, `alternates` are right but written differently.
 * `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from '../../exercises/arguments';
import { topKGating as solution } from '../../solutions/12-mixture-of-experts/top-k-gating';

type Gating = typeof solution;
type Gated = ReturnType<Gating>;

/** What the steps work on. */
interface Gate {
  T: number;
  E: number;
  k: number;
  logits: tf.Tensor;
  p: tf.Tensor;
}

/** The steps of the solution, each of which a wrong variant can replace. */
interface Steps {
  probabilities: (logits: tf.Tensor) => tf.Tensor;
  renormalise: (wanted: boolean | undefined) => boolean;
  /** [T,K] */
  experts: (gate: Gate) => tf.Tensor;
  /** [T,E], 1 where an expert was chosen. */
  chosen: (gate: Gate, experts: tf.Tensor) => tf.Tensor;
  /** Keeps the choice off the tape. */
  constant: (logits: tf.Tensor, choose: () => tf.Tensor) => tf.Tensor;
  weights: (gate: Gate, chosen: tf.Tensor, renormalise: boolean) => tf.Tensor;
  /** f and P of the load-balance loss, [E] each, and the factor. */
  shares: (gate: Gate, chosen: tf.Tensor, experts: tf.Tensor) => tf.Tensor;
  means: (gate: Gate, weights: tf.Tensor) => tf.Tensor;
  factor: (gate: Gate) => number;
  zLoss: (logits: tf.Tensor) => tf.Tensor;
}

const right: Steps = {
  probabilities: (logits) => tf.softmax(logits),
  renormalise: (wanted) => wanted ?? true,
  experts: ({ logits, k }) => tf.topk(logits, k).indices,
  chosen: ({ E }, experts) =>
    tf.cast(tf.any(tf.equal(tf.expandDims(experts, 2), tf.range(0, E, 1, 'int32')), 1), 'float32'),
  constant: (logits, choose) =>
    tf.customGrad(() => ({ value: choose(), gradFunc: (slope: tf.Tensor) => tf.zerosLike(slope) }))(logits),
  weights: ({ p }, chosen, renormalise) => {
    const kept = tf.mul(p, chosen);
    return renormalise ? tf.div(kept, tf.sum(kept, 1, true)) : kept;
  },
  shares: ({ k }, chosen) => tf.div(tf.mean(chosen, 0), k),
  means: ({ p }) => tf.mean(p, 0),
  factor: ({ E }) => E,
  zLoss: (logits) => tf.mean(tf.square(tf.logSumExp(logits, 1))),
};

/** The sizes, once the arguments are found right. */
function checked(x_TM: tf.Tensor2D, wg_ME: tf.Tensor2D, k: number): Record<string, number> {
  const sizes = axes('topKGating', { x_TM, wg_ME });
  requireInteger('topKGating', 'k', k);
  if (k > sizes.E) throw new RangeError(`topKGating: k is ${k} but E is ${sizes.E} in wg_ME [${wg_ME.shape}]`);
  return sizes;
}

function compute(steps: Steps, x_TM: tf.Tensor2D, wg_ME: tf.Tensor2D, k: number, wanted?: boolean): Gated {
  return tf.tidy(() => {
    const logits = tf.matMul(x_TM, wg_ME);
    const [T, E] = logits.shape;
    const gate: Gate = { T, E, k, logits, p: steps.probabilities(logits) };
    const experts = steps.experts(gate);
    const chosen = steps.constant(logits, () => steps.chosen(gate, experts));
    const weights = steps.weights(gate, chosen, steps.renormalise(wanted));
    const balance = tf.sum(tf.mul(steps.shares(gate, chosen, experts), steps.means(gate, weights)));
    return {
      weights_TE: weights,
      experts_TK: experts,
      loadBalanceLoss: tf.mul(balance, steps.factor(gate)),
      zLoss: steps.zLoss(logits),
    } as Gated;
  });
}

function gating(changed: Partial<Steps>): { topKGating: Gating } {
  const steps = { ...right, ...changed };
  return {
    topKGating: (x_TM, wg_ME, { k, renormalise }) => {
      checked(x_TM, wg_ME, k);
      return compute(steps, x_TM, wg_ME, k, renormalise);
    },
  };
}

export const wrong = {
  alwaysRenormalises: gating({ renormalise: () => true }),
  neverRenormalises: gating({ renormalise: () => false }),
  maskedWithZero: gating({
    weights: ({ logits, p }, chosen, renormalise) =>
      tf.mul(renormalise ? tf.softmax(tf.mul(logits, chosen)) : p, chosen),
  }),
  softmaxOverTokens: gating({
    probabilities: (logits) => tf.transpose(tf.softmax(tf.transpose(logits))),
    // Bounded, since here all of a token's chosen probabilities can underflow.
    weights: ({ p }, chosen, renormalise) => {
      const kept = tf.mul(p, chosen);
      return renormalise ? tf.div(kept, tf.maximum(tf.sum(kept, 1, true), 1e-30)) : kept;
    },
  }),
  sigmoidGates: gating({
    probabilities: (logits) => tf.sigmoid(logits),
    weights: ({ p }, chosen, renormalise) => {
      const kept = tf.mul(p, chosen);
      return renormalise ? tf.div(kept, tf.maximum(tf.sum(kept, 1, true), 1e-30)) : kept;
    },
  }),
  expertsByIndex: gating({
    experts: (gate) => {
      const ranked = right.experts(gate);
      // topk sorts from the largest, so the negative of it gives the smallest first.
      return tf.cast(tf.neg(tf.topk(tf.neg(tf.cast(ranked, 'float32')), gate.k).values), 'int32');
    },
  }),
  tieHigherIndex: gating({
    experts: ({ logits, E, k }) => tf.sub(tf.scalar(E - 1, 'int32'), tf.topk(tf.reverse(logits, 1), k).indices),
  }),
  thresholdKeepsTies: gating({
    chosen: ({ logits, k }) => {
      const kth = tf.slice(tf.topk(logits, k).values, [0, k - 1], [-1, 1]);
      return tf.cast(tf.greaterEqual(logits, kth), 'float32');
    },
    // Divided by what was kept, so that the loss is off by nothing else.
    shares: (_, chosen) => tf.div(tf.mean(chosen, 0), tf.mean(tf.sum(chosen, 1))),
  }),
  ranksByProbability: gating({ experts: ({ p, k }) => tf.topk(p, k).indices }),
  lossSumsToK: gating({ shares: (_, chosen) => tf.mean(chosen, 0) }),
  lossWithoutE: gating({ factor: () => 1 }),
  lossFirstChoice: gating({
    shares: (gate, _, experts) => {
      const first = tf.slice(experts, [0, 0], [-1, 1]);
      return right.constant(gate.logits, () => tf.mean(right.chosen(gate, first), 0));
    },
  }),
  lossFromWeights: gating({ means: (_, weights) => tf.mean(weights, 0) }),
  lossWithoutCounts: gating({ shares: ({ p }) => tf.mean(p, 0) }),
  zNotSquared: gating({ zLoss: (logits) => tf.mean(tf.logSumExp(logits, 1)) }),
  zMeanFirst: gating({ zLoss: (logits) => tf.square(tf.mean(tf.logSumExp(logits, 1))) }),
  lseOverflows: gating({ zLoss: (logits) => tf.mean(tf.square(tf.log(tf.sum(tf.exp(logits), 1)))) }),
  topKOnTape: gating({ constant: (_, choose) => choose() }),
  oneHotOfOne: gating({ chosen: ({ E }, experts) => tf.sum(tf.oneHot(tf.cast(experts, 'int32'), E), 1) }),
  tokenByToken: {
    topKGating: ((x_TM, wg_ME, options) => {
      const { T, E } = checked(x_TM, wg_ME, options.k);
      return tf.tidy(() => {
        const tokens = [...Array(T).keys()].map((t) => tf.slice(x_TM, [t, 0], [1, -1]) as tf.Tensor2D);
        const gates = tokens.map((token) => solution(token, wg_ME, options));
        const experts_TK = tf.concat(gates.map((gate) => gate.experts_TK));
        const logits = tf.matMul(x_TM, wg_ME);
        const gate: Gate = { T, E, k: options.k, logits, p: tf.softmax(logits) };
        const chosen = right.constant(logits, () => right.chosen(gate, experts_TK));
        return {
          weights_TE: tf.concat(gates.map((one) => one.weights_TE)),
          experts_TK,
          loadBalanceLoss: tf.mul(tf.sum(tf.mul(right.shares(gate, chosen, experts_TK), tf.mean(gate.p, 0))), E),
          zLoss: tf.div(tf.addN(gates.map((one) => one.zLoss)), T),
        } as Gated;
      });
    }) as Gating,
  },
  readsLogitsBack: gating({
    experts: ({ logits, k }) => {
      const rows = tf.tidy(() => tf.clone(logits)).arraySync() as number[][];
      const ranked = rows.map((row) => [...row.keys()].sort((a, b) => row[b] - row[a] || a - b).slice(0, k));
      return tf.tensor2d(ranked, [rows.length, k], 'int32');
    },
  }),
  leaksLogits: {
    topKGating: ((x_TM, wg_ME, options) => {
      const gated = solution(x_TM, wg_ME, options);
      tf.keep(tf.matMul(x_TM, wg_ME));
      return gated;
    }) as Gating,
  },
  disposesInputs: {
    topKGating: ((x_TM, wg_ME, options) => {
      const gated = solution(x_TM, wg_ME, options);
      tf.dispose([x_TM, wg_ME]);
      return gated;
    }) as Gating,
  },
  acceptsAnything: {
    topKGating: ((x_TM, wg_ME, { k, renormalise }) => compute(right, x_TM, wg_ME, k, renormalise)) as Gating,
  },
};

export const alternates = {
  /** k rounds of argmax; each takes its winner out of the next. */
  rounds: gating({
    experts: ({ logits, T, E, k }) =>
      right.constant(logits, () => {
        const expert_E = tf.range(0, E, 1, 'int32');
        const rounds: tf.Tensor[] = [];
        let left = logits;
        for (let round = 0; round < k; round++) {
          const best = tf.reshape(tf.argMax(left, 1), [T, 1]);
          left = tf.where(tf.equal(best, expert_E), -1e30, left);
          rounds.push(best);
        }
        return tf.concat(rounds, 1);
      }),
    zLoss: (logits) => {
      const largest = tf.max(logits, 1, true);
      const logSum = tf.add(tf.log(tf.sum(tf.exp(tf.sub(logits, largest)), 1, true)), largest);
      return tf.mean(tf.mul(logSum, logSum));
    },
  }),
  /** As Mixtral writes it: softmax over the kept logits alone; the loss as a dot product of column sums. */
  softmaxOfKept: gating({
    weights: ({ logits, p }, chosen, renormalise) => {
      if (!renormalise) return tf.mul(p, chosen);
      // Far below any logit, and still small enough that adding it to one loses nothing of those that stay.
      const others = tf.mul(tf.sub(1, chosen), -1e9);
      return tf.mul(tf.softmax(tf.add(logits, others)), chosen);
    },
    shares: ({ T, k }, chosen) => tf.div(tf.sum(chosen, 0), T * k),
    means: ({ p, T }) => tf.reshape(tf.matMul(tf.fill([1, T], 1 / T), p as tf.Tensor2D), [-1]),
  }),
};

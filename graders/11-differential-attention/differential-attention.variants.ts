/**
 * Submissions to differential-attention: `wrong` ones make one mistake each, `alternates` are right but written
 * differently. `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger, requireTensor } from '../../exercises/arguments';
import { differentialAttention as solution } from '../../solutions/11-differential-attention/differential-attention';

type Differential = typeof solution;
type Input = Parameters<Differential>[0];
type Options = Parameters<Differential>[1];

/** The steps of the solution, each of which a wrong variant can replace. */
interface Steps {
  lambdaInit: (depth: number) => number;
  lambda: (options: Options, lambdaInit: number) => tf.Tensor;
  past: (T: number, S: number) => tf.Tensor;
  scores: (q: tf.Tensor, k: tf.Tensor) => tf.Tensor;
  map: (scores: tf.Tensor, past: tf.Tensor | undefined) => tf.Tensor;
  /** Both maps before the values, or what stands for them. */
  weights: (s1: tf.Tensor, s2: tf.Tensor, lambda: tf.Tensor, past: tf.Tensor | undefined, steps: Steps) => tf.Tensor;
  norm: (heads: tf.Tensor) => tf.Tensor;
  weigh: (normed: tf.Tensor, options: Options) => tf.Tensor;
  outputScale: (lambdaInit: number, lambda: tf.Tensor) => tf.Tensor | number;
}

const expOfDot = (a: tf.Tensor, b: tf.Tensor) => tf.exp(tf.sum(tf.mul(a, b)));
const meanSquare = (x: tf.Tensor, axis: number[] = [-1]) => tf.mean(tf.square(x), axis, true);

const right: Steps = {
  lambdaInit: (depth) => 0.8 - 0.6 * Math.exp(-0.3 * (depth - 1)),
  lambda: (o, lambdaInit) =>
    tf.add(tf.sub(expOfDot(o.lambdaQ1_D, o.lambdaK1_D), expOfDot(o.lambdaQ2_D, o.lambdaK2_D)), lambdaInit),
  past: (T, S) => tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1)),
  scores: (q, k) => tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape[3] as number)),
  map: (scores, past) =>
    past ? tf.mul(tf.softmax(tf.where(past, scores, -1e9)), tf.cast(past, 'float32')) : tf.softmax(scores),
  weights: (s1, s2, lambda, past, { map }) => tf.sub(map(s1, past), tf.mul(lambda, map(s2, past))),
  norm: (heads) => tf.div(heads, tf.sqrt(tf.add(meanSquare(heads), 1e-5))),
  weigh: (normed, { normWeight_V }) => (normWeight_V ? tf.mul(normed, normWeight_V) : normed),
  outputScale: (lambdaInit) => 1 - lambdaInit,
};

function refuse(input: Input, options: Options): void {
  const { lambdaQ1_D, lambdaK1_D, lambdaQ2_D, lambdaK2_D, depth, normWeight_V } = options;
  const required = { ...input, lambdaQ1_D, lambdaK1_D, lambdaQ2_D, lambdaK2_D };
  for (const [name, x] of Object.entries(required)) requireTensor('differentialAttention', name, x, 'float32');
  axes('differentialAttention', { ...required, normWeight_V });
  requireInteger('differentialAttention', 'depth', depth);
}

function differential(changed: Partial<Steps>, check = refuse): { differentialAttention: Differential } {
  const steps = { ...right, ...changed };
  return {
    differentialAttention: (input, options) => {
      check(input, options);
      const { q1_BHTD, q2_BHTD, k1_BHSD, k2_BHSD, v_BHSV } = input;
      return tf.tidy(() => {
        const lambdaInit = steps.lambdaInit(options.depth);
        const lambda = steps.lambda(options, lambdaInit);
        const past = options.causal ? steps.past(q1_BHTD.shape[2], k1_BHSD.shape[2]) : undefined;
        const [s1, s2] = [steps.scores(q1_BHTD, k1_BHSD), steps.scores(q2_BHTD, k2_BHSD)];
        const heads = tf.matMul(steps.weights(s1, s2, lambda, past, steps), v_BHSV);
        const normed = steps.weigh(steps.norm(heads), options);
        return tf.mul(normed, steps.outputScale(lambdaInit, lambda)) as tf.Tensor4D;
      });
    },
  };
}

/** softmax as the formula reads, without taking the maximum off: exp overflows from 89 on. */
function naiveMap(scores: tf.Tensor, past: tf.Tensor | undefined): tf.Tensor {
  const exp = past ? tf.mul(tf.exp(scores), tf.cast(past, 'float32')) : tf.exp(scores);
  return tf.div(exp, tf.maximum(tf.sum(exp, -1, true), 1e-30));
}

export const wrong = {
  depthFromZero: differential({ lambdaInit: (depth) => right.lambdaInit(depth + 1) }),
  // Touches the vectors, so that their gradients are zero and not missing.
  lambdaIsLambdaInit: differential({
    lambda: (options, lambdaInit) => tf.add(tf.mul(right.lambda(options, lambdaInit), 0), lambdaInit),
  }),
  lambdaWithoutExp: differential({
    lambda: (o, lambdaInit) =>
      tf.add(tf.sub(tf.dot(o.lambdaQ1_D, o.lambdaK1_D), tf.dot(o.lambdaQ2_D, o.lambdaK2_D)), lambdaInit),
  }),
  lambdaWithoutStart: differential({ lambda: (options) => right.lambda(options, 0) }),
  expBeforeSum: differential({
    lambda: (o, lambdaInit) => {
      const sumOfExp = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.exp(tf.mul(a, b)));
      return tf.add(tf.sub(sumOfExp(o.lambdaQ1_D, o.lambdaK1_D), sumOfExp(o.lambdaQ2_D, o.lambdaK2_D)), lambdaInit);
    },
  }),
  mapsAdded: differential({
    weights: (s1, s2, lambda, past, { map }) => tf.add(map(s1, past), tf.mul(lambda, map(s2, past))),
  }),
  differenceOfScores: differential({
    weights: (s1, s2, lambda, past, { map }) => map(tf.sub(s1, tf.mul(lambda, s2)), past),
  }),
  negativesClipped: differential({ weights: (...args) => tf.relu(right.weights(...args)) }),
  scaleOfFullHead: differential({ scores: (q, k) => tf.mul(right.scores(q, k), Math.SQRT1_2) }),
  noScale: differential({ scores: (q, k) => tf.matMul(q, k, false, true) }),
  halvesMixed: {
    differentialAttention: ((input, options) =>
      solution({ ...input, k1_BHSD: input.k2_BHSD, k2_BHSD: input.k1_BHSD }, options)) as Differential,
  },
  softmaxOverflows: differential({ map: naiveMap }),
  noNorm: differential({ norm: (heads) => heads }),
  layerNorm: differential({ norm: (heads) => right.norm(tf.sub(heads, tf.mean(heads, -1, true))) }),
  normOverHeads: differential({
    norm: (heads) => tf.div(heads, tf.sqrt(tf.add(meanSquare(heads, [1, 3]), 1e-5))),
  }),
  epsilonOutsideRoot: differential({ norm: (heads) => tf.div(heads, tf.add(tf.sqrt(meanSquare(heads)), 1e-5)) }),
  normWeightIgnored: differential({ weigh: (normed) => normed }),
  noOutputScale: differential({ outputScale: () => 1 }),
  outputScaledByLambda: differential({ outputScale: (_, lambda) => tf.sub(1, lambda) }),
  causalIgnored: differential({ past: (T, S) => tf.ones([T, S], 'bool') }),
  causalFirstMapOnly: differential({
    weights: (s1, s2, lambda, past, { map }) => tf.sub(map(s1, past), tf.mul(lambda, map(s2, undefined))),
  }),
  causalTopLeft: differential({ past: (T, S) => tf.lessEqual(tf.range(0, S), tf.range(0, T).expandDims(1)) }),
  emptyRowAverages: differential({ map: (scores, past) => tf.softmax(past ? tf.where(past, scores, -1e9) : scores) }),
  emptyRowNaN: differential({ map: (scores, past) => tf.softmax(past ? tf.where(past, scores, -Infinity) : scores) }),
  twoValueProducts: {
    differentialAttention: ((input, options) => {
      refuse(input, options);
      return tf.tidy(() => {
        const { q1_BHTD, q2_BHTD, k1_BHSD, k2_BHSD, v_BHSV } = input;
        const past = options.causal ? right.past(q1_BHTD.shape[2], k1_BHSD.shape[2]) : undefined;
        const attend = (q: tf.Tensor, k: tf.Tensor) => tf.matMul(right.map(right.scores(q, k), past), v_BHSV);
        const lambdaInit = right.lambdaInit(options.depth);
        const second = tf.mul(right.lambda(options, lambdaInit), attend(q2_BHTD, k2_BHSD));
        const heads = tf.sub(attend(q1_BHTD, k1_BHSD), second);
        return tf.mul(right.weigh(right.norm(heads), options), 1 - lambdaInit);
      });
    }) as Differential,
  },
  headByHead: {
    differentialAttention: ((input, options) => {
      refuse(input, options);
      return tf.tidy(() => {
        const heads = input.v_BHSV.shape[1];
        const head = (x: tf.Tensor4D, h: number) => tf.slice(x, [0, h, 0, 0], [-1, 1, -1, -1]);
        const outs = [...Array(heads).keys()].map((h) => {
          const part = Object.fromEntries(Object.entries(input).map(([name, x]) => [name, head(x, h)]));
          return solution(part as unknown as Input, options);
        });
        return tf.concat(outs, 1);
      });
    }) as Differential,
  },
  lambdaDownloaded: differential({
    lambda: (o, lambdaInit) => {
      const dot = (a: tf.Tensor, b: tf.Tensor) => {
        const [x, y] = [Array.from(a.dataSync()), b.dataSync()];
        return x.reduce((sum, value, d) => sum + value * y[d], 0);
      };
      return tf.scalar(
        Math.exp(dot(o.lambdaQ1_D, o.lambdaK1_D)) - Math.exp(dot(o.lambdaQ2_D, o.lambdaK2_D)) + lambdaInit,
      );
    },
  }),
  leaksMap: differential({ weights: (...args) => tf.keep(right.weights(...args)) }),
  disposesInputs: {
    differentialAttention: ((input, options) => {
      const out = solution(input, options);
      tf.dispose(Object.values(input));
      return out;
    }) as Differential,
  },
  acceptsAnyShape: differential({}, () => {}),
};

export const alternates = {
  /** Mask and softmax by hand, the norm by rsqrt. */
  softmaxByHand: differential({
    map: (scores, past) => {
      const visible = past ? tf.where(past, scores, -1e9) : scores;
      const exp = tf.exp(tf.sub(visible, tf.max(visible, -1, true)));
      const kept = past ? tf.mul(exp, tf.cast(past, 'float32')) : exp;
      return tf.div(kept, tf.maximum(tf.sum(kept, -1, true), 1e-9));
    },
    norm: (heads) => tf.mul(heads, tf.rsqrt(tf.add(meanSquare(heads), 1e-5))),
  }),
  /** Both maps in one product and one softmax: the second half of the batch is the second map. */
  mapsAsOneBatch: {
    differentialAttention: ((input, options) => {
      refuse(input, options);
      return tf.tidy(() => {
        const q = tf.concat([input.q1_BHTD, input.q2_BHTD], 0);
        const k = tf.concat([input.k1_BHSD, input.k2_BHSD], 0);
        const past = options.causal ? right.past(q.shape[2], k.shape[2]) : undefined;
        const [first, second] = tf.split(right.map(right.scores(q, k), past), 2, 0);
        const lambdaInit = right.lambdaInit(options.depth);
        const heads = tf.matMul(tf.sub(first, tf.mul(right.lambda(options, lambdaInit), second)), input.v_BHSV);
        return right.weigh(tf.mul(right.norm(heads), 1 - lambdaInit), options);
      });
    }) as Differential,
  },
};

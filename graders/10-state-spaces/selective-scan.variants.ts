/**
 * Submissions to selective-scan: `wrong` ones make one mistake each, `alternates` are right but written differently.
 * `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { axes } from '../../exercises/arguments';
import { selectiveScan as solution } from '../../solutions/10-state-spaces/selective-scan';

type SelectiveScan = typeof solution;
type Options = NonNullable<Parameters<SelectiveScan>[5]>;

/** The steps of the solution, each of which a wrong variant can replace. */
interface Steps {
  step: (delta_BLI: tf.Tensor, options: Options) => tf.Tensor;
  a: (a_IN: tf.Tensor2D) => tf.Tensor;
  decay: (logDecay_BLIN: tf.Tensor) => tf.Tensor;
  input: (step_BLI: tf.Tensor, u_BLI: tf.Tensor, b_BLN: tf.Tensor, a_IN: tf.Tensor) => tf.Tensor;
  /** log decays are −δ|A|, for the variants that add exponents instead of multiplying decays. */
  states: (decay_BLIN: tf.Tensor, input_BLIN: tf.Tensor, logDecay_BLIN: tf.Tensor) => tf.Tensor;
  read: (state_BLIN: tf.Tensor, c_BLN: tf.Tensor) => tf.Tensor;
  finish: (y_BLI: tf.Tensor, u_BLI: tf.Tensor, options: Options) => tf.Tensor;
  last: (state_BLIN: tf.Tensor) => tf.Tensor;
}

const silu = (z: tf.Tensor) => tf.mul(z, tf.sigmoid(z));
const stateAt = (state_BLIN: tf.Tensor, t: number) => {
  const [B, , I, N] = state_BLIN.shape;
  return tf.slice(state_BLIN, [0, t, 0, 0], [B, 1, I, N]);
};

/** x, `span` positions later along axis 1; `filler` comes in. */
function delay(x: tf.Tensor, span: number, filler = 0): tf.Tensor {
  const size = x.shape.map((length, axis) => (axis === 1 ? length - span : length));
  const before = x.shape.map((_, axis): [number, number] => (axis === 1 ? [span, 0] : [0, 0]));
  return tf.pad(tf.slice(x, Array(x.rank).fill(0), size), before, filler);
}

const right: Steps = {
  step: (delta, { deltaBias_I, softplus }) => {
    const biased = deltaBias_I ? tf.add(delta, deltaBias_I) : delta;
    return softplus ? tf.softplus(biased) : biased;
  },
  a: (a) => a,
  decay: (logDecay) => tf.exp(logDecay),
  input: (step, u, b) => tf.mul(tf.expandDims(tf.mul(step, u), 3), tf.expandDims(b, 2)),
  states: (decay, input) => {
    const L = input.shape[1] as number;
    for (let span = 1; span < L; span *= 2) {
      input = tf.add(tf.mul(decay, delay(input, span)), input);
      decay = tf.mul(decay, delay(decay, span, 1));
    }
    return input;
  },
  read: (state, c) => tf.sum(tf.mul(state, tf.expandDims(c, 2)), 3),
  finish: (y, u, { d_I, z_BLI }) => {
    const skipped = d_I ? tf.add(y, tf.mul(d_I, u)) : y;
    return z_BLI ? tf.mul(skipped, silu(z_BLI)) : skipped;
  },
  last: (state) => tf.squeeze(stateAt(state, (state.shape[1] as number) - 1), [1]),
};

function selective(changed: Partial<Steps>, refuse = true): { selectiveScan: SelectiveScan } {
  const steps = { ...right, ...changed };
  return {
    selectiveScan: (u_BLI, delta_BLI, a_IN, b_BLN, c_BLN, options = {}) => {
      const { d_I, z_BLI, deltaBias_I } = options;
      if (refuse) axes('selectiveScan', { u_BLI, delta_BLI, a_IN, b_BLN, c_BLN, d_I, z_BLI, deltaBias_I });
      return tf.tidy(() => {
        const step = steps.step(delta_BLI, options);
        const a = steps.a(a_IN);
        const logDecay = tf.mul(tf.expandDims(step, 3), a);
        const state = steps.states(steps.decay(logDecay), steps.input(step, u_BLI, b_BLN, a), logDecay);
        const y_BLI = steps.finish(steps.read(state, c_BLN), u_BLI, options) as tf.Tensor3D;
        return { y_BLI, lastState_BIN: steps.last(state) as tf.Tensor3D };
      });
    },
  };
}

/** A running sum over the length. tf.cumsum's gradient is right along the last axis alone. */
function runningSum(x_BLIN: tf.Tensor): tf.Tensor {
  return tf.transpose(tf.cumsum(tf.transpose(x_BLIN, [0, 2, 3, 1]), 3), [0, 3, 1, 2]);
}

/** h_t = P_t Σ_{s≤t} input_s / P_s with P the running product of the decays: right on paper. */
function byDivision(input: tf.Tensor, logDecay: tf.Tensor, epsilon: number): tf.Tensor {
  const product = tf.exp(runningSum(logDecay));
  return tf.mul(product, runningSum(tf.div(input, tf.add(product, epsilon))));
}

export const wrong = {
  softplusIgnored: selective({ step: (delta, options) => right.step(delta, { ...options, softplus: false }) }),
  softplusOverflows: selective({
    step: (delta, options) => {
      const biased = right.step(delta, { ...options, softplus: false });
      return options.softplus ? tf.log(tf.add(tf.exp(biased), 1)) : biased;
    },
  }),
  biasIgnored: selective({ step: (delta, { softplus }) => right.step(delta, { softplus }) }),
  biasAfterSoftplus: selective({
    step: (delta, { softplus, deltaBias_I }) => {
      const step = right.step(delta, { softplus });
      return deltaBias_I ? tf.add(step, deltaBias_I) : step;
    },
  }),
  eulerDecay: selective({ decay: (logDecay) => tf.add(logDecay, 1) }),
  logarithmOfA: selective({ a: (a) => tf.neg(tf.exp(a)) }),
  inputWithoutStep: selective({ input: (_, u, b) => tf.mul(tf.expandDims(u, 3), tf.expandDims(b, 2)) }),
  zeroOrderHoldInput: selective({
    input: (step, u, b, a) => {
      const held_BLIN = tf.div(tf.expm1(tf.mul(tf.expandDims(step, 3), a)), a);
      return tf.mul(held_BLIN, tf.mul(tf.expandDims(u, 3), tf.expandDims(b, 2)));
    },
  }),
  oneStepForAll: selective({
    step: (delta, options) => {
      const step = right.step(delta, options);
      return tf.add(tf.mean(step, 1, true), tf.zerosLike(step));
    },
  }),
  readsBeforeUpdate: selective({ read: (state, c) => right.read(delay(state, 1), c) }),
  swapsReadAndWrite: {
    selectiveScan: ((u, delta, a, b, c, options) => solution(u, delta, a, c, b, options)) as SelectiveScan,
  },
  stopsBeforeTheStart: selective({
    states: (decay, input) => {
      const L = input.shape[1] as number;
      for (let span = 1; span * 2 <= L; span *= 2) {
        input = tf.add(tf.mul(decay, delay(input, span)), input);
        decay = tf.mul(decay, delay(decay, span, 1));
      }
      return input;
    },
  }),
  composesBackwards: selective({
    states: (decay, input) => {
      const L = input.shape[1] as number;
      for (let span = 1; span < L; span *= 2) {
        const earlier = delay(decay, span, 1);
        input = tf.add(delay(input, span), tf.mul(earlier, input));
        decay = tf.mul(decay, earlier);
      }
      return input;
    },
  }),
  skipIgnored: selective({ finish: (y, u, { z_BLI }) => right.finish(y, u, { z_BLI }) }),
  gateIsSigmoid: selective({
    finish: (y, u, { d_I, z_BLI }) => {
      const skipped = right.finish(y, u, { d_I });
      return z_BLI ? tf.mul(skipped, tf.sigmoid(z_BLI)) : skipped;
    },
  }),
  gateBeforeSkip: selective({
    finish: (y, u, { d_I, z_BLI }) => right.finish(right.finish(y, u, { z_BLI }), u, { d_I }),
  }),
  firstStateReturned: selective({ last: (state) => tf.squeeze(stateAt(state, 0), [1]) }),
  loopOverTime: selective({
    states: (decay, input) => {
      const L = input.shape[1] as number;
      const states = [stateAt(input, 0)];
      for (let t = 1; t < L; t++) {
        states.push(tf.add(tf.mul(stateAt(decay, t), states[t - 1]), stateAt(input, t)));
      }
      return tf.concat(states, 1);
    },
  }),
  dividesByProduct: selective({ states: (_, input, logDecay) => byDivision(input, logDecay, 0) }),
  addsEpsilonToProduct: selective({ states: (_, input, logDecay) => byDivision(input, logDecay, 1e-12) }),
  decaysOfAllPairs: selective({
    states: (_, input, logDecay) => {
      const L = input.shape[1] as number;
      const sum_BINL = tf.transpose(runningSum(logDecay), [0, 2, 3, 1]);
      const past_LL = tf.linalg.bandPart(tf.ones([L, L]), -1, 0).cast('bool');
      const exponent_BINLL = tf.sub(tf.expandDims(sum_BINL, 4), tf.expandDims(sum_BINL, 3));
      const decay_BINLL = tf.exp(tf.where(past_LL, exponent_BINLL, -1e9));
      const input_BINL1 = tf.expandDims(tf.transpose(input, [0, 2, 3, 1]), 4);
      return tf.transpose(tf.squeeze(tf.matMul(decay_BINLL, input_BINL1), [4]), [0, 3, 1, 2]);
    },
  }),
  downloadsA: selective({ a: (a) => tf.tensor(a.dataSync().slice(), a.shape) }),
  leaksStates: selective({ last: (state) => right.last(tf.keep(tf.clone(state))) }),
  disposesInputs: {
    selectiveScan: ((u, delta, a, b, c, options) => {
      const out = solution(u, delta, a, b, c, options);
      tf.dispose([u, delta, a, b, c]);
      return out;
    }) as SelectiveScan,
  },
  acceptsAnyShape: selective({}, false),
};

/** Inclusive scan that halves the length: pairs are composed, the half as long sequence is scanned, the rest filled in. */
function scanPairs(decay: tf.Tensor, input: tf.Tensor): tf.Tensor {
  const [B, L, I, N] = input.shape;
  if (L === 1) return input;
  if (L % 2 === 1) {
    const end: [number, number][] = [[0, 0], [0, 1], [0, 0], [0, 0]]; // biome-ignore format: one pair an axis
    return tf.slice(scanPairs(tf.pad(decay, end, 1), tf.pad(input, end)), [0, 0, 0, 0], [B, L, I, N]);
  }
  const halves = (x: tf.Tensor) =>
    tf.split(tf.reshape(x, [B, L / 2, 2 * I, N]), 2, 2).map((half) => tf.reshape(half, [B, L / 2, I, N]));
  const [evenDecay, oddDecay] = halves(decay);
  const [evenInput, oddInput] = halves(input);
  const odd = scanPairs(tf.mul(oddDecay, evenDecay), tf.add(tf.mul(oddDecay, evenInput), oddInput));
  const even = tf.add(tf.mul(evenDecay, delay(odd, 1)), evenInput);
  return tf.reshape(tf.concat([even, odd], 2), [B, L, I, N]);
}

/** √L steps within all chunks at once, then √L steps from chunk to chunk. */
function scanChunks(decay: tf.Tensor, input: tf.Tensor): tf.Tensor {
  const [B, L, I, N] = input.shape;
  const size = Math.ceil(Math.sqrt(L));
  const count = Math.ceil(L / size);
  const end: [number, number][] = [[0, 0], [0, count * size - L], [0, 0], [0, 0]]; // biome-ignore format: one pair an axis
  const places = (x: tf.Tensor, filler: number) =>
    tf.split(tf.reshape(tf.pad(x, end, filler), [B, count, size * I, N]), size, 2);
  const [decays, inputs] = [places(decay, 1), places(input, 0)];
  const [products, states] = [[decays[0]], [inputs[0]]];
  for (let place = 1; place < size; place++) {
    products.push(tf.mul(decays[place], products[place - 1]));
    states.push(tf.add(tf.mul(decays[place], states[place - 1]), inputs[place]));
  }
  const carried = [tf.zeros([B, 1, I, N])];
  for (let chunk = 1; chunk < count; chunk++) {
    const whole = tf.mul(stateAt(products[size - 1], chunk - 1), carried[chunk - 1]);
    carried.push(tf.add(whole, stateAt(states[size - 1], chunk - 1)));
  }
  const carry = tf.concat(carried, 1);
  const filled = states.map((state, place) => tf.add(tf.mul(products[place], carry), state));
  return tf.slice(tf.reshape(tf.concat(filled, 2), [B, count * size, I, N]), [0, 0, 0, 0], [B, L, I, N]);
}

export const alternates = {
  /** Work that grows as L alone: Blelloch's tree. */
  pairwise: selective({ states: scanPairs }),
  /** The most kernels that the budget allows. */
  chunked: selective({ states: scanChunks }),
  /** Decays of doubling spans from sums of exponents; the state is read by a matrix product. */
  summedExponents: selective({
    states: (_, input, logDecay) => {
      const L = input.shape[1] as number;
      for (let span = 1; span < L; span *= 2) {
        input = tf.add(input, tf.mul(tf.exp(logDecay), delay(input, span)));
        logDecay = tf.add(logDecay, delay(logDecay, span));
      }
      return input;
    },
    read: (state, c) => tf.squeeze(tf.matMul(state, tf.expandDims(c, 3)), [3]),
  }),
};

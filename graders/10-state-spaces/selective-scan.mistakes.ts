import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/10-state-spaces/selective-scan';
import { axes } from '../../exercises/arguments';
import { anyShape, defineMistakes, disposesInputs, sizesBroadcast } from '../../kit/author/mistakes';
import type * as solution from '../../solutions/10-state-spaces/selective-scan';

type SelectiveScan = typeof stub.selectiveScan;

const BIASED = 'deltaBias_I ? tf.add(delta_BLI, deltaBias_I) : delta_BLI';
const STEP = 'softplus ? tf.softplus(biased_BLI) : biased_BLI';
const LOG_DECAY = 'tf.mul(tf.expandDims(step_BLI, 3), a_IN)';
const INPUT = 'tf.mul(tf.expandDims(tf.mul(step_BLI, u_BLI), 3), tf.expandDims(b_BLN, 2))';
const STATES = 'scan(decay_BLIN, input_BLIN, L)';
const SKIP = 'if (d_I) y_BLI = tf.add(y_BLI, tf.mul(u_BLI, d_I));';
const GATE = 'if (z_BLI) y_BLI = tf.mul(y_BLI, tf.mul(z_BLI, tf.sigmoid(z_BLI)));';

const RUNNING_SUM = `
/** A running sum over the length. tf.cumsum's gradient is right along the last axis only. */
function runningSum(x_BLIN: tf.Tensor): tf.Tensor {
  return tf.transpose(tf.cumsum(tf.transpose(x_BLIN, [0, 2, 3, 1]), 3), [0, 3, 1, 2]);
}`;
const BY_DIVISION = `${RUNNING_SUM}

/** h_t = P_t Σ_{s≤t} input_s / P_s with P the running product of the decays: right on paper. */
function byDivision(logDecay: tf.Tensor, input: tf.Tensor, epsilon: number): tf.Tensor {
  const product = tf.exp(runningSum(logDecay));
  return tf.mul(product, runningSum(tf.div(input, tf.add(product, epsilon))));
}`;

const COMPOSED_DECAY = 'tf.mul(decay, delay(decay, span, 1))';
const DECAYED_STATE = 'tf.mul(decay, delay(state, span, 0))';
const KEPT = 'tf.slice(x_BLIN, [0, 0, 0, 0], [B, L - span, I, N])';
const DELAYED = 'tf.pad(kept, [[0, 0], [span, 0], [0, 0], [0, 0]], filler)';
const SILU = 'tf.mul(z_BLI, tf.sigmoid(z_BLI))';

/**
 * Chunks of ∛L steps, each solved by a matrix of the decays between its steps; the ends of the chunks are a shorter
 * sequence of the same kind. `log` and `sums` are the logarithms of the decays and their running sums in each chunk.
 */
const byChunkMatrices = ({ matrix = 'tf.mul(tf.exp(spans), lower)', carried = 'sums' }) => `
function byChunkMatrices(logDecay_BLIN: tf.Tensor, input_BLIN: tf.Tensor): tf.Tensor {
  const [B, L, I, N] = input_BLIN.shape;
  const size = Math.max(2, Math.round(L ** (1 / 3) + 0.5));
  const lower = tf.linalg.bandPart(tf.ones([size, size]), -1, 0);
  // A sum for each pair of steps, since a difference of two running sums loses the digits of the small decays.
  const places = [...Array(size).keys()];
  const isBetween = (j: number) => places.flatMap((t) => places.map((s) => (s < j && j <= t ? 1 : 0)));
  const between = tf.tensor2d(places.map(isBetween));
  const solve = (log: tf.Tensor, input: tf.Tensor): tf.Tensor => {
    const [X, length] = input.shape;
    if (length === 1) return input;
    const count = Math.ceil(length / size);
    const chunks = (x: tf.Tensor) => tf.reshape(tf.pad(x, [[0, 0], [0, count * size - length]]), [X * count, size]);
    const [logs, inputs] = [chunks(log), chunks(input)];
    const sums = tf.matMul(logs, lower, false, true);
    const spans = tf.reshape(tf.matMul(logs, between), [X * count, size, size]);
    const local = tf.reshape(tf.matMul(${matrix}, tf.expandDims(inputs, 2)), [X * count, size]);
    const last = (x: tf.Tensor) => tf.reshape(tf.slice(x, [0, size - 1], [-1, 1]), [X, count]);
    const ends = solve(last(sums), last(local));
    const entering = tf.reshape(tf.slice(tf.pad(ends, [[0, 0], [1, 0]]), [0, 0], [X, count]), [X * count, 1]);
    const all = tf.add(local, tf.mul(tf.exp(${carried}), entering));
    return tf.slice(tf.reshape(all, [X, count * size]), [0, 0], [X, length]);
  };
  const timeLast = (x: tf.Tensor) => tf.reshape(tf.transpose(x, [0, 2, 3, 1]), [-1, L]);
  return tf.transpose(tf.reshape(solve(timeLast(logDecay_BLIN), timeLast(input_BLIN)), [B, I, N, L]), [0, 3, 1, 2]);
}`;

export default defineMistakes<typeof solution, typeof stub>({
  softplusIgnored: {
    edit: [STEP, 'biased_BLI'],
    says: 'The option softplus has no effect, so a step can be negative, and the state can grow.',
  },
  softplusOverflows: {
    edit: ['tf.softplus(biased_BLI)', 'tf.log(tf.add(tf.exp(biased_BLI), 1))'],
    says: 'exp of a large delta is Infinity, and so is log(1 + exp(delta)). For a large x, softplus(x) is x.',
  },
  softplusAlways: {
    edit: ['softplus = false', 'softplus = true'],
    says: 'delta goes through softplus although the option softplus is not set. Its default is false.',
  },
  softplusKept: {
    edit: [STEP, `(kept.softplus ||= softplus) ? tf.softplus(biased_BLI) : biased_BLI`],
    with: 'const kept = { softplus: false };',
    says: 'The option softplus of an earlier call is still in effect. Each call has options of its own.',
  },
  softplusByWhere: {
    edit: [
      'tf.softplus(biased_BLI)',
      'tf.where(tf.greaterEqual(biased_BLI, 20), biased_BLI, tf.log1p(tf.exp(biased_BLI)))',
    ],
    says: 'tf.where computes both branches. From delta = 89 on, exp is Infinity in the branch that is not taken, and its gradient is 0 · Infinity = NaN. Use tf.softplus, or max(x, 0) + log1p(exp(−|x|)).',
  },
  softplusClipped: {
    edit: ['tf.softplus(biased_BLI)', 'tf.log1p(tf.exp(tf.minimum(biased_BLI, 80)))'],
    says: 'delta is cut off before exp, so a large step becomes too small. For a large x, softplus(x) is x.',
  },
  softplusByLogSigmoid: {
    edit: ['tf.softplus(biased_BLI)', 'tf.neg(tf.logSigmoid(tf.neg(biased_BLI)))'],
    says: 'The values are right, but the gradient of tf.logSigmoid is broken in TensorFlow.js: inside tf.tidy it reads a tensor that is gone. Use tf.softplus.',
  },
  biasIgnored: { edit: [BIASED, 'delta_BLI'], says: 'The option deltaBias has no effect.' },
  biasOnlyWithSoftplus: {
    edit: [BIASED, 'deltaBias_I && softplus ? tf.add(delta_BLI, deltaBias_I) : delta_BLI'],
    says: 'The bias is added only where softplus is set. It is added to delta in any case.',
  },
  biasAfterSoftplus: {
    edit: [
      BIASED,
      'delta_BLI',
      `const step_BLI = ${STEP};`,
      `const soft_BLI = ${STEP};\n    const step_BLI = deltaBias_I ? tf.add(soft_BLI, deltaBias_I) : soft_BLI;`,
    ],
    says: 'The bias is added after softplus. Add it to delta, before softplus.',
  },
  eulerDecay: {
    edit: [`tf.exp(${LOG_DECAY})`, `tf.add(${LOG_DECAY}, 1)`],
    says: 'The decay is 1 + δA. That is the first-order approximation of exp(δA); for δA < −1 it even flips the sign of the state.',
  },
  decayWithoutStep: {
    edit: [LOG_DECAY, 'tf.mul(tf.expandDims(tf.onesLike(step_BLI), 3), a_IN)'],
    says: 'The decay is exp(A), the same at all positions. It is exp(δA), so a large step lets the state fade.',
  },
  decayGrows: {
    edit: [LOG_DECAY, 'tf.neg(tf.mul(tf.expandDims(step_BLI, 3), a_IN))'],
    says: 'The decay is exp(−δA). A is negative already, so the decay is exp(δA).',
  },
  decaysOwnInput: {
    edit: [STATES, 'scan(decay_BLIN, tf.mul(decay_BLIN, input_BLIN), L)'],
    says: "A step's own input is decayed too. First decay the state before, then add the input as it is.",
  },
  logarithmOfA: {
    edit: [LOG_DECAY, 'tf.mul(tf.expandDims(step_BLI, 3), tf.neg(tf.exp(a_IN)))'],
    says: 'a_IN is taken for the logarithm of −A. Some models store that, but this function gets A itself.',
  },
  inputTakesRawDelta: {
    edit: ['tf.mul(step_BLI, u_BLI)', 'tf.mul(delta_BLI, u_BLI)'],
    says: 'The input is multiplied by delta as it is given. Use the step δ, after bias and softplus, here as in the decay.',
  },
  inputWithoutStep: {
    edit: ['tf.mul(step_BLI, u_BLI)', 'u_BLI'],
    says: 'The step size is in the decay but not in the input. With δ = 0 nothing must enter the state.',
  },
  zeroOrderHoldInput: {
    edit: [
      INPUT,
      `tf.mul(tf.div(tf.expm1(${LOG_DECAY}), a_IN), tf.mul(tf.expandDims(u_BLI, 3), tf.expandDims(b_BLN, 2)))`,
    ],
    says: "B is discretised exactly, as (exp(δA) − 1)/A. Mamba's code, and this exercise, use δB.",
  },
  oneStepForAll: {
    edit: [STEP, `tf.add(tf.mean(${STEP}, 1, true), tf.zerosLike(delta_BLI))`],
    says: 'All positions use the same step. Each needs its own δ, which chooses what is remembered.',
  },
  readsBeforeUpdate: {
    edit: ['tf.matMul(state_BLIN,', 'tf.matMul(delay(state_BLIN, 1, 0),'],
    says: "The output is read before the step's own input is written. y_t reads h_t, not the state before.",
  },
  swapsReadAndWrite: {
    edit: ['tf.expandDims(b_BLN, 2)', 'tf.expandDims(c_BLN, 2)', 'tf.expandDims(c_BLN, 3)', 'tf.expandDims(b_BLN, 3)'],
    says: 'B and C are exchanged. B writes into the state, C reads from it.',
  },
  stopsBeforeTheStart: {
    edit: ['span < L;', '2 * span <= L;'],
    says: 'The last outputs lack the first inputs where L is not a power of two. When does every position reach back to the start?',
  },
  spanGrowsByOne: {
    edit: ['span *= 2', 'span += 1'],
    says: 'The span grows by one in each round, so steps are counted more than once. After each round a position covers twice as many steps: double the span.',
  },
  decaysNotComposed: {
    edit: [COMPOSED_DECAY, 'decay'],
    says: 'The decays stay those of single steps. When two steps are composed, their decays are multiplied too: a₂a₁.',
  },
  earlierDecay: {
    edit: [DECAYED_STATE, 'tf.mul(delay(decay, span, 1), delay(state, span, 0))'],
    says: "The earlier state is multiplied by the earlier step's own decay. The later step's decay acts on it: a₂b₁ + b₂.",
  },
  decayComposedFirst: {
    edit: [DECAYED_STATE, `tf.mul(${COMPOSED_DECAY}, delay(state, span, 0))`],
    says: 'The states are composed with decays that are composed already. Compute both from the decays of the round before.',
  },
  startsAtOne: {
    edit: ['delay(state, span, 0)', 'delay(state, span, 1)'],
    says: 'Before the first step the state is 1. It is 0: the identity is a = 1, b = 0.',
  },
  wrapsAround: {
    edit: [DELAYED, 'tf.concat([tf.slice(x_BLIN, [0, L - span, 0, 0], [B, span, I, N]), kept], 1)'],
    says: 'The first positions are composed with the last ones, as if time went in a circle. Before the first step, put the identity: a = 1, b = 0.',
  },
  looksAhead: {
    edit: [KEPT, KEPT.replace('[0, 0, 0, 0]', '[0, span, 0, 0]'), DELAYED, DELAYED.replace('[span, 0]', '[0, span]')],
    says: 'A position is composed with the position span after it, so outputs see the future. Take the one span before it.',
  },
  evenStepsSeeTheNext: {
    instead: () => ({ selectiveScan: scanning((decay, input) => scanPairs(decay, input, true)) }),
    says: 'The even steps are filled in from the state after them. Their input comes in on top of the state one step before.',
  },
  chunksStartAtZero: {
    instead: () => ({ selectiveScan: scanning((decay, input) => scanChunks(decay, input, () => 0)) }),
    says: 'Each chunk starts from zero. It starts from the state at the end of the chunk before.',
  },
  carryNotDecayed: {
    instead: () => ({ selectiveScan: scanning((decay, input) => scanChunks(decay, input, () => 1)) }),
    says: 'The state that enters a chunk is added to its states as it is. Multiply it by the product of the decays from the start of the chunk on.',
  },
  carryMissesFirstDecay: {
    edit: [STATES, `byChunkMatrices(${LOG_DECAY}, input_BLIN)`],
    with: byChunkMatrices({ carried: 'tf.sub(sums, tf.slice(logs, [0, 0], [-1, 1]))' }),
    says: "The state that enters a chunk is not decayed by the chunk's first step. The product of the decays begins with that step's own.",
  },
  masksAfterExp: {
    edit: [STATES, `byChunkMatrices(${LOG_DECAY}, input_BLIN)`],
    with: byChunkMatrices({
      matrix: 'tf.mul(tf.exp(tf.sub(tf.expandDims(sums, 2), tf.expandDims(sums, 1))), lower)',
    }),
    says: 'The future is masked after exp. A decay towards the past is larger than one and becomes Infinity, and Infinity · 0 is NaN. Set the exponents to −1e9 there first.',
  },
  composesBackwards: {
    edit: [
      'tf.add(tf.mul(decay, delay(state, span, 0)), state)',
      'tf.add(delay(state, span, 0), tf.mul(delay(decay, span, 1), state))',
    ],
    says: 'The two steps of a composition are exchanged. The later decay multiplies the earlier state.',
  },
  skipIgnored: { edit: [SKIP, ''], says: 'The option d has no effect.' },
  skipWithoutInput: {
    edit: [SKIP, 'if (d_I) y_BLI = tf.add(y_BLI, d_I);'],
    says: 'd is added as it is. It is the weight of the input: add d · u.',
  },
  gateIgnored: { edit: [GATE, ''], says: 'The option z has no effect.' },
  siluByDivision: {
    edit: [SILU, 'tf.div(z_BLI, tf.add(tf.exp(tf.neg(z_BLI)), 1))'],
    says: 'The values are right, but for z below −88 exp(−z) is Infinity, and the gradient of the division is NaN. Write silu as z · tf.sigmoid(z).',
  },
  meanOverStates: {
    edit: [
      'tf.matMul(state_BLIN, tf.expandDims(c_BLN, 3))',
      'tf.mul(tf.matMul(state_BLIN, tf.expandDims(c_BLN, 3)), 1 / N)',
    ],
    says: 'The output is a mean over the N state values. C_t · h_t is a sum.',
  },
  gateIsSigmoid: {
    edit: ['tf.mul(z_BLI, tf.sigmoid(z_BLI))', 'tf.sigmoid(z_BLI)'],
    says: 'The gate is the sigmoid of z. silu(z) is z times that.',
  },
  gateBeforeSkip: {
    edit: [SKIP, GATE, GATE, SKIP],
    says: 'The gate multiplies before D·u is added. The skip passes through the gate too.',
  },
  firstStateReturned: {
    edit: ['tf.slice(state_BLIN, [0, L - 1, 0, 0]', 'tf.slice(state_BLIN, [0, 0, 0, 0]'],
    says: 'lastState is not the state after the last step.',
  },
  loopOverTime: {
    edit: [STATES, 'stepByStep(decay_BLIN, input_BLIN, L)'],
    with: `
function stepByStep(decay: tf.Tensor, input: tf.Tensor, L: number): tf.Tensor {
  const of = (x: tf.Tensor, t: number) => tf.slice(x, [0, t, 0, 0], [-1, 1, -1, -1]);
  const states = [of(input, 0)];
  for (let t = 1; t < L; t++) states.push(tf.add(tf.mul(of(decay, t), states[t - 1]), of(input, t)));
  return tf.concat(states, 1);
}`,
    says: 'The state is computed step by step, so the number of kernels grows with L. Compose many steps at once.',
  },
  dividesByProduct: {
    edit: [STATES, `byDivision(${LOG_DECAY}, input_BLIN, 0)`],
    with: BY_DIVISION,
    says: 'The input is divided by the running product of the decays. It reaches zero in float32 after some hundred steps, and 0/0 is NaN.',
  },
  addsEpsilonToProduct: {
    edit: [STATES, `byDivision(${LOG_DECAY}, input_BLIN, 1e-12)`],
    with: BY_DIVISION,
    says: 'A small number keeps the division by the running product from 0/0. But then what decayed too far gets wrong weights.',
  },
  decaysOfAllPairs: {
    edit: [STATES, `allPairs(${LOG_DECAY}, input_BLIN, L)`],
    with: `${RUNNING_SUM}

function allPairs(logDecay: tf.Tensor, input: tf.Tensor, L: number): tf.Tensor {
  const sum_BINL = tf.transpose(runningSum(logDecay), [0, 2, 3, 1]);
  const past_LL = tf.linalg.bandPart(tf.ones([L, L]), -1, 0).cast('bool');
  const exponent_BINLL = tf.sub(tf.expandDims(sum_BINL, 4), tf.expandDims(sum_BINL, 3));
  const decay_BINLL = tf.exp(tf.where(past_LL, exponent_BINLL, -1e9));
  const input_BINL1 = tf.expandDims(tf.transpose(input, [0, 2, 3, 1]), 4);
  return tf.transpose(tf.squeeze(tf.matMul(decay_BINLL, input_BINL1), [4]), [0, 3, 1, 2]);
}`,
    says: 'A decay is computed for every pair of positions. That is L × L again, the cost that state spaces avoid.',
  },
  optionsRequired: {
    edit: ['options: Options = {},', 'options: Options,'],
    says: 'A call without options fails. Give the parameter a default: options = {}.',
  },
  downloadsA: {
    edit: [LOG_DECAY, 'tf.mul(tf.expandDims(step_BLI, 3), tf.tensor(a_IN.dataSync().slice(), a_IN.shape))'],
    says: 'A is read back into JavaScript. That waits for the device, and no gradient passes through it.',
  },
  leaksStates: {
    edit: ['const lastState_BIN', 'tf.keep(tf.clone(state_BLIN));\n    const lastState_BIN'],
    says: "A tensor of the states' size stays in memory after the call.",
  },
  disposesInputs,
  deltaNotCompared: {
    edit: ['...{ u_BLI, delta_BLI, a_IN, b_BLN, c_BLN }', '...{ u_BLI, a_IN, b_BLN, c_BLN }'],
    says: 'The sizes of delta are not compared with the others.',
  },
  bNotCompared: {
    edit: ['...{ u_BLI, delta_BLI, a_IN, b_BLN, c_BLN }', '...{ u_BLI, delta_BLI, a_IN, c_BLN }'],
    says: 'The sizes of b are not compared with the others.',
  },
  sizesBroadcast,
  acceptsAnyShape: { ...anyShape, says: 'Shapes that do not fit together are not refused, and broadcasting hides it.' },
});

/** The whole function around a way to compute all states from decays and inputs. */
function scanning(states: (decay_BLIN: tf.Tensor, input_BLIN: tf.Tensor) => tf.Tensor): SelectiveScan {
  return (u_BLI, delta_BLI, a_IN, b_BLN, c_BLN, { d_I, z_BLI, deltaBias_I, softplus } = {}) => {
    const { L } = axes('selectiveScan', { u_BLI, delta_BLI, a_IN, b_BLN, c_BLN, d_I, z_BLI, deltaBias_I });
    return tf.tidy(() => {
      const biased = deltaBias_I ? tf.add(delta_BLI, deltaBias_I) : delta_BLI;
      const step = softplus ? tf.softplus(biased) : biased;
      const input = tf.mul(tf.expandDims(tf.mul(step, u_BLI), 3), tf.expandDims(b_BLN, 2));
      const state = states(tf.exp(tf.mul(tf.expandDims(step, 3), a_IN)), input);
      const read = tf.sum(tf.mul(state, tf.expandDims(c_BLN, 2)), 3);
      const skipped = d_I ? tf.add(read, tf.mul(d_I, u_BLI)) : read;
      const y_BLI = (z_BLI ? tf.mul(skipped, tf.mul(z_BLI, tf.sigmoid(z_BLI))) : skipped) as tf.Tensor3D;
      return { y_BLI, lastState_BIN: tf.squeeze(stateAt(state, L - 1), [1]) as tf.Tensor3D };
    });
  };
}

const stateAt = (state_BLIN: tf.Tensor, t: number) => tf.slice(state_BLIN, [0, t, 0, 0], [-1, 1, -1, -1]);

/**
 * Inclusive scan that halves the length: pairs are composed, the half as long sequence is scanned, the rest filled in.
 *
 * @param seesNext whether even steps are filled in from the state after them
 */
function scanPairs(decay: tf.Tensor, input: tf.Tensor, seesNext = false): tf.Tensor {
  const [B, L, I, N] = input.shape;
  if (L === 1) return input;
  if (L % 2 === 1) {
    const end: [number, number][] = [[0, 0], [0, 1], [0, 0], [0, 0]]; // biome-ignore format: one pair per axis
    return tf.slice(scanPairs(tf.pad(decay, end, 1), tf.pad(input, end), seesNext), [0, 0, 0, 0], [B, L, I, N]);
  }
  const halves = (x: tf.Tensor) =>
    tf.split(tf.reshape(x, [B, L / 2, 2 * I, N]), 2, 2).map((half) => tf.reshape(half, [B, L / 2, I, N]));
  const [evenDecay, oddDecay] = halves(decay);
  const [evenInput, oddInput] = halves(input);
  const odd = scanPairs(tf.mul(oddDecay, evenDecay), tf.add(tf.mul(oddDecay, evenInput), oddInput), seesNext);
  const earlier = tf.concat([tf.zeros([B, 1, I, N]), tf.slice(odd, [0, 0, 0, 0], [B, L / 2 - 1, I, N])], 1);
  const even = tf.add(tf.mul(evenDecay, seesNext ? odd : earlier), evenInput);
  return tf.reshape(tf.concat([even, odd], 2), [B, L, I, N]);
}

/**
 * √L steps within all chunks at once, then √L steps from chunk to chunk.
 *
 * @param factorOf of the state that enters a chunk, for the product of the decays since the chunk's start
 */
function scanChunks(
  decay: tf.Tensor,
  input: tf.Tensor,
  factorOf: (product: tf.Tensor) => tf.Tensor | number = (product) => product,
): tf.Tensor {
  const [B, L, I, N] = input.shape;
  const size = Math.ceil(Math.sqrt(L));
  const count = Math.ceil(L / size);
  const end: [number, number][] = [[0, 0], [0, count * size - L], [0, 0], [0, 0]]; // biome-ignore format: one pair per axis
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
  const filled = states.map((state, place) => tf.add(tf.mul(factorOf(products[place]), carry), state));
  return tf.slice(tf.reshape(tf.concat(filled, 2), [B, count * size, I, N]), [0, 0, 0, 0], [B, L, I, N]);
}

export const alternates = {
  /** Work that grows as L alone: Blelloch's tree. */
  pairwise: { selectiveScan: scanning(scanPairs) },
  /** Chunks of √L steps: two loops of √L kernels. */
  chunked: { selectiveScan: scanning((decay, input) => scanChunks(decay, input)) },
  /** A matrix of decays for each chunk, as Mamba-2 does; chunks of ∛L steps, three levels of them. */
  chunkMatrices: {
    edit: [STATES, `byChunkMatrices(${LOG_DECAY}, input_BLIN)`],
    with: byChunkMatrices({}),
  },
  /** Chunks of 16 steps, one after the other. */
  fixedChunks: {
    edit: [STATES, 'byFixedChunks(decay_BLIN, input_BLIN)'],
    with: `
function byFixedChunks(decay_BLIN: tf.Tensor, input_BLIN: tf.Tensor): tf.Tensor {
  const [B, L, I, N] = input_BLIN.shape;
  const count = Math.ceil(L / 16);
  const chunks = (x: tf.Tensor, filler: number) =>
    tf.reshape(tf.pad(x, [[0, 0], [0, count * 16 - L], [0, 0], [0, 0]], filler), [B * count, 16, I, N]);
  let [decay, state] = [chunks(decay_BLIN, 1), chunks(input_BLIN, 0)];
  for (let span = 1; span < 16; span *= 2) {
    [decay, state] = [${COMPOSED_DECAY}, tf.add(${DECAYED_STATE}, state)];
  }
  const chunkOf = (x: tf.Tensor, chunk: number) =>
    tf.slice(tf.reshape(x, [B, count * 16, I, N]), [0, chunk * 16, 0, 0], [B, 16, I, N]);
  const found = [chunkOf(state, 0)];
  for (let chunk = 1; chunk < count; chunk++) {
    const carry = tf.slice(found[chunk - 1], [0, 15, 0, 0], [B, 1, I, N]);
    found.push(tf.add(tf.mul(chunkOf(decay, chunk), carry), chunkOf(state, chunk)));
  }
  return tf.slice(tf.concat(found, 1), [0, 0, 0, 0], [B, L, I, N]);
}`,
  },
  /** softplus written out, and C read by a sum. */
  softplusByHand: {
    edit: [
      'tf.softplus(biased_BLI)',
      'tf.add(tf.relu(biased_BLI), tf.log1p(tf.exp(tf.neg(tf.abs(biased_BLI)))))',
      'tf.matMul(state_BLIN, tf.expandDims(c_BLN, 3))',
      'tf.sum(tf.mul(state_BLIN, tf.expandDims(c_BLN, 2)), -1)',
    ],
  },
  /** softplus(x) = log(exp(0) + exp(x)). */
  softplusByLogSumExp: {
    edit: [
      'tf.softplus(biased_BLI)',
      'tf.logSumExp(tf.stack([tf.zerosLike(biased_BLI), biased_BLI], -1), -1) as tf.Tensor3D',
    ],
  },
};

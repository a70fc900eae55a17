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

export default defineMistakes<typeof solution, typeof stub>({
  softplusIgnored: {
    edit: [STEP, 'biased_BLI'],
    says: 'The option softplus has no effect, so a step can be negative, and the state can grow.',
  },
  softplusOverflows: {
    edit: ['tf.softplus(biased_BLI)', 'tf.log(tf.add(tf.exp(biased_BLI), 1))'],
    says: 'exp of a large delta is Infinity, and so is log(1 + exp(delta)). For a large x, softplus(x) is x.',
  },
  biasIgnored: { edit: [BIASED, 'delta_BLI'], says: 'The option deltaBias has no effect.' },
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
  logarithmOfA: {
    edit: [LOG_DECAY, 'tf.mul(tf.expandDims(step_BLI, 3), tf.neg(tf.exp(a_IN)))'],
    says: 'a_IN is taken for the logarithm of −A. Some models store that, but this function gets A itself.',
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
  composesBackwards: {
    edit: [
      'tf.add(tf.mul(decay, delay(state, span, 0)), state)',
      'tf.add(delay(state, span, 0), tf.mul(delay(decay, span, 1), state))',
    ],
    says: 'The two steps of a composition are exchanged. The later decay multiplies the earlier state.',
  },
  skipIgnored: { edit: [SKIP, ''], says: 'The option d has no effect.' },
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

/** Inclusive scan that halves the length: pairs are composed, the half as long sequence is scanned, the rest filled in. */
function scanPairs(decay: tf.Tensor, input: tf.Tensor): tf.Tensor {
  const [B, L, I, N] = input.shape;
  if (L === 1) return input;
  if (L % 2 === 1) {
    const end: [number, number][] = [[0, 0], [0, 1], [0, 0], [0, 0]]; // biome-ignore format: one pair per axis
    return tf.slice(scanPairs(tf.pad(decay, end, 1), tf.pad(input, end)), [0, 0, 0, 0], [B, L, I, N]);
  }
  const halves = (x: tf.Tensor) =>
    tf.split(tf.reshape(x, [B, L / 2, 2 * I, N]), 2, 2).map((half) => tf.reshape(half, [B, L / 2, I, N]));
  const [evenDecay, oddDecay] = halves(decay);
  const [evenInput, oddInput] = halves(input);
  const odd = scanPairs(tf.mul(oddDecay, evenDecay), tf.add(tf.mul(oddDecay, evenInput), oddInput));
  const earlier = tf.concat([tf.zeros([B, 1, I, N]), tf.slice(odd, [0, 0, 0, 0], [B, L / 2 - 1, I, N])], 1);
  const even = tf.add(tf.mul(evenDecay, earlier), evenInput);
  return tf.reshape(tf.concat([even, odd], 2), [B, L, I, N]);
}

/** √L steps within all chunks at once, then √L steps from chunk to chunk. */
function scanChunks(decay: tf.Tensor, input: tf.Tensor): tf.Tensor {
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
  const filled = states.map((state, place) => tf.add(tf.mul(products[place], carry), state));
  return tf.slice(tf.reshape(tf.concat(filled, 2), [B, count * size, I, N]), [0, 0, 0, 0], [B, L, I, N]);
}

export const alternates = {
  /** Work that grows as L alone: Blelloch's tree. */
  pairwise: { selectiveScan: scanning(scanPairs) },
  /** The most kernels that the budget allows. */
  chunked: { selectiveScan: scanning(scanChunks) },
};

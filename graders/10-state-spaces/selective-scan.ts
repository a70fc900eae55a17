import { defineGrader, type Verdict } from '../../kit/author/grader.ts';
import { at, fromNested, type NdArray, stack } from '../../kit/author/ndarray.ts';

interface Case {
  B: number;
  L: number;
  I: number;
  N: number;
  /** Which optional tensors are given. */
  d?: boolean;
  z?: boolean;
  bias?: boolean;
  softplus?: boolean;
  /** Range of A; default −1.5 … −0.1. */
  a?: [number, number];
  /** Standard deviation of delta before softplus, and of z. */
  spread?: number;
  /** The property's cut: how many steps the shorter run has. */
  first?: number;
}

interface Inputs {
  [name: string]: NdArray;
  u: NdArray;
  delta: NdArray;
  a: NdArray;
  b: NdArray;
  c: NdArray;
}

export default defineGrader({
  inputs(draw, { B, L, I, N, d, z, bias, softplus, a = [-1.5, -0.1], spread = 2 }: Case): Inputs {
    return {
      u: draw.normal([B, L, I]),
      // Without softplus these are the steps themselves, so they are positive.
      delta: softplus ? draw.normal([B, L, I], { std: spread }) : draw.uniform([B, L, I], 0.05, 1),
      a: draw.uniform([I, N], ...a),
      b: draw.normal([B, L, N]),
      c: draw.normal([B, L, N]),
      ...(d && { d: draw.normal([I]) }),
      ...(z && { z: draw.normal([B, L, I], { std: spread }) }),
      ...(bias && { deltaBias: draw.uniform([I], 0.2, 1) }),
    };
  },

  async run(submission, { u, delta, a, b, c, d, z, deltaBias }, { softplus }) {
    const options = { d_I: d, z_BLI: z, deltaBias_I: deltaBias, softplus };
    const { y_BLI, lastState_BIN } = await submission.selectiveScan(u, delta, a, b, c, options);
    return { y: y_BLI, lastState: lastState_BIN };
  },

  expected(oracle, x, { B, softplus }) {
    const sequences = Array.from({ length: B }, (_, s) =>
      oracle.selectiveScan(at(x.u, s), at(x.delta, s), at(x.a), at(x.b, s), at(x.c, s), {
        d: x.d && at(x.d),
        z: x.z && at(x.z, s),
        deltaBias: x.deltaBias && at(x.deltaBias),
        softplus,
      }),
    );
    return {
      y: fromNested(sequences.map(({ y }) => y)),
      lastState: fromNested(sequences.map(({ lastState }) => lastState)),
    };
  },

  reduction: ({ L, N }) => L + N,

  properties: {
    pastOnly: {
      params: (fc) =>
        fc.record({
          B: fc.constant(1),
          L: fc.integer({ min: 2, max: 12 }),
          I: fc.integer({ min: 1, max: 3 }),
          N: fc.integer({ min: 1, max: 3 }),
          first: fc.integer({ min: 1, max: 11 }),
        }),
      holds:
        ({ submission, inputs, read, difference }) =>
        async (params) => {
          const { u, delta, a, b, c } = inputs(params) as Inputs;
          const first = Math.min(params.first ?? 1, params.L - 1);
          const cut = (x: NdArray) => stack([1, first], (s, t) => at(x, s, t));
          const long = await submission.selectiveScan(u, delta, a, b, c);
          const short = await submission.selectiveScan(cut(u), cut(delta), a, cut(b), cut(c));
          const found = difference(cut(await read(long.y_BLI)), await read(short.y_BLI));
          return say(found, `the first ${first} outputs change when later steps are left out`);
        },
    },
  },

  rejects: {
    lengthsDiffer: {
      error: 'RangeError',
      mentions: ['selectiveScan', 'L', 5, 4],
      call: (f, draw) => f.selectiveScan(...plain(draw, { delta: [2, 4, 3] })),
    },
    deltaBroadcasts: {
      error: 'RangeError',
      mentions: ['selectiveScan', 'I', 3, 1],
      call: (f, draw) => f.selectiveScan(...plain(draw, { delta: [2, 5, 1] })),
    },
    statesDiffer: {
      error: 'RangeError',
      mentions: ['selectiveScan', 'N', 4, 2],
      call: (f, draw) => f.selectiveScan(...plain(draw, { c: [2, 5, 2] })),
    },
    gateDiffers: {
      error: 'RangeError',
      mentions: ['selectiveScan', 'B', 2, 1],
      call: (f, draw) => f.selectiveScan(...plain(draw, {}), { z_BLI: draw.normal([1, 5, 3]) }),
    },
    skipDiffers: {
      error: 'RangeError',
      mentions: ['selectiveScan', 'I', 3, 4],
      call: (f, draw) => f.selectiveScan(...plain(draw, {}), { d_I: draw.normal([4]) }),
    },
    integerInput: {
      error: 'TypeError',
      mentions: ['selectiveScan', 'float32', 'int32'],
      call: (f, draw) => f.selectiveScan(draw.integers([2, 5, 3], -3, 3), ...plain(draw, {}).slice(1)),
    },
    biasIsNumber: {
      error: 'TypeError',
      mentions: ['selectiveScan', 'deltaBias_I'],
      call: (f, draw) => f.selectiveScan(...plain(draw, {}), { deltaBias_I: 0.5 }),
    },
  },

  limits: {
    twoStates: ({ B, L, I, N }) => 2 * 4 * B * L * I * N,
  },
});

const say = (difference: Verdict, sentence: string): Verdict => difference && `${sentence}: ${difference}`;

/** Arguments with B 2, L 5, I 3, N 4, save for the shapes that are changed. */
function plain(draw: { normal(shape: number[]): NdArray }, changed: { delta?: number[]; c?: number[] }): NdArray[] {
  const { delta = [2, 5, 3], c = [2, 5, 4] } = changed;
  return [[2, 5, 3], delta, [3, 4], [2, 5, 4], c].map((shape) => draw.normal(shape));
}

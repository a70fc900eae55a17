import { largestOf, type Sizes } from '../../kit/author/axes.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { at, type NdArray } from '../../kit/author/ndarray.ts';
import { refusals } from '../../kit/author/refusals.ts';
import { eachSequence, tokensOf } from '../../kit/author/sequences.ts';

interface Case extends Sizes<'BLIN'> {
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

const TENSORS = ['u_BLI', 'delta_BLI', 'a_IN', 'b_BLN', 'c_BLN'];
const OPTIONAL = { d_I: 'd_I', z_BLI: 'z_BLI', deltaBias_I: 'deltaBias_I' };

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

  async run(f, { u, delta, a, b, c, d, z, deltaBias }, { softplus }) {
    const options = { d_I: d, z_BLI: z, deltaBias_I: deltaBias, softplus };
    const { y_BLI, lastState_BIN } = await f.selectiveScan(u, delta, a, b, c, options);
    return { y: y_BLI, lastState: lastState_BIN };
  },

  expected: (oracle, x, { B, softplus }) =>
    eachSequence(B, (s) =>
      oracle.selectiveScan(at(x.u, s), at(x.delta, s), at(x.a), at(x.b, s), at(x.c, s), {
        d: x.d && at(x.d),
        z: x.z && at(x.z, s),
        deltaBias: x.deltaBias && at(x.deltaBias),
        softplus,
      }),
    ),

  reduction: ({ L, N }) => L + N,

  properties: {
    pastOnly: {
      sizes: { B: 1, L: [2, 12], I: [1, 3], N: [1, 3], first: [1, 11] },
      async holds({ L, ...c }, { f, inputs, same, read }) {
        const x = inputs({ ...c, L });
        const first = Math.min(c.first ?? 1, L - 1);
        const cut = (y: NdArray) => tokensOf(y, 0, first);
        const long = await f.selectiveScan(x.u, x.delta, x.a, x.b, x.c);
        const short = await f.selectiveScan(cut(x.u), cut(x.delta), x.a, cut(x.b), cut(x.c));
        const sentence = `the first ${first} outputs change when later steps are left out`;
        return same(cut(await read(long.y_BLI, x.u.shape)), short.y_BLI, sentence);
      },
    },
  },

  rejects: refusals('selectiveScan', [...TENSORS, OPTIONAL]),

  // A matrix of decays for each chunk of √L steps, twice that for good measure; for all pairs it would be L times the states.
  limits: { chunks: (c) => 2 * Math.sqrt(c.L) * largestOf(c, 'BLIN') },
});

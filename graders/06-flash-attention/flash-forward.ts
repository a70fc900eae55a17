import { type AttentionCase, drawAttention, eachHead } from '../../kit/author/attention.ts';
import { largestOf, type Sizes } from '../../kit/author/axes.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { at } from '../../kit/author/ndarray.ts';
import { refusals } from '../../kit/author/refusals.ts';

interface Case extends Sizes<'BHTSDV'>, AttentionCase {
  blockQ: number;
  blockK: number;
  /** Judge out alone, where lse has rows of −Infinity and so no gradient. */
  outAlone?: boolean;
}

const options = ({ blockQ, blockK, causal }: Case) => ({ blockQ, blockK, causal });

export default defineGrader({
  inputs: (draw, c: Case) => drawAttention(draw, c, { q: 'BHTD', k: 'BHSD', v: 'BHSV' }, { apart: false }),

  async run(f, x, c) {
    const { out_BHTV: out, lse_BHT: lse } = await f.flashAttention(x.q, x.k, x.v, options(c));
    return c.outAlone ? { out } : { out, lse };
  },

  expected(oracle, x, c) {
    const of = (name: 'out' | 'lse') =>
      eachHead(c, (b, h) => oracle.flashAttention(at(x.q, b, h), at(x.k, b, h), at(x.v, b, h), options(c))[name]);
    return c.outAlone ? { out: of('out') } : { out: of('out'), lse: of('lse') };
  },

  reduction: ({ S, D }) => S + D,

  properties: {
    anyBlocks: {
      sizes: {
        ...{ H: [1, 2], T: [1, 7], more: [0, 3], D: [1, 4], V: [1, 4], blockQ: [1, 8], blockK: [1, 8] },
        causal: (fc) => fc.boolean(),
      },
      also: ({ more, ...sizes }) => ({ ...(sizes as unknown as Case), B: 1, S: sizes.T + more }),
      async holds(c, { f, inputs, same }) {
        const { q, k, v } = inputs(c);
        const tiled = await f.flashAttention(q, k, v, options(c));
        const whole = await f.flashAttention(q, k, v, { ...options(c), blockQ: c.T, blockK: c.S });
        const blocks = `blocks of ${c.blockQ} queries and ${c.blockK} keys give another`;
        return (
          (await same(whole.out_BHTV, tiled.out_BHTV, `${blocks} out than one tile`)) ??
          same(whole.lse_BHT, tiled.lse_BHT, `${blocks} lse than one tile`)
        );
      },
    },
  },

  rejects: refusals('flashAttention', ['q_BHTD', 'k_BHSD', 'v_BHSV'], { integers: { blockQ: 2, blockK: 2 } }),

  limits: {
    /** Twice, for whoever appends a column or joins two inputs; a row of tiles is longer still. */
    tileOrInputs: (c) =>
      2 * Math.max(4 * c.B * c.H * c.blockQ * c.blockK, largestOf(c, 'BHTD', 'BHSD', 'BHSV', 'BHTV')),
    /** Full attention: two matrix products, and five operations per score (scale, maximum, difference, exp, sum). */
    causalFlops: ({ B, H, D, V, ...c }) => 0.75 * B * H * padded(c).T * padded(c).S * (2 * D + 2 * V + 5),
    /** Sixty kernels for each tile that is not skipped. The solution runs 18; smaller blocks give many more tiles. */
    causalTiles: (c) => (60 * (padded(c).T / c.blockQ) * (padded(c).S / c.blockK + 1)) / 2,
  },
});

/** Up to whole blocks, as a solution may do it. */
const padded = ({ T, S, blockQ, blockK }: Pick<Case, 'T' | 'S' | 'blockQ' | 'blockK'>) => ({
  T: Math.ceil(T / blockQ) * blockQ,
  S: Math.ceil(S / blockK) * blockK,
});

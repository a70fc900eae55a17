import { largestOf, type Sizes } from '../../kit/author/axes.ts';
import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { at, type NdArray, ndarray } from '../../kit/author/ndarray.ts';
import { refusals, refusalsOf } from '../../kit/author/refusals.ts';
import { drawWeight, eachSequence, nestedWeights, tokensOf } from '../../kit/author/sequences.ts';

interface Case extends Sizes<'BHTSMCRDV'> {
  /** One function alone (with a drawn cache), or compress and both forms one after the other. */
  call: 'compress' | 'naive' | 'absorbed' | 'chain';
  /** Position of the first of the S tokens. */
  offset?: number;
  /** Factor on all tokens. The first one is zero where `zeroToken` is set. */
  tokenScale?: number;
  zeroToken?: boolean;
  /** Factor on the queries, and so on the logits, whose standard deviation is about 2 without it. */
  logitScale?: number;
}

type Inputs = {
  /** All S tokens, where they are compressed. */
  context: NdArray;
  /** The last T tokens, where they attend. */
  x: NdArray;
  cache: { latent_BSC: NdArray; keyRope_BSR: NdArray };
  weights: Record<string, NdArray>;
};

const FORMS = { naive: 'attendNaive', absorbed: 'attendAbsorbed' };
const allPositions = ({ S, offset = 0 }: Case) => Array.from({ length: S }, (_, s) => offset + s);
const lastPositions = (c: Case) => allPositions(c).slice(c.S - c.T);

/** Q and Z are the axes of wq and wo in which heads lie side by side. */
const SIZES = { B: 2, H: 3, T: 2, S: 4, M: 6, C: 4, R: 2, D: 5, V: 7, Q: 3 * (5 + 2), Z: 3 * 7 };
const COMPRESSING = { wDownKv: 'wDownKv_MC', wKeyRope: 'wKeyRope_MR', latentNorm: 'latentNorm_C' };
const ATTENDING = { wq: 'wq_MQ', wUpK: 'wUpK_HCD', wUpV: 'wUpV_HCV', wo: 'wo_ZM' };
const CACHE = { latent_BSC: 'latent_BSC', keyRope_BSR: 'keyRope_BSR' };
const VALID = { sizes: SIZES, rest: { positions: [2, 3] } };

export default defineGrader({
  inputs(draw, c: Case) {
    const { B, T, S, M, C, R, call, tokenScale = 1, zeroToken } = c;
    const weights = drawWeights(draw, c);
    const { shape, data } = draw.normal([B, S, M]);
    const tokens = data.map((value, i) => (zeroToken && i < M ? 0 : Math.fround(value * tokenScale)));
    const context = ndarray(shape, tokens);
    if (call === 'compress') return { context, weights } as Inputs;
    const x = tokensOf(context, S - T, S);
    if (call === 'chain') return { context, x, weights } as Inputs;
    return { x, cache: { latent_BSC: draw.normal([B, S, C]), keyRope_BSR: draw.normal([B, S, R]) }, weights } as Inputs;
  },

  async run(f, { context, x, cache, weights }, c) {
    if (c.call === 'naive' || c.call === 'absorbed') return f[FORMS[c.call]](x, cache, weights, lastPositions(c));
    const made = await f.compress(context, weights, allPositions(c));
    if (c.call === 'compress') return { latent: made.latent_BSC, keyRope: made.keyRope_BSR };
    // The absorbed form first: if it disposes the cache, the other one cannot go on.
    const absorbed = await f.attendAbsorbed(x, made, weights, lastPositions(c));
    return { absorbed, naive: await f.attendNaive(x, made, weights, lastPositions(c)) };
  },

  expected(oracle, { context, x, cache, weights }, c) {
    const nested = nestedWeights(weights);
    return eachSequence(c.B, (b) => {
      const made = context
        ? oracle.compress(at(context, b), nested, allPositions(c))
        : { latent: at(cache.latent_BSC, b), keyRope: at(cache.keyRope_BSR, b) };
      if (c.call === 'compress') return made;
      const attend = (form: string) => oracle[form](at(x, b), made, nested, lastPositions(c));
      if (c.call !== 'chain') return { out: attend(FORMS[c.call]) };
      return { absorbed: attend(FORMS.absorbed), naive: attend(FORMS.naive) };
    });
  },

  reduction: ({ H, S, M, C, R, D, V }) => M + C + D + R + S + H * V,

  properties: {
    absorbedIsNaive: {
      sizes: { B: [1, 2], H: [1, 3], T: [1, 5], M: [1, 5], C: [1, 4], P: [1, 2], D: [1, 4], V: [1, 4], offset: [0, 9] },
      also: ({ P: pairs, ...c }): Case => ({ ...(c as Sizes<'BHTMCDV'>), R: 2 * pairs, S: c.T, call: 'chain' }),
      async holds(c, { f, inputs, read, same }) {
        const { context, weights } = inputs(c);
        const positions = allPositions(c);
        const cache = await f.compress(context, weights, positions);
        const [latent_BSC, keyRope_BSR] = [await read(cache.latent_BSC), await read(cache.keyRope_BSR)];
        const naive = await read(f.attendNaive(context, cache, weights, positions));
        const absorbed = f.attendAbsorbed(context, cache, weights, positions);
        const apart = await same(naive, absorbed, 'the naive and the absorbed form differ');
        if (apart) return apart;

        for (let t = 0; t < c.T; t++) {
          const past = { latent_BSC: tokensOf(latent_BSC, 0, t + 1), keyRope_BSR: tokensOf(keyRope_BSR, 0, t + 1) };
          const step = f.attendAbsorbed(tokensOf(context, t, t + 1), past, weights, [positions[t]]);
          const sentence = `token ${t} alone, with the cache of tokens 0 to ${t}, gives another output`;
          const late = await same(tokensOf(naive, t, t + 1), step, sentence);
          if (late) return late;
        }
        return null;
      },
    },
  },

  rejects: refusalsOf({
    compress: refusals('compress', ['x_BTM', { ...COMPRESSING, ...ATTENDING }], {
      ...VALID,
      unused: Object.values(ATTENDING),
      unfit: { 'R is odd': { R: 3, Q: 3 * (5 + 3) }, 'one position too few': { T: 3 } },
    }),
    attendNaive: refusedBy('attendNaive'),
    attendAbsorbed: refusedBy('attendAbsorbed'),
  }),

  limits: {
    // The cache as one tensor, a weight, the queries, the scores: nothing else has a reason to be larger.
    cacheWeightsOrScores: (c) =>
      largestOf(
        { ...c, X: c.C + c.R, Y: c.D + c.R },
        ...['BSX', 'MHY', 'HCD', 'HCV', 'HVM', 'BHTS', 'BHTX', 'BHTY', 'BHTV'],
      ),
  },
});

function refusedBy(form: string) {
  return refusals(form, ['x_BTM', CACHE, { ...COMPRESSING, ...ATTENDING }], {
    ...VALID,
    unused: Object.values(COMPRESSING),
    unfit: {
      'more queries than cached tokens': { S: 1 },
      'wq has one column too few': { Q: 20 },
      'wo has one row too many': { Z: 22 },
    },
  });
}

/** Scaled so that queries have a standard deviation of 2, everything else about 1: softmaxes with a clear winner. */
function drawWeights(draw: Draw, { H, M, C, R, D, V, logitScale = 1 }: Case): Record<string, NdArray> {
  return {
    wq: drawWeight(draw, [M, H * (D + R)], 2 * logitScale),
    wDownKv: drawWeight(draw, [M, C]),
    wKeyRope: drawWeight(draw, [M, R]),
    latentNorm: draw.uniform([C], 0.5, 1.5),
    wUpK: drawWeight(draw, [H, C, D]),
    wUpV: drawWeight(draw, [H, C, V]),
    wo: drawWeight(draw, [H * V, M]),
  };
}

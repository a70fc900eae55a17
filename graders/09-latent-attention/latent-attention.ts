import { largestOf, type Sizes } from '../../kit/author/axes.ts';
import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { at, type NdArray, type Nested, ndarray } from '../../kit/author/ndarray.ts';
import { refusals, refusalsOf } from '../../kit/author/refusals.ts';
import { drawWeight, eachSequence, nestedWeights, tokensOf } from '../../kit/author/sequences.ts';

interface Case extends Sizes<'BHTSMCRDV'> {
  /** One part of the cache or all of it, one form alone (with a drawn cache), or compress and both forms one after the other. */
  call: 'latent' | 'keyRope' | 'compress' | 'naive' | 'absorbed' | 'chain';
  /** Position of the first of the S tokens. */
  offset?: number;
  /** Factor on all tokens. The first one is zero where `zeroToken` is set. */
  tokenScale?: number;
  zeroToken?: boolean;
  /** Factor on the queries, and so on the logits, whose standard deviation is about 2 without it. */
  logitScale?: number;
  /**
   * Every logit lies near this number, −30 000 say, but for those of the last token, which lie near 0: where it is in the
   * future, only a mask that is low enough hides it.
   */
  visibleLogits?: number;
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

const isOfCache = (call: Case['call']) => call === 'latent' || call === 'keyRope' || call === 'compress';
const partOf = <Part>(cache: Record<'latent' | 'keyRope', Part>, call: Case['call']): Record<string, Part> =>
  call === 'latent' || call === 'keyRope' ? { [call]: cache[call] } : cache;

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
    if (isOfCache(call)) return { context, weights } as Inputs;
    const x = tokensOf(context, S - T, S);
    if (call === 'chain') return { context, x, weights } as Inputs;
    const cache = { latent_BSC: draw.normal([B, S, C]), keyRope_BSR: draw.normal([B, S, R]) };
    if (c.visibleLogits) lowerLogits(draw, c, { x, cache, weights });
    return { x, cache, weights } as Inputs;
  },

  async run(f, { context, x, cache, weights }, c) {
    if (c.call === 'naive' || c.call === 'absorbed') return f[FORMS[c.call]](x, cache, weights, lastPositions(c));
    const made = await f.compress(context, weights, allPositions(c));
    if (isOfCache(c.call)) return partOf({ latent: made.latent_BSC, keyRope: made.keyRope_BSR }, c.call);
    // The absorbed form first: if it disposes the cache, the other one cannot go on.
    const absorbed = await f.attendAbsorbed(x, made, weights, lastPositions(c));
    return { absorbed, naive: await f.attendNaive(x, made, weights, lastPositions(c)) };
  },

  expected(oracle, { context, x, cache, weights }, c) {
    const nested = nestedWeights(weights);
    return eachSequence(c.B, (b): Record<string, Nested> => {
      const made = context
        ? oracle.compress(at(context, b), nested, allPositions(c))
        : { latent: at(cache.latent_BSC, b), keyRope: at(cache.keyRope_BSR, b) };
      if (isOfCache(c.call)) return partOf(made, c.call);
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
        const latent_BSC = await read(cache.latent_BSC, [c.B, c.S, c.C]);
        const keyRope_BSR = await read(cache.keyRope_BSR, [c.B, c.S, c.R]);
        const naive = await read(f.attendNaive(context, cache, weights, positions), context.shape);
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

  // The budget for the largest tensor lies close to a rotary key for each head, so their sizes stay.
  fitSizes: (drawn, { H, R }) => ({ ...drawn, H, R }),

  limits: {
    // The cache as one tensor, a weight, the queries, the scores, and half as much again: not a rotary key for each head.
    cacheWeightsOrScores: (c) =>
      1.5 *
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

/** The highest of the low logits is one token's alone by this share. */
const STEP = 0.05;

/** Latents get a large first component, x one of 1, and W_Q a row that turns it into each head's query against that latent. */
function lowerLogits(
  draw: Draw,
  { B, H, S, M, C, R, D, visibleLogits = 0 }: Case,
  { x, cache, weights }: Pick<Inputs, 'x' | 'cache' | 'weights'>,
): void {
  const large = Math.sqrt(-visibleLogits * Math.sqrt(D + R));
  for (let row = 0; row < x.data.length; row += M) x.data[row] = 1;
  for (let h = 0; h < H; h++) {
    const key = weights.wUpK.data.slice(h * C * D, h * C * D + D);
    const square = key.reduce((sum, value) => sum + value * value, 0);
    for (let d = 0; d < D; d++) weights.wq.data[h * (D + R) + d] = Math.fround((-large * key[d]) / square);
  }
  for (let b = 0; b < B; b++) {
    draw.permutation(S).forEach((place, s) => {
      cache.latent_BSC.data[(b * S + s) * C] = s === S - 1 ? 0 : Math.fround(large * (1 + STEP * place));
    });
  }
}

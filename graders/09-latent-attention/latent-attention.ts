import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader, type Oracle } from '../../kit/author/grader.ts';
import { at, type NdArray, ndarray, stack } from '../../kit/author/ndarray.ts';

interface Case {
  /** One function alone (with a drawn cache), or compress and both forms one after the other. */
  call: 'compress' | 'naive' | 'absorbed' | 'chain';
  B: number;
  H: number;
  T: number;
  S: number;
  M: number;
  C: number;
  R: number;
  D: number;
  V: number;
  /** Position of the first of the S tokens. */
  offset?: number;
  /** Factor on all tokens. The first one is zero where `zeroToken` is set. */
  tokenScale?: number;
  zeroToken?: boolean;
  /** Factor on the queries, and so on the logits, whose standard deviation is about 2 without it. */
  logitScale?: number;
}

type Weights = ReturnType<typeof drawWeights>;

interface Inputs {
  [name: string]: NdArray | Weights | Cache;
  /** All S tokens, where they are compressed. */
  context: NdArray;
  /** The last T tokens, where they attend. */
  x: NdArray;
  cache: Cache;
  weights: Weights;
}

interface Cache {
  [name: string]: NdArray;
  latent_BSC: NdArray;
  keyRope_BSR: NdArray;
}

const allPositions = ({ S, offset = 0 }: Case) => Array.from({ length: S }, (_, s) => offset + s);
const lastPositions = (c: Case) => allPositions(c).slice(c.S - c.T);

export default defineGrader({
  inputs(draw, c: Case) {
    const { B, T, S, C, R, call } = c;
    const weights = drawWeights(draw, c);
    const context = drawTokens(draw, c);
    if (call === 'compress') return { context, weights } as Inputs;
    const x = stack([B, T], (b, t) => at(context, b, S - T + t));
    if (call === 'chain') return { context, x, weights } as Inputs;
    const cache = { latent_BSC: draw.normal([B, S, C]), keyRope_BSR: draw.normal([B, S, R]) };
    return { x, cache, weights } as Inputs;
  },

  async run(submission, { context, x, cache, weights }, c) {
    if (c.call === 'naive') return { out: await submission.attendNaive(x, cache, weights, lastPositions(c)) };
    if (c.call === 'absorbed') return { out: await submission.attendAbsorbed(x, cache, weights, lastPositions(c)) };
    const made = await submission.compress(context, weights, allPositions(c));
    if (c.call === 'compress') return { latent: made.latent_BSC, keyRope: made.keyRope_BSR };
    // The absorbed form first: if it disposes of the cache, the other one cannot go on.
    const absorbed = await submission.attendAbsorbed(x, made, weights, lastPositions(c));
    return { absorbed, naive: await submission.attendNaive(x, made, weights, lastPositions(c)) };
  },

  expected(oracle, { context, x, cache, weights }, c) {
    const nested = Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, at(weight)]));
    const sequences = Array.from({ length: c.B }, (_, b) =>
      context
        ? oracle.compress(at(context, b), nested, allPositions(c))
        : { latent: at(cache.latent_BSC, b), keyRope: at(cache.keyRope_BSR, b) },
    );
    const attend = (form: Oracle[string]) =>
      stack([c.B], (b) => form(at(x, b), sequences[b], nested, lastPositions(c)));
    if (c.call === 'naive') return { out: attend(oracle.attendNaive) };
    if (c.call === 'absorbed') return { out: attend(oracle.attendAbsorbed) };
    if (c.call === 'compress') {
      const all = (name: string) => stack([c.B], (b) => sequences[b][name]);
      return { latent: all('latent'), keyRope: all('keyRope') };
    }
    return { absorbed: attend(oracle.attendAbsorbed), naive: attend(oracle.attendNaive) };
  },

  reduction: ({ H, S, M, C, R, D, V }) => M + C + D + R + S + H * V,

  properties: {
    absorbedIsNaive: {
      params: (fc) =>
        fc
          .record({ ...sizes(fc), T: fc.integer({ min: 1, max: 5 }) })
          .map((c): Case => ({ ...c, S: c.T, call: 'chain' })),
      holds:
        ({ submission, inputs, read, difference }) =>
        async (c) => {
          const { context, weights } = inputs(c) as unknown as Inputs;
          const positions = allPositions(c);
          const cache = await submission.compress(context, weights, positions);
          const [latent_BSC, keyRope_BSR] = [await read(cache.latent_BSC), await read(cache.keyRope_BSR)];
          const naive = await read(await submission.attendNaive(context, cache, weights, positions));
          const absorbed = await read(await submission.attendAbsorbed(context, cache, weights, positions));
          const apart = difference(naive, absorbed);
          if (apart) return `the naive and the absorbed form differ: ${apart}`;

          for (let t = 0; t < c.T; t++) {
            const past = { latent_BSC: tokens(latent_BSC, 0, t + 1), keyRope_BSR: tokens(keyRope_BSR, 0, t + 1) };
            const token = tokens(context, t, t + 1);
            const step = await read(await submission.attendAbsorbed(token, past, weights, [positions[t]]));
            const late = difference(tokens(naive, t, t + 1), step);
            if (late) return `token ${t} by itself, with the cache of tokens 0 to ${t}, gives another output: ${late}`;
          }
          return null;
        },
    },
  },

  rejects: {
    moreQueriesThanKeys: {
      error: 'RangeError',
      mentions: ['attendAbsorbed', 'T', 'S', 4, 3],
      call: (f, draw) => attendWith(f, draw, 'attendAbsorbed', { T: 4, S: 3 }),
    },
    moreQueriesThanKeysNaive: {
      error: 'RangeError',
      mentions: ['attendNaive', 'T', 'S', 4, 3],
      call: (f, draw) => attendWith(f, draw, 'attendNaive', { T: 4, S: 3 }),
    },
    queryColumns: {
      error: 'RangeError',
      mentions: ['attendAbsorbed', 'H', 'D', 'R', 21, 20],
      call: (f, draw) => attendWith(f, draw, 'attendAbsorbed', {}, { wq: draw.normal([6, 20]) }),
    },
    latentWidth: {
      error: 'RangeError',
      mentions: ['attendNaive', 'C', 4, 5],
      call: (f, draw) => attendWith(f, draw, 'attendNaive', {}, { wUpV: draw.normal([3, 5, 7]) }),
    },
    positionsTooFew: {
      error: 'RangeError',
      mentions: ['compress', 'T', 5, 4],
      call: (f, draw) => f.compress(draw.normal([1, 5, 6]), drawWeights(draw, SIZES), [0, 1, 2, 3]),
    },
    oddRotary: {
      error: 'RangeError',
      mentions: ['compress', 'R', 3],
      call: (f, draw) => f.compress(draw.normal([1, 2, 6]), drawWeights(draw, { ...SIZES, R: 3 }), [0, 1]),
    },
    integerTokens: {
      error: 'TypeError',
      mentions: ['compress', 'x_BTM', 'int32'],
      call: (f, draw) => f.compress(draw.integers([1, 2, 6], 0, 9), drawWeights(draw, SIZES), [0, 1]),
    },
  },

  limits: {
    // The cache as one tensor, a weight, the queries, the scores: whatever has no business being larger.
    cacheWeightsOrScores: ({ B, H, T, S, M, C, R, D, V }) =>
      4 *
      Math.max(
        B * S * (C + R),
        M * H * (D + R),
        H * C * Math.max(D, V),
        H * V * M,
        B * H * T * Math.max(S, C + R, D + R, V),
      ),
  },
});

const SIZES: Case = { call: 'chain', B: 1, H: 3, T: 2, S: 5, M: 6, C: 4, R: 2, D: 5, V: 7 };

/** A call with the cache and the weights of SIZES, some of them changed. */
function attendWith(
  submission: Record<string, (...args: unknown[]) => Promise<unknown>>,
  draw: Draw,
  form: 'attendNaive' | 'attendAbsorbed',
  changed: Partial<Case>,
  weights: Record<string, NdArray> = {},
): Promise<unknown> {
  const c = { ...SIZES, ...changed };
  const cache = { latent_BSC: draw.normal([c.B, c.S, c.C]), keyRope_BSR: draw.normal([c.B, c.S, c.R]) };
  const positions = Array.from({ length: c.T }, (_, t) => t);
  return submission[form](draw.normal([c.B, c.T, c.M]), cache, { ...drawWeights(draw, c), ...weights }, positions);
}

/** Scaled so that queries have a standard deviation of 2, everything else about 1: softmaxes with a clear winner. */
function drawWeights(draw: Draw, { H, M, C, R, D, V, logitScale = 1 }: Case) {
  return {
    wq: draw.normal([M, H * (D + R)], { std: (2 * logitScale) / Math.sqrt(M) }),
    wDownKv: draw.normal([M, C], { std: 1 / Math.sqrt(M) }),
    wKeyRope: draw.normal([M, R], { std: 1 / Math.sqrt(M) }),
    latentNorm: draw.uniform([C], 0.5, 1.5),
    wUpK: draw.normal([H, C, D], { std: 1 / Math.sqrt(C) }),
    wUpV: draw.normal([H, C, V], { std: 1 / Math.sqrt(C) }),
    wo: draw.normal([H * V, M], { std: 1 / Math.sqrt(H * V) }),
  };
}

/** All S tokens. */
function drawTokens(draw: Draw, { B, S, M, tokenScale = 1, zeroToken }: Case): NdArray {
  const tokens = draw.normal([B, S, M]);
  return ndarray(
    tokens.shape,
    tokens.data.map((value, i) => (zeroToken && i < M ? 0 : Math.fround(value * tokenScale))),
  );
}

/** Tokens `from` … `to` − 1 of [B,S,…]. */
function tokens(x: NdArray, from: number, to: number): NdArray {
  return stack([x.shape[0], to - from], (b, t) => at(x, b, from + t));
}

const sizes = (fc: typeof import('fast-check')) => ({
  B: fc.integer({ min: 1, max: 2 }),
  H: fc.integer({ min: 1, max: 3 }),
  M: fc.integer({ min: 1, max: 5 }),
  C: fc.integer({ min: 1, max: 4 }),
  R: fc.constantFrom(2, 4),
  D: fc.integer({ min: 1, max: 4 }),
  V: fc.integer({ min: 1, max: 4 }),
  offset: fc.integer({ min: 0, max: 9 }),
});

import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader, type Oracle, type Outputs, type Submission } from '../../kit/author/grader.ts';
import { at, type NdArray, stack } from '../../kit/author/ndarray.ts';

interface Case {
  B: number;
  H: number;
  D: number;
  /** Tokens of the prompt, and decoding steps after it. */
  T?: number;
  steps?: number;
  /** Instead of prompt and steps: a single step on a drawn cache of S tokens. */
  S?: number;
  /** Standard deviation of the logits. */
  logits?: number;
}

type Inputs = {
  weights: Record<string, NdArray>;
  prompt?: NdArray;
  /** One [B,1,M] for each step, by name: x1, x2, … */
  tokens: Record<string, NdArray>;
  cache?: { k_BHSD: NdArray; v_BHSD: NdArray };
};

export default defineGrader({
  inputs(draw, c: Case): Inputs {
    const { B, H, D, T = 0, S } = c;
    const M = H * D;
    const weights = drawWeights(draw, c);
    if (S === undefined) {
      return { weights, prompt: draw.normal([B, T, M]), tokens: drawTokens(draw, c) };
    }
    const cache = { k_BHSD: draw.normal([B, H, S, D]), v_BHSD: draw.normal([B, H, S, D]) };
    return { weights, tokens: { x1: draw.normal([B, 1, M]) }, cache };
  },

  run: (submission, x, c) => (x.cache ? runStep(submission, x, c) : runAll(submission, x, c)),

  expected: (oracle, x, c) => (x.cache ? expectedStep(oracle, x, c) : expectedAll(oracle, x, c)),

  reduction: ({ H, D, T = 0, steps = 1, S = 0 }) => H * D + D + T + steps + S,

  properties: {
    anySplit: {
      params: (fc) =>
        fc.record({
          B: fc.integer({ min: 1, max: 2 }),
          H: fc.integer({ min: 1, max: 3 }),
          D: fc.integer({ min: 1, max: 4 }),
          T: fc.integer({ min: 1, max: 5 }),
          steps: fc.integer({ min: 1, max: 3 }),
        }),
      holds:
        ({ submission, inputs, read, difference }) =>
        async (c) => {
          const x = inputs(c) as Inputs;
          const { B, H, T = 0, steps = 0 } = c;
          const tokens = sequence(x, c);
          const whole = await submission.prefill(tokens, x.weights, { heads: H });
          const out_BTM = await read(whole.out_BTM);
          let { cache } = await submission.prefill(x.prompt, x.weights, { heads: H });
          for (let i = 1; i <= steps; i++) {
            const step = await submission.decodeStep(x.tokens[`x${i}`], x.weights, cache, { heads: H });
            const row = stack([B, 1], (b) => at(out_BTM, b, T + i - 1));
            const apart = difference(await read(step.out_B1M), row);
            if (apart) return `${say(T, i)} differs from row ${T + i - 1} of a prefill of all ${T + steps}: ${apart}`;
            cache = step.cache;
          }
          for (const name of ['k_BHSD', 'v_BHSD']) {
            const apart = difference(await read(cache[name]), await read(whole.cache[name]));
            if (apart) return `${name} after ${say(T, steps)} differs from a prefill of all ${T + steps}: ${apart}`;
          }
          return null;
        },
    },
  },

  rejects: {
    modelDimDiffers: {
      error: 'RangeError',
      mentions: ['prefill', 'M', 6, 8],
      call: (f, draw) => prefillOf(f, draw, draw.normal([1, 3, 6]), 2),
    },
    headsDoNotDivide: {
      error: 'RangeError',
      mentions: ['prefill', 8, 3],
      call: (f, draw) => prefillOf(f, draw, draw.normal([1, 3, 8]), 3),
    },
    noHeads: {
      error: 'RangeError',
      mentions: ['prefill', 'heads', 0],
      call: (f, draw) => prefillOf(f, draw, draw.normal([1, 3, 8]), 0),
    },
    integerTokens: {
      error: 'TypeError',
      mentions: ['prefill', 'float32', 'int32'],
      call: (f, draw) => prefillOf(f, draw, draw.integers([1, 3, 8], 0, 9), 2),
    },
    noTensor: {
      error: 'TypeError',
      mentions: ['prefill', 'tensor'],
      call: (f, draw) => prefillOf(f, draw, [[[1, 2, 3, 4, 5, 6, 7, 8]]], 2),
    },
    twoTokens: {
      error: 'RangeError',
      mentions: ['decodeStep', 1, 2],
      call: (f, draw) => stepOf(f, draw, draw.normal([1, 2, 8]), drawCache(draw, [1, 2, 3, 4]), 2),
    },
    cacheOfAnotherBatch: {
      error: 'RangeError',
      mentions: ['decodeStep', 'B', 3, 1],
      call: (f, draw) => stepOf(f, draw, draw.normal([3, 1, 8]), drawCache(draw, [1, 2, 5, 4]), 2),
    },
    cacheOfOtherHeads: {
      error: 'RangeError',
      mentions: ['decodeStep', 4, 2],
      call: (f, draw) => stepOf(f, draw, draw.normal([1, 1, 8]), drawCache(draw, [1, 2, 3, 4]), 4),
    },
    cacheOfAnotherDimension: {
      error: 'RangeError',
      mentions: ['decodeStep', 'D', 4, 3],
      call: (f, draw) => stepOf(f, draw, draw.normal([1, 1, 8]), drawCache(draw, [1, 2, 5, 3]), 2),
    },
    fewerValuesThanKeys: {
      error: 'RangeError',
      mentions: ['decodeStep', 'S', 5, 3],
      call: (f, draw) => {
        const cache = { k_BHSD: draw.normal([1, 2, 5, 4]), v_BHSD: draw.normal([1, 2, 3, 4]) };
        return stepOf(f, draw, draw.normal([1, 1, 8]), cache, 2);
      },
    },
  },

  limits: {
    /** Keys or values after one more token. */
    longerKeys: ({ B, H, D, S = 0 }) => 4 * B * H * (S + 1) * D,
  },
});

/** With weights of M = 8. */
const prefillOf = (f: Submission, draw: Draw, x: unknown, heads: number) =>
  f.prefill(x, drawWeights(draw, { H: 2, D: 4 }), { heads });
const stepOf = (f: Submission, draw: Draw, x: NdArray, cache: unknown, heads: number) =>
  f.decodeStep(x, drawWeights(draw, { H: 2, D: 4 }), cache, { heads });

const say = (T: number, i: number) => `step ${i} after a prompt of ${T}`;

async function runStep(submission: Submission, x: Inputs, { H }: Case): Promise<Outputs> {
  const { out_B1M, cache } = await submission.decodeStep(x.tokens.x1, x.weights, x.cache, { heads: H });
  return { out: out_B1M, ...cache };
}

/** The prompt, then every step on the cache of the one before. Each cache is looked at, so none may have been disposed. */
async function runAll(submission: Submission, x: Inputs, { H, steps = 0 }: Case): Promise<Outputs> {
  const first = await submission.prefill(x.prompt, x.weights, { heads: H });
  const outputs: Outputs = { prompt: first.out_BTM, prompt_k: first.cache.k_BHSD, prompt_v: first.cache.v_BHSD };
  let cache = first.cache;
  for (let i = 1; i <= steps; i++) {
    const step = await submission.decodeStep(x.tokens[`x${i}`], x.weights, cache, { heads: H });
    cache = step.cache;
    Object.assign(outputs, { [`step${i}`]: step.out_B1M, [`step${i}_k`]: cache.k_BHSD, [`step${i}_v`]: cache.v_BHSD });
  }
  return outputs;
}

function expectedStep(oracle: Oracle, x: Inputs, { B, H }: Case): Outputs {
  const results = Array.from({ length: B }, (_, b) =>
    oracle.decodeStep(
      at(x.tokens.x1, b, 0),
      oracleWeights(x),
      { k: at(x.cache!.k_BHSD, b), v: at(x.cache!.v_BHSD, b) },
      { heads: H },
    ),
  );
  return {
    out: stack([B, 1], (b) => results[b].out),
    k_BHSD: stack([B], (b) => results[b].cache.k),
    v_BHSD: stack([B], (b) => results[b].cache.v),
  };
}

/** Without a cache: row by row, what full causal attention on prompt and tokens together gives. */
function expectedAll(oracle: Oracle, x: Inputs, c: Case): Outputs {
  const { B, H, T = 0, steps = 0 } = c;
  const tokens = sequence(x, c);
  const whole = Array.from({ length: B }, (_, b) => oracle.prefill(at(tokens, b), oracleWeights(x), { heads: H }));
  const keys = (length: number) => stack([B, H], (b, h) => whole[b].cache.k[h].slice(0, length));
  const values = (length: number) => stack([B, H], (b, h) => whole[b].cache.v[h].slice(0, length));
  const outputs: Outputs = { prompt: stack([B, T], (b, t) => whole[b].out[t]), prompt_k: keys(T), prompt_v: values(T) };
  for (let i = 1; i <= steps; i++) {
    outputs[`step${i}`] = stack([B, 1], (b) => whole[b].out[T + i - 1]);
    outputs[`step${i}_k`] = keys(T + i);
    outputs[`step${i}_v`] = values(T + i);
  }
  return outputs;
}

/** Prompt and tokens in a row, [B, T + steps, M]. */
function sequence(x: Inputs, { B, T = 0, steps = 0 }: Case): NdArray {
  return stack([B, T + steps], (b, t) => (t < T ? at(x.prompt!, b, t) : at(x.tokens[`x${t - T + 1}`], b, 0)));
}

const oracleWeights = ({ weights: { wq, wk, wv, wo } }: Inputs) => ({ wq: at(wq), wk: at(wk), wv: at(wv), wo: at(wo) });

/** Tokens have unit variance, and so have keys and values; wq sets the spread of the logits. */
function drawWeights(draw: Draw, { H, D, logits = 2 }: Pick<Case, 'H' | 'D' | 'logits'>): Record<string, NdArray> {
  const M = H * D;
  const std = 1 / Math.sqrt(M);
  return {
    wq: draw.normal([M, M], { std: logits * std }),
    wk: draw.normal([M, M], { std }),
    wv: draw.normal([M, M], { std }),
    wo: draw.normal([M, M], { std }),
  };
}

function drawTokens(draw: Draw, { B, H, D, steps = 0 }: Case): Record<string, NdArray> {
  return Object.fromEntries(Array.from({ length: steps }, (_, i) => [`x${i + 1}`, draw.normal([B, 1, H * D])]));
}

const drawCache = (draw: Draw, shape: number[]) => ({ k_BHSD: draw.normal(shape), v_BHSD: draw.normal(shape) });

import { largestOf, type Sizes } from '../../kit/author/axes.ts';
import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { at, type NdArray, type Nested, stack } from '../../kit/author/ndarray.ts';
import { refusals, refusalsOf } from '../../kit/author/refusals.ts';
import { drawWeight, eachSequence, nestedWeights, tokensOf } from '../../kit/author/sequences.ts';

interface Case extends Sizes<'BHD'> {
  /** Tokens of the prompt, and decoding steps after it. */
  T?: number;
  steps?: number;
  /** Instead of prompt and steps: a single step on a drawn cache of S tokens. */
  S?: number;
  /** Standard deviation of the logits. */
  logits?: number;
  /** Every logit of the prompt lies near this number, but for those of its last key, which lie near 0. */
  visibleLogits?: number;
}

type Inputs = {
  weights: Record<string, NdArray>;
  prompt?: NdArray;
  /** One [B,1,M] for each step, by name: x1, x2, … */
  tokens: Record<string, NdArray>;
  cache?: { k_BHSD: NdArray; v_BHSD: NdArray };
};

const WEIGHTS = { wq: 'wq_MM', wk: 'wk_MM', wv: 'wv_MM', wo: 'wo_MM' };
const CACHE = { k_BHSD: 'k_BHSD', v_BHSD: 'v_BHSD' };

export default defineGrader({
  inputs(draw, c: Case): Inputs {
    const { B, H, D, T = 0, S, steps = S === undefined ? 0 : 1 } = c;
    const weights = drawWeights(draw, c);
    const prompt = S === undefined && { prompt: draw.normal([B, T, H * D]) };
    if (prompt && c.visibleLogits) lowerLogits(draw, c.visibleLogits, prompt.prompt, weights, H);
    const cache = S !== undefined && {
      cache: { k_BHSD: draw.normal([B, H, S, D]), v_BHSD: draw.normal([B, H, S, D]) },
    };
    const token = (_: unknown, i: number) => [`x${i + 1}`, draw.normal([B, 1, H * D])];
    return { weights, ...prompt, tokens: Object.fromEntries(Array.from({ length: steps }, token)), ...cache };
  },

  async run(f, x, { H: heads, steps = 0 }) {
    if (x.cache) {
      const { out_B1M, cache } = await f.decodeStep(x.tokens.x1, x.weights, x.cache, { heads });
      return { out: out_B1M, ...cache };
    }
    const first = await f.prefill(x.prompt, x.weights, { heads });
    // Each cache is an output, so no later step may have disposed it.
    const outputs = named('prompt', first.out_BTM, first.cache.k_BHSD, first.cache.v_BHSD);
    let { cache } = first;
    for (let i = 1; i <= steps; i++) {
      const step = await f.decodeStep(x.tokens[`x${i}`], x.weights, cache, { heads });
      cache = step.cache;
      Object.assign(outputs, named(`step${i}`, step.out_B1M, cache.k_BHSD, cache.v_BHSD));
    }
    return outputs;
  },

  expected(oracle, x, c) {
    const { B, H: heads, T = 0, steps = 0 } = c;
    const weights = nestedWeights(x.weights);
    if (x.cache) {
      const { k_BHSD, v_BHSD } = x.cache;
      return eachSequence(B, (b) => {
        const past = { k: at(k_BHSD, b), v: at(v_BHSD, b) };
        const { out, cache } = oracle.decodeStep(at(x.tokens.x1, b, 0), weights, past, { heads });
        return { out: [out], k_BHSD: cache.k, v_BHSD: cache.v };
      });
    }
    // Each step must give the row of full causal attention on prompt and tokens together.
    const tokens = sequence(x, c);
    return eachSequence(B, (b) => {
      const { out, cache } = oracle.prefill(at(tokens, b), weights, { heads });
      const upTo = (S: number, perHead: Nested[][]) => perHead.map((rows) => rows.slice(0, S));
      const after = (name: string, from: number, S: number) =>
        named(name, out.slice(from, S), upTo(S, cache.k), upTo(S, cache.v));
      const later = Array.from({ length: steps }, (_, i) => after(`step${i + 1}`, T + i, T + i + 1));
      return Object.assign(after('prompt', 0, T), ...later);
    });
  },

  reduction: ({ H, D, T = 0, steps = 1, S = 0 }) => H * D + D + T + steps + S,

  properties: {
    anySplit: {
      sizes: { B: [1, 2], H: [1, 3], D: [1, 4], T: [1, 5], steps: [1, 3] },
      async holds(c, { f, inputs, read, same }) {
        const x = inputs(c);
        const { H: heads, T = 0, steps = 0 } = c;
        const whole = await f.prefill(sequence(x, c), x.weights, { heads });
        const out_BTM = await read(whole.out_BTM, [c.B, T + steps, c.H * c.D]);
        let { cache } = await f.prefill(x.prompt, x.weights, { heads });
        const differs = (what: string, i: number) =>
          `${what} after a prompt of ${T} and ${i} ${i === 1 ? 'step' : 'steps'} differs from a prefill of all ${T + steps} tokens`;
        for (let i = 1; i <= steps; i++) {
          const step = await f.decodeStep(x.tokens[`x${i}`], x.weights, cache, { heads });
          const row = tokensOf(out_BTM, T + i - 1, T + i);
          const apart = await same(step.out_B1M, row, differs('the output', i));
          if (apart) return apart;
          cache = step.cache;
        }
        const apart = await same(cache.k_BHSD, whole.cache.k_BHSD, differs('k_BHSD', steps));
        return apart ?? (await same(cache.v_BHSD, whole.cache.v_BHSD, differs('v_BHSD', steps)));
      },
    },
  },

  rejects: refusalsOf({
    prefill: refusals('prefill', ['x_BTM', WEIGHTS], {
      integers: { heads: 2 },
      sizes: { M: 8 },
      unfit: { 'heads do not divide M': { M: 9 } },
    }),
    decodeStep: refusals('decodeStep', ['x_B1M', WEIGHTS, CACHE], {
      integers: { heads: 2 },
      sizes: { M: 8, H: 2, D: 4 },
      unfit: { 'the cache has other heads': { H: 4 }, 'the cache has another D': { D: 3 } },
    }),
  }),

  /** Keys after one more token, and as much again for values and for what is on the way to them. */
  limits: { threeTimesKeys: (c) => 3 * largestOf({ ...c, S: (c.S ?? 0) + 1 }, 'BHSD') },
});

const named = <Part>(name: string, out: Part, k: Part, v: Part): Record<string, Part> => ({
  [name]: out,
  [`${name}_k`]: k,
  [`${name}_v`]: v,
});

/** Prompt and tokens in a row, [B, T + steps, M]. */
function sequence({ prompt, tokens }: Inputs, { B, T = 0, steps = 0 }: Case): NdArray {
  return stack([B, T + steps], (b, t) => (t < T ? at(prompt!, b, t) : at(tokens[`x${t - T + 1}`], b, 0)));
}

/** Tokens have unit variance, and so have keys and values; wq sets the spread of the logits. */
function drawWeights(draw: Draw, { H, D, logits = 2 }: Pick<Case, 'H' | 'D' | 'logits'>): Record<string, NdArray> {
  const square = [H * D, H * D];
  const [wq, wk, wv, wo] = [logits, 1, 1, 1].map((spread) => drawWeight(draw, square, spread));
  return { wq, wk, wv, wo };
}

/** Tokens lie along one direction, which wq and wk turn against each other; the last token lies nowhere near it. */
function lowerLogits(
  draw: Draw,
  logits: number,
  prompt: NdArray,
  { wq, wk }: Record<string, NdArray>,
  heads: number,
): void {
  const [, T, M] = prompt.shape;
  const unit = (size: number) => {
    const { data } = draw.normal([size]);
    return data.map((value) => value / Math.hypot(...data));
  };
  const along = unit(M);
  const length = Math.sqrt(-logits * Math.sqrt(M / heads));
  const turned = Array.from({ length: heads }, () => [...unit(M / heads)].map((value) => length * value)).flat();
  const add = (x: NdArray, i: number, more: number) => {
    x.data[i] = Math.fround(x.data[i] + more);
  };
  for (let i = 0; i < M * M; i++) {
    const more = along[Math.floor(i / M)] * turned[i % M];
    add(wq, i, more);
    add(wk, i, -more);
  }
  const order = draw.permutation(T - 1);
  for (let i = 0; i < prompt.data.length; i++) {
    const t = Math.floor(i / M) % T;
    prompt.data[i] = Math.fround(0.02 * prompt.data[i]);
    // A hundredth apart: one key takes all, but float32 tells them apart.
    if (t < T - 1) add(prompt, i, (1 + order[t] / 100) * along[i % M]);
  }
}

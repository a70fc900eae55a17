import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { type NdArray, ndarray } from '../../kit/author/ndarray.ts';

type Config = Record<(typeof sizes)[number], number>;

interface Case extends Partial<Config> {
  /** Takes the sizes of a model; what the case gives itself comes on top. */
  model?: keyof typeof models;
  /** Sizes from the seed. */
  drawn?: boolean;
  /** Which results are compared; all by default. */
  outputs?: keyof typeof groups;
}

const sizes = ['layers', 'modelDim', 'heads', 'kvHeads', 'headDim', 'context', 'batch', 'bytesPerValue'] as const;

const models = {
  // The handout's example.
  'one-layer': { layers: 1, modelDim: 4, heads: 2, kvHeads: 1, headDim: 3, context: 5, batch: 1, bytesPerValue: 2 },
  'all-differ': { layers: 9, modelDim: 10, heads: 6, kvHeads: 2, headDim: 5, context: 7, batch: 4, bytesPerValue: 8 },
  // As in the models' own configuration files, with 16-bit values.
  'llama-2-7b': { layers: 32, modelDim: 4096, heads: 32, kvHeads: 32, headDim: 128, bytesPerValue: 2 },
  'llama-3-8b': { layers: 32, modelDim: 4096, heads: 32, kvHeads: 8, headDim: 128, bytesPerValue: 2 },
  'mistral-7b': { layers: 32, modelDim: 4096, heads: 32, kvHeads: 8, headDim: 128, bytesPerValue: 2 },
  'llama-3-405b': { layers: 126, modelDim: 16384, heads: 128, kvHeads: 8, headDim: 128, bytesPerValue: 2 },
};

const groups = {
  bytes: ['scoreBytes', 'kvCacheBytes', 'weightBytes'],
  flops: ['prefillFlops', 'decodeFlops'],
  intensity: ['decodeIntensity'],
  all: ['prefillFlops', 'decodeFlops', 'scoreBytes', 'kvCacheBytes', 'weightBytes', 'decodeIntensity'],
};

export default defineGrader({
  inputs: (draw, c: Case) => ({ ...(c.drawn && { sizes: drawSizes(draw) }) }),

  run: async (submission, x, c) => pick(c, await submission.attentionCost(configOf(x, c))),

  expected: (oracle, x, c) => pick(c, oracle.attentionCost(configOf(x, c))),

  reduction: () => 1,

  properties: {
    growth: {
      params: (fc) => {
        const few = fc.integer({ min: 1, max: 6 });
        const many = fc.integer({ min: 1, max: 500 });
        return fc
          .record({ layers: few, modelDim: many, kvHeads: few, group: few, headDim: many, context: many, batch: few })
          .map(({ group, ...config }): Case => ({ ...config, heads: config.kvHeads * group, bytesPerValue: 2 }));
      },
      holds:
        ({ submission }) =>
        async (c) => {
          const config = configOf({}, c);
          const once = await submission.attentionCost(config);
          const times = async (name: keyof Config, output: string, factor: number) => {
            const twice = await submission.attentionCost({ ...config, [name]: 2 * config[name] });
            return twice[output] === factor * once[output]
              ? null
              : `twice the ${name} should take ${factor} times the ${output}, but ${once[output]} became ${twice[output]}`;
          };
          if (once.prefillFlops !== config.context * once.decodeFlops) {
            return (
              `each of ${config.context} tokens in a prefill does what one token does in decoding, ` +
              `but prefillFlops is ${once.prefillFlops} and decodeFlops ${once.decodeFlops}`
            );
          }
          return (
            (await times('context', 'scoreBytes', 4)) ??
            (await times('context', 'kvCacheBytes', 2)) ??
            (await times('context', 'weightBytes', 1)) ??
            (await times('batch', 'weightBytes', 1)) ??
            (await times('batch', 'decodeFlops', 2)) ??
            (await times('layers', 'decodeIntensity', 1))
          );
        },
    },
  },

  rejects: {
    noLayers: {
      error: 'RangeError',
      mentions: ['attentionCost', 'layers', 0],
      call: (f) => f.attentionCost({ ...models['all-differ'], layers: 0 }),
    },
    fractionOfToken: {
      error: 'RangeError',
      mentions: ['attentionCost', 'context', 7.5],
      call: (f) => f.attentionCost({ ...models['all-differ'], context: 7.5 }),
    },
    negativeBatch: {
      error: 'RangeError',
      mentions: ['attentionCost', 'batch', -4],
      call: (f) => f.attentionCost({ ...models['all-differ'], batch: -4 }),
    },
    endlessContext: {
      error: 'RangeError',
      mentions: ['attentionCost', 'context', 'Infinity'],
      call: (f) => f.attentionCost({ ...models['all-differ'], context: Infinity }),
    },
    headDimMissing: {
      error: 'RangeError',
      mentions: ['attentionCost', 'headDim'],
      call: (f) => f.attentionCost({ ...models['all-differ'], headDim: undefined }),
    },
    headsDoNotDivide: {
      error: 'RangeError',
      mentions: ['attentionCost', 'heads', 'kvHeads', 6, 4],
      call: (f) => f.attentionCost({ ...models['all-differ'], kvHeads: 4 }),
    },
  },
});

/** The config of a case: from the seed, or from a model and the case's own sizes. */
function configOf(x: { sizes?: NdArray }, c: Case): Config {
  const model: Partial<Config> = c.model ? models[c.model] : {};
  return Object.fromEntries(
    sizes.map((name, i) => [name, x.sizes?.data[i] ?? c[name] ?? model[name] ?? Number.NaN]),
  ) as Config;
}

function drawSizes(draw: Draw): NdArray {
  const kvHeads = draw.integer(2, 16);
  const config: Config = {
    layers: draw.integer(2, 96),
    modelDim: draw.integer(100, 9000),
    heads: kvHeads * draw.integer(2, 8),
    kvHeads,
    headDim: draw.integer(30, 300),
    context: draw.integer(1000, 20000),
    batch: draw.integer(2, 64),
    bytesPerValue: draw.pick([1, 2, 4]),
  };
  return ndarray(
    [sizes.length],
    sizes.map((name) => config[name]),
    'int32',
  );
}

function pick({ outputs = 'all' }: Case, cost: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(groups[outputs].map((name) => [name, cost[name]]));
}

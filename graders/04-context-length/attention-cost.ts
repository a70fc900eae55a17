import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader, type Rejection } from '../../kit/author/grader.ts';
import { type NdArray, ndarray } from '../../kit/author/ndarray.ts';

type Config = Record<(typeof sizes)[number], number>;

interface Case extends Partial<Config> {
  /** Takes the sizes of a model; sizes in the case override them. */
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
  // No result is a round number, and prefillFlops is above 2⁵³.
  odd: {
    layers: 31,
    modelDim: 4099,
    heads: 36,
    kvHeads: 12,
    headDim: 127,
    context: 20011,
    batch: 61,
    bytesPerValue: 2,
  },
  // As in the models' own configuration files, with 16-bit values.
  'llama-2-7b': { layers: 32, modelDim: 4096, heads: 32, kvHeads: 32, headDim: 128, bytesPerValue: 2 },
  'llama-3-8b': { layers: 32, modelDim: 4096, heads: 32, kvHeads: 8, headDim: 128, bytesPerValue: 2 },
  'mistral-7b': { layers: 32, modelDim: 4096, heads: 32, kvHeads: 8, headDim: 128, bytesPerValue: 2 },
  'llama-3-405b': { layers: 126, modelDim: 16384, heads: 128, kvHeads: 8, headDim: 128, bytesPerValue: 2 },
};

const groups = {
  weights: ['weightBytes'],
  memory: ['scoreBytes', 'kvCacheBytes'],
  flops: ['prefillFlops', 'decodeFlops'],
  intensity: ['decodeIntensity'],
  all: ['prefillFlops', 'decodeFlops', 'scoreBytes', 'kvCacheBytes', 'weightBytes', 'decodeIntensity'],
};

export default defineGrader({
  inputs: (draw, c: Case) => ({ ...(c.drawn && { sizes: drawSizes(draw) }) }),

  run: async (f, x, c) => pick(c, await f.attentionCost(configOf(x, c))),

  expected: (oracle, x, c) => pick(c, oracle.attentionCost(configOf(x, c))),

  reduction: () => 1,

  properties: {
    growth: {
      sizes: {
        ...{ layers: [1, 6], modelDim: [1, 500], kvHeads: [1, 6], headsPerKvHead: [1, 6], headDim: [1, 500] },
        ...{ context: [1, 500], batch: [1, 6] },
      },
      also: ({ headsPerKvHead, ...config }) => ({
        ...config,
        heads: config.kvHeads * headsPerKvHead,
        bytesPerValue: 2,
      }),
      async holds(c, { f }) {
        const config = configOf({}, c);
        const once = await f.attentionCost(config);
        const times = async (name: keyof Config, output: string, factor: number) => {
          const twice = await f.attentionCost({ ...config, [name]: 2 * config[name] });
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
    'layers is 0': refused({ layers: 0 }),
    'context is 7.5': refused({ context: 7.5 }),
    'batch is −4': refused({ batch: -4 }),
    'context is Infinity': refused({ context: Infinity }),
    'headDim is missing': refused({ headDim: undefined }),
    'heads is "6"': refused({ heads: '6' }),
    'layers is true': refused({ layers: true }),
    'context is 2⁵³': refused({ context: 2 ** 53 }),
    'heads are not a multiple of kvHeads': refused({ kvHeads: 4 }, 'heads'),
  },
});

/** A config with one size that is invalid. */
function refused(changed: Record<string, unknown>, ...alsoNamed: string[]): Rejection {
  return {
    error: 'RangeError',
    names: ['attentionCost', ...Object.keys(changed), ...alsoNamed],
    call: (f) => f.attentionCost({ ...models['all-differ'], ...changed }),
  };
}

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

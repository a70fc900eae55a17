import type * as stub from '../../exercises/04-context-length/attention-cost';
import { requireInteger } from '../../exercises/arguments';
import { anyShape, defineMistakes } from '../../kit/author/mistakes';
import type * as solution from '../../solutions/04-context-length/attention-cost';

type Attention = typeof stub.attentionCost;

const LAYER_WEIGHTS = '2 * modelDim * headDim * (heads + kvHeads)';
const PRODUCTS = '2 * (2 * heads * headDim * context)';
const CACHE = 'layers * batch * context * 2 * kvHeads * headDim';
const SCORES = 'batch * heads * context * context';
const INTENSITY = 'decodeFlops / (weightBytes + kvCacheBytes)';

const mapped = (cost: stub.AttentionCost, map: (value: number) => number) =>
  Object.fromEntries(Object.entries(cost).map(([name, value]) => [name, map(value)])) as unknown as stub.AttentionCost;

export default defineMistakes<typeof solution, typeof stub>({
  multiplyAddIsOneFlop: {
    edit: ['2 * layerWeights', 'layerWeights', PRODUCTS, '2 * heads * headDim * context'],
    says: 'The flops are half of what is asked. Here a multiplication and an addition count as two.',
  },
  valuesProductForgotten: {
    edit: [PRODUCTS, '2 * heads * headDim * context'],
    says: 'Only one of the two products that grow with the context is counted. After the softmax comes another.',
  },
  projectionsForgotten: {
    edit: ['projectionFlops + productFlops', 'productFlops'],
    says: 'Only the products between tokens are counted. Queries, keys, values and the output cost flops too.',
  },
  productsOfKvHeads: {
    edit: [PRODUCTS, '2 * (2 * kvHeads * headDim * context)'],
    says: 'The products are counted for the key/value heads. Sharing a key saves memory, but every query head computes its own scores.',
  },
  causalHalved: {
    edit: [
      'decodeFlops * context',
      'layers * batch * context * (projectionFlops + 2 * heads * headDim * (context + 1))',
    ],
    says: 'The flops count only the pairs below the diagonal. Here the mask is not exploited, so all T² pairs are computed.',
  },
  ownTokenForgotten: {
    edit: [
      'batch * tokenFlops',
      'batch * layers * (projectionFlops + 4 * heads * headDim * (context - 1))',
      'decodeFlops * context',
      'batch * tokenFlops * context',
    ],
    says: 'A decode step attends to one key too few. The `context` keys include the key of the new token.',
  },
  headDimFromModelDim: {
    edit: [
      LAYER_WEIGHTS,
      LAYER_WEIGHTS.replace('headDim', '(modelDim / heads)'),
      PRODUCTS,
      PRODUCTS.replace('headDim', '(modelDim / heads)'),
      CACHE,
      CACHE.replace('headDim', '(modelDim / heads)'),
    ],
    says: 'The head dimension is taken as modelDim / heads. It is a size of its own, and heads · headDim may differ from modelDim.',
  },
  keysProjectedForAllHeads: {
    edit: [LAYER_WEIGHTS, '4 * modelDim * headDim * heads'],
    says: 'wk and wv are as wide as wq. They make only the heads that the cache holds.',
  },
  outputMatrixForgotten: {
    edit: [LAYER_WEIGHTS, 'modelDim * headDim * (heads + 2 * kvHeads)'],
    says: 'Three matrices are counted. One more is applied after the heads are joined.',
  },
  cacheOfAllHeads: {
    edit: [CACHE, CACHE.replace('kvHeads', 'heads')],
    says: 'The cache is counted with the query heads. Which heads does each key belong to?',
  },
  cacheOfKeysOnly: {
    edit: [CACHE, CACHE.replace('2 * ', '')],
    says: 'The cache is half as large as it must be. What does a new query need of the past besides keys?',
  },
  cacheOfOneLayer: {
    edit: [CACHE, CACHE.replace('layers * ', '')],
    says: 'The cache of a single layer is counted. Every layer has its own keys and values.',
  },
  cacheOfOneSequence: {
    edit: [CACHE, CACHE.replace('batch * ', '')],
    says: 'The cache does not grow with the batch. Every sequence has a past of its own.',
  },
  scoresOfAllLayers: {
    edit: [SCORES, `layers * ${SCORES}`],
    says: 'The scores of all layers are counted. They are never in memory together, so one layer is asked for.',
  },
  scoresOfOneHead: {
    edit: [SCORES, SCORES.replace('heads * ', '')],
    says: 'The scores of one head are counted. Each head has a matrix of its own.',
  },
  valuesInsteadOfBytes: { everywhere: [' * bytesPerValue', ''], says: 'Values are counted where bytes are asked for.' },
  decodeWithoutCache: {
    edit: ['    decodeFlops,\n', '    decodeFlops: decodeFlops * context,\n', INTENSITY, `context * ${INTENSITY}`],
    says: 'A decode step costs as much as a whole prefill. With a cache, only one query is new.',
  },
  flopsOfOneLayer: {
    edit: ['layers * (projectionFlops + productFlops)', 'projectionFlops + productFlops'],
    says: 'The flops of a single layer are counted.',
  },
  weightsForEachSequence: {
    edit: ['layers * layerWeights', 'batch * layers * layerWeights'],
    says: 'The weights are counted once per sequence. All sequences of a batch share them.',
  },
  intensityWithoutCache: {
    edit: [INTENSITY, 'decodeFlops / weightBytes'],
    says: 'The intensity leaves something out that every decode step has to read besides the weights.',
  },
  intensityRounded: {
    edit: [INTENSITY, `Math.round(${INTENSITY})`],
    says: 'The intensity is rounded to an integer. It is the one result that is a fraction.',
  },
  thirtyTwoBits: {
    instead: ({ attentionCost: right }) => ({
      attentionCost: (config) => {
        const cost = right(config);
        return { ...mapped(cost, (value) => value | 0), decodeIntensity: cost.decodeIntensity };
      },
    }),
    says: 'The results wrap around at 2³¹. Bitwise operators and typed integer arrays cut a number to 32 bits.',
  },
  singlePrecision: {
    instead: ({ attentionCost: right }) => ({ attentionCost: (config) => mapped(right(config), Math.fround) }),
    says: 'The results have only seven digits, as if they had been float32. Numbers of JavaScript have fifteen, tensors do not.',
  },
  refusesLargeResults: {
    instead: ({ attentionCost: right }) => ({
      attentionCost: (config) => {
        const cost = right(config);
        if (Object.values(cost).some((value) => value > Number.MAX_SAFE_INTEGER)) {
          throw new RangeError('attentionCost: a result is too large');
        }
        return cost;
      },
    }),
    says: 'Results above 2⁵³ are refused. Only the arguments have to be safe integers.',
  },
  acceptsAnySizes: { ...anyShape, says: 'Sizes that are not positive integers give an answer. They must be refused.' },
  acceptsAnyGroups: {
    edit: ['heads % kvHeads !== 0', 'heads < 1'],
    says: 'Query heads that cannot be shared evenly among the key/value heads give an answer. They must be refused.',
  },
});

function check(config: stub.AttentionConfig): void {
  for (const [name, value] of Object.entries(config)) requireInteger('attentionCost', name, value);
  requireInteger('attentionCost', 'headDim', config.headDim);
  const { heads, kvHeads } = config;
  if (heads % kvHeads !== 0) throw new RangeError(`attentionCost: heads ${heads}, but kvHeads ${kvHeads}`);
}

/** Adds up matrix products, and factors nothing out. */
const productByProduct: Attention = (config) => {
  check(config);
  const { layers, modelDim: M, heads: H, kvHeads: G, headDim: D, context: T, batch: B, bytesPerValue } = config;
  const matrices = [
    [M, H * D],
    [M, G * D],
    [M, G * D],
    [H * D, M],
  ];
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const flops = (t: number) =>
    layers * B * (sum(matrices.map(([k, n]) => 2 * t * k * n)) + H * (2 * t * D * T) + H * (2 * t * T * D));
  const weightBytes = layers * sum(matrices.map(([k, n]) => k * n)) * bytesPerValue;
  const kvCacheBytes = layers * sum([B * G * T * D, B * G * T * D]) * bytesPerValue;
  const scoreBytes = B * H * T * T * bytesPerValue;
  const decodeIntensity = flops(1) / (weightBytes + kvCacheBytes);
  return { prefillFlops: flops(T), decodeFlops: flops(1), scoreBytes, kvCacheBytes, weightBytes, decodeIntensity };
};

/** The closed formulas in BigInt. */
const bigIntegers: Attention = (config) => {
  check(config);
  const [layers, M, H, G] = [config.layers, config.modelDim, config.heads, config.kvHeads].map(BigInt);
  const [D, T, B, bytes] = [config.headDim, config.context, config.batch, config.bytesPerValue].map(BigInt);
  const decode = 4n * layers * B * D * (M * (H + G) + H * T);
  const cache = 2n * layers * B * T * G * D * bytes;
  const weights = 2n * layers * M * D * (H + G) * bytes;
  return {
    prefillFlops: Number(decode * T),
    decodeFlops: Number(decode),
    scoreBytes: Number(B * H * T * T * bytes),
    kvCacheBytes: Number(cache),
    weightBytes: Number(weights),
    decodeIntensity: Number(decode) / Number(cache + weights),
  };
};

/** What all layers, sequences and heads share is factored out; the intensity is reduced. */
const factored: Attention = (config) => {
  check(config);
  const { layers, modelDim, heads, kvHeads, headDim, context, batch, bytesPerValue } = config;
  const columns = headDim * layers;
  const weights = columns * modelDim * (heads + kvHeads);
  const cached = columns * batch * context * kvHeads;
  const multiplied = batch * (weights + columns * heads * context);
  return {
    prefillFlops: 4 * context * multiplied,
    decodeFlops: 4 * multiplied,
    scoreBytes: context ** 2 * heads * batch * bytesPerValue,
    kvCacheBytes: 2 * bytesPerValue * cached,
    weightBytes: 2 * bytesPerValue * weights,
    decodeIntensity: (2 * multiplied) / (weights + cached) / bytesPerValue,
  };
};

export const alternates = {
  productByProduct: { attentionCost: productByProduct },
  bigIntegers: { attentionCost: bigIntegers },
  factored: { attentionCost: factored },
};

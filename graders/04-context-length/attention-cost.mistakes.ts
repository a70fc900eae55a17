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
const WEIGHTS = 'layers * layerWeights * bytesPerValue';
const DECODE = 'batch * tokenFlops';
const PREFILL = 'decodeFlops * context';
const REFUSED = "requireInteger('attentionCost', name, value)";

const mapped = (cost: stub.AttentionCost, map: (value: number) => number) =>
  Object.fromEntries(Object.entries(cost).map(([name, value]) => [name, map(value)])) as unknown as stub.AttentionCost;

export default defineMistakes<typeof solution, typeof stub>({
  multiplyAddIsOneFlop: {
    edit: ['2 * layerWeights', 'layerWeights', PRODUCTS, '2 * heads * headDim * context'],
    says: 'The flops are half of what is asked. Here a multiplication and an addition count as two.',
  },
  projectionsWithoutAdditions: {
    edit: ['2 * layerWeights', 'layerWeights'],
    says: 'The projections count one flop per weight and token. A multiplication and an addition count as two.',
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
  valuesProductOfKvHeads: {
    edit: [PRODUCTS, '2 * (heads + kvHeads) * headDim * context'],
    says: 'The product of weights and values is counted for the key/value heads. Every query head has weights of its own.',
  },
  productsOfOneHead: {
    edit: [PRODUCTS, '2 * (2 * headDim * context)'],
    says: 'The products are counted for one head. All query heads compute scores and outputs.',
  },
  productsOfModelDim: {
    edit: [PRODUCTS, '2 * (2 * modelDim * context)'],
    says: 'The products are counted with modelDim. Scores are dot products of headDim numbers, for each of the query heads.',
  },
  causalHalved: {
    edit: [
      'decodeFlops * context',
      'layers * batch * context * (projectionFlops + 2 * heads * headDim * (context + 1))',
    ],
    says: 'The flops count only the pairs below the diagonal. Here the mask is not exploited, so all T² pairs are computed.',
  },
  prefillIsOneToken: {
    edit: [PREFILL, 'decodeFlops'],
    says: 'The prefill is counted for one token. It has `context` tokens in every sequence.',
  },
  prefillProductsOfOneQuery: {
    edit: [PREFILL, 'layers * batch * (context * projectionFlops + productFlops)'],
    says: 'In the prefill, the two products are counted for one query. All `context` tokens are queries, so they grow as T².',
  },
  prefillCubic: {
    edit: [PREFILL, `${PREFILL} * context`],
    says: 'The prefill has one factor of the context too many. A token already meets all keys in the flops of one token.',
  },
  flopsOfOneSequence: {
    edit: [DECODE, 'tokenFlops'],
    says: 'The flops do not grow with the batch. Every sequence has tokens of its own.',
  },
  decodeOfOneSequence: {
    edit: [
      '    decodeFlops,\n',
      '    decodeFlops: tokenFlops,\n',
      INTENSITY,
      INTENSITY.replace('decodeFlops', 'tokenFlops'),
    ],
    says: 'A decode step is counted for one sequence. Every sequence of the batch gets a new token.',
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
  outputMatrixLikeValues: {
    edit: [LAYER_WEIGHTS, 'modelDim * headDim * (heads + 3 * kvHeads)'],
    says: 'wo has the width of the key/value heads. It takes the joined query heads, so it is [H·D, M].',
  },
  valueMatrixForgotten: {
    edit: [LAYER_WEIGHTS, 'modelDim * headDim * (2 * heads + kvHeads)'],
    says: 'Of wk and wv only one is counted. Both make heads for the cache.',
  },
  widthIsModelDim: {
    edit: [LAYER_WEIGHTS, '2 * modelDim * (modelDim + kvHeads * headDim)'],
    says: 'wq and wo are taken to be [M, M]. They are [M, H·D] and [H·D, M], and H·D may differ from M.',
  },
  squareMatrices: {
    edit: [LAYER_WEIGHTS, '4 * modelDim * modelDim'],
    says: 'All four matrices are taken to be [M, M]. Their widths are H·D and G·D.',
  },
  weightsOfOneLayer: {
    edit: [WEIGHTS, 'layerWeights * bytesPerValue'],
    says: 'The weights of a single layer are counted. Every layer has four matrices of its own.',
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
  cacheOfOneHead: {
    edit: [CACHE, CACHE.replace('kvHeads * ', '')],
    says: 'The cache of one head is counted. Every key/value head has its own keys and values.',
  },
  cacheOfModelDim: {
    edit: [CACHE, CACHE.replace('kvHeads * headDim', 'modelDim')],
    says: 'The cache is counted as if keys and values had modelDim numbers. They have G·D.',
  },
  cacheWithoutOwnToken: {
    edit: [CACHE, CACHE.replace('context', '(context - 1)')],
    says: 'The cache is one token too short. It holds all `context` tokens.',
  },
  cacheInInt32: {
    edit: [`${CACHE} * bytesPerValue`, `(${CACHE} * bytesPerValue) | 0`],
    says: 'The bytes of the cache wrap around at 2³¹, because a bitwise operator cuts a number to 32 bits. Use Math.floor or nothing.',
  },
  scoresOfAllLayers: {
    edit: [SCORES, `layers * ${SCORES}`],
    says: 'The scores of all layers are counted. They are never in memory together, so one layer is asked for.',
  },
  scoresOfOneHead: {
    edit: [SCORES, SCORES.replace('heads * ', '')],
    says: 'The scores of one head are counted. Each head has a matrix of its own.',
  },
  scoresOfKvHeads: {
    edit: [SCORES, SCORES.replace('heads', 'kvHeads')],
    says: 'The scores are counted with the key/value heads. Every query head has a matrix of scores.',
  },
  scoresOfOneSequence: {
    edit: [SCORES, SCORES.replace('batch * ', '')],
    says: 'The scores do not grow with the batch. Every sequence has scores of its own.',
  },
  scoresOfOneQuery: {
    edit: [SCORES, 'batch * heads * context'],
    says: 'One row of the scores is counted. There is a row for each of the `context` queries.',
  },
  scoresHalved: {
    edit: [SCORES, '((batch * heads * context * (context + 1)) / 2)'],
    says: 'Only the scores on and below the diagonal are counted. The matrix in memory has all T² of them.',
  },
  scoresWithHeadDim: {
    edit: [SCORES, `headDim * ${SCORES}`],
    says: 'The scores have a factor headDim too many. A score is one number, however long the vectors of its dot product.',
  },
  scoresAndWeights: {
    edit: [SCORES, `2 * ${SCORES}`],
    says: 'The scores are counted twice. Only the matrix of scores is asked for, not the weights beside it.',
  },
  valuesInsteadOfBytes: { everywhere: [' * bytesPerValue', ''], says: 'Values are counted where bytes are asked for.' },
  decodeWithoutCache: {
    edit: ['    decodeFlops,\n', '    decodeFlops: decodeFlops * context,\n', INTENSITY, `context * ${INTENSITY}`],
    says: 'A decode step costs as much as a whole prefill. With a cache, only one query is new.',
  },
  decodeProjectsAll: {
    edit: [DECODE, 'batch * layers * (projectionFlops * context + productFlops)', PREFILL, `${DECODE} * context`],
    says: 'A decode step projects all tokens again. Keys and values of earlier tokens are in the cache, so only the new one is projected.',
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
  intensityWithoutWeights: {
    edit: [INTENSITY, 'decodeFlops / kvCacheBytes'],
    says: 'The intensity counts the bytes of the cache only. Every decode step reads the weights too.',
  },
  intensityOfPrefill: {
    edit: [INTENSITY, `(${PREFILL}) / (weightBytes + kvCacheBytes)`],
    says: 'The intensity is that of the prefill. It is asked for a decode step.',
  },
  intensityInverted: {
    edit: [INTENSITY, '(weightBytes + kvCacheBytes) / decodeFlops'],
    says: 'The intensity is upside down. It is flops per byte.',
  },
  intensityPerValue: {
    edit: [INTENSITY, `bytesPerValue * ${INTENSITY}`],
    says: 'The intensity is per value, not per byte.',
  },
  intensityWithQuery: {
    edit: [INTENSITY, 'decodeFlops / (weightBytes + kvCacheBytes + batch * modelDim * bytesPerValue)'],
    says: 'The intensity also counts the bytes of the new tokens. Only weights and cache are asked for.',
  },
  intensityWithScores: {
    edit: [INTENSITY, 'decodeFlops / (weightBytes + kvCacheBytes + batch * heads * context * bytesPerValue)'],
    says: 'The intensity also counts the bytes of the scores. Only weights and cache are asked for.',
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
  acceptsNumericStrings: {
    edit: [REFUSED, "requireInteger('attentionCost', name, Number(value))"],
    says: "Sizes are converted with Number first, so '6' and true pass as integers. They must be refused.",
  },
  acceptsUnsafeIntegers: {
    edit: [
      REFUSED,
      "if (!Number.isInteger(value) || value < 1) throw new RangeError('attentionCost: ' + name + ' is ' + value)",
    ],
    says: 'Integers from 2⁵³ on are accepted. They are no longer exact; Number.isSafeInteger refuses them.',
  },
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
  /** The prefill is counted by itself, not as `context` decode steps. */
  prefillApart: { edit: [PREFILL, 'layers * batch * (context * projectionFlops + context * productFlops)'] },
  productByProduct: { attentionCost: productByProduct },
  bigIntegers: { attentionCost: bigIntegers },
  factored: { attentionCost: factored },
};

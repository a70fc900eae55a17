/**
 * Submissions to attention-cost: `wrong` ones make one mistake each, `alternates` are right but written differently.
 * `kit verify` judges them as it judges a student's.
 */
import { requireInteger } from '../../exercises/arguments';
import {
  type AttentionConfig as Config,
  type AttentionCost as Cost,
  attentionCost as solution,
} from '../../solutions/04-context-length/attention-cost';

/** The formulas of the solution, each of which a wrong variant can replace. Flops: one layer, one sequence. */
interface Formulas {
  check: (config: Config) => void;
  layerWeights: (config: Config) => number;
  projectionFlops: (config: Config, queries: number, layerWeights: number) => number;
  productFlops: (config: Config, queries: number) => number;
  scoreBytes: (config: Config) => number;
  kvCacheBytes: (config: Config) => number;
}

function checkSizes(config: Config): void {
  const { layers, modelDim, heads, kvHeads, headDim, context, batch, bytesPerValue } = config;
  const sizes = { layers, modelDim, heads, kvHeads, headDim, context, batch, bytesPerValue };
  for (const [name, value] of Object.entries(sizes)) requireInteger('attentionCost', name, value);
}

const right: Formulas = {
  check: (config) => {
    checkSizes(config);
    const { heads, kvHeads } = config;
    if (heads % kvHeads !== 0) throw new RangeError(`attentionCost: heads ${heads}, but kvHeads ${kvHeads}`);
  },
  layerWeights: ({ modelDim, heads, kvHeads, headDim }) =>
    2 * modelDim * heads * headDim + 2 * modelDim * kvHeads * headDim,
  projectionFlops: (_, queries, layerWeights) => 2 * queries * layerWeights,
  productFlops: ({ heads, headDim, context }, queries) => 4 * heads * queries * context * headDim,
  scoreBytes: ({ batch, heads, context, bytesPerValue }) => batch * heads * context ** 2 * bytesPerValue,
  kvCacheBytes: ({ layers, batch, context, kvHeads, headDim, bytesPerValue }) =>
    2 * layers * batch * context * kvHeads * headDim * bytesPerValue,
};

function cost(changed: Partial<Formulas>): { attentionCost: (config: Config) => Cost } {
  const formulas = { ...right, ...changed };
  return {
    attentionCost: (config) => {
      formulas.check(config);
      const { layers, batch, context, bytesPerValue } = config;
      const layerWeights = formulas.layerWeights(config);
      const flops = (queries: number) =>
        layers *
        batch *
        (formulas.projectionFlops(config, queries, layerWeights) + formulas.productFlops(config, queries));
      const decodeFlops = flops(1);
      const weightBytes = layers * layerWeights * bytesPerValue;
      const kvCacheBytes = formulas.kvCacheBytes(config);
      return {
        prefillFlops: flops(context),
        decodeFlops,
        scoreBytes: formulas.scoreBytes(config),
        kvCacheBytes,
        weightBytes,
        decodeIntensity: decodeFlops / (weightBytes + kvCacheBytes),
      };
    },
  };
}

/** The solution with its results changed. */
function result(change: (cost: Cost, config: Config) => Partial<Cost>): { attentionCost: (config: Config) => Cost } {
  return {
    attentionCost: (config) => {
      const right = solution(config);
      return { ...right, ...change(right, config) };
    },
  };
}

const mapValues = (right: Cost, map: (value: number) => number) =>
  Object.fromEntries(Object.entries(right).map(([name, value]) => [name, map(value)])) as unknown as Cost;

export const wrong = {
  multiplyAddIsOneFlop: cost({
    projectionFlops: (_, queries, layerWeights) => queries * layerWeights,
    productFlops: ({ heads, headDim, context }, queries) => 2 * heads * queries * context * headDim,
  }),
  valuesProductForgotten: cost({
    productFlops: ({ heads, headDim, context }, queries) => 2 * heads * queries * context * headDim,
  }),
  projectionsForgotten: cost({ projectionFlops: () => 0 }),
  productsOfKvHeads: cost({
    productFlops: ({ kvHeads, headDim, context }, queries) => 4 * kvHeads * queries * context * headDim,
  }),
  causalHalved: cost({
    productFlops: ({ heads, headDim, context }, queries) =>
      4 * heads * headDim * (queries === 1 ? context : (context * (context + 1)) / 2),
  }),
  ownTokenForgotten: cost({
    productFlops: ({ heads, headDim, context }, queries) =>
      4 * heads * headDim * queries * (queries === 1 ? context - 1 : context),
  }),
  headDimFromModelDim: {
    attentionCost: (config: Config) => {
      solution(config);
      return cost({ check: () => {} }).attentionCost({ ...config, headDim: config.modelDim / config.heads });
    },
  },
  keysProjectedForAllHeads: cost({ layerWeights: ({ modelDim, heads, headDim }) => 4 * modelDim * heads * headDim }),
  outputMatrixForgotten: cost({
    layerWeights: ({ modelDim, heads, kvHeads, headDim }) => modelDim * headDim * (heads + 2 * kvHeads),
  }),
  cacheOfAllHeads: cost({
    kvCacheBytes: (config) => right.kvCacheBytes({ ...config, kvHeads: config.heads }),
  }),
  cacheOfKeysOnly: cost({ kvCacheBytes: (config) => right.kvCacheBytes(config) / 2 }),
  cacheOfOneLayer: cost({ kvCacheBytes: (config) => right.kvCacheBytes({ ...config, layers: 1 }) }),
  cacheOfOneSequence: cost({ kvCacheBytes: (config) => right.kvCacheBytes({ ...config, batch: 1 }) }),
  scoresOfAllLayers: cost({ scoreBytes: (config) => config.layers * right.scoreBytes(config) }),
  scoresOfOneHead: cost({ scoreBytes: (config) => right.scoreBytes({ ...config, heads: 1 }) }),
  valuesInsteadOfBytes: {
    attentionCost: (config: Config) => {
      solution(config);
      return cost({}).attentionCost({ ...config, bytesPerValue: 1 });
    },
  },
  decodeWithoutCache: result(({ prefillFlops, weightBytes, kvCacheBytes }) => ({
    decodeFlops: prefillFlops,
    decodeIntensity: prefillFlops / (weightBytes + kvCacheBytes),
  })),
  flopsOfOneLayer: result(({ prefillFlops, decodeFlops, decodeIntensity }, { layers }) => ({
    prefillFlops: prefillFlops / layers,
    decodeFlops: decodeFlops / layers,
    decodeIntensity: decodeIntensity / layers,
  })),
  weightsForEachSequence: result(({ weightBytes, kvCacheBytes, decodeFlops }, { batch }) => ({
    weightBytes: batch * weightBytes,
    decodeIntensity: decodeFlops / (batch * weightBytes + kvCacheBytes),
  })),
  intensityWithoutCache: result(({ decodeFlops, weightBytes }) => ({ decodeIntensity: decodeFlops / weightBytes })),
  intensityRounded: result(({ decodeIntensity }) => ({ decodeIntensity: Math.round(decodeIntensity) })),
  thirtyTwoBits: result((right) => ({
    ...mapValues(right, (value) => value | 0),
    decodeIntensity: right.decodeIntensity,
  })),
  singlePrecision: result((right) => mapValues(right, Math.fround)),
  refusesLargeResults: {
    attentionCost: (config: Config) => {
      const right = solution(config);
      for (const [name, value] of Object.entries(right)) {
        if (value > Number.MAX_SAFE_INTEGER) throw new RangeError(`attentionCost: ${name} is too large`);
      }
      return right;
    },
  },
  acceptsAnySizes: cost({ check: () => {} }),
  acceptsAnyGroups: cost({ check: checkSizes }),
};

export const alternates = {
  /** Adds up matrix products, and divides nothing out. */
  productByProduct: {
    attentionCost: (config: Config): Cost => {
      right.check(config);
      const { layers, modelDim: M, heads: H, kvHeads: G, headDim: D, context: T, batch: B, bytesPerValue } = config;
      const matrices: [number, number][] = [
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
      return {
        prefillFlops: flops(T),
        decodeFlops: flops(1),
        scoreBytes: B * H * T * T * bytesPerValue,
        kvCacheBytes,
        weightBytes,
        decodeIntensity: flops(1) / (weightBytes + kvCacheBytes),
      };
    },
  },
  /** The closed formulas in BigInt. */
  bigIntegers: {
    attentionCost: (config: Config): Cost => {
      right.check(config);
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
    },
  },
  /** What is common to all layers, sequences and heads is taken out first; the intensity is shortened. */
  shortened: {
    attentionCost: (config: Config): Cost => {
      right.check(config);
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
    },
  },
};

import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/05-kv-cache/kv-cache';
import { axes, requireInteger } from '../../exercises/arguments';
import { defineMistakes, maskTooWeak, softmaxOverflows, softmaxOverQueries } from '../../kit/author/mistakes';
import type * as solution from '../../solutions/05-kv-cache/kv-cache';

const SCALE = '1 / Math.sqrt(D)';
const VISIBLE = 'T === 1 ? scores_BHTS : tf.where(causal(T, S)';
const [OLD_KEYS, OLD_VALUES] = ['tf.concat([k_BHSD,', 'tf.concat([v_BHSD,'];
const [NEW_KEY, NEW_VALUE] = ['project(x_B1M, weights.wk, heads)], 2', 'project(x_B1M, weights.wv, heads)], 2'];
const SPLIT = 'tf.transpose(tf.reshape(projected, [B, T, heads, M / heads]), [0, 2, 1, 3])';
const MASKED = 'tf.where(causal(T, S), scores_BHTS, -1e9)';
const SOFTMAX = 'tf.softmax(visible_BHTS)';
const OUT = 'merge(attend(q_BH1D, longer), weights.wo)';
const PREFILLED = 'weights.wo), cache }';

/** Each step appends to something other than the old keys and values. */
const appendsTo = (fn: string) => [OLD_KEYS, `tf.concat([${fn}(k_BHSD),`, OLD_VALUES, `tf.concat([${fn}(v_BHSD),`];

export default defineMistakes<typeof solution, typeof stub>({
  noScale: { edit: [SCALE, '1'], says: 'The scores are not divided by √D.' },
  scaleByD: {
    edit: [SCALE, '1 / D'],
    says: 'The scores are divided by D. The standard deviation of a dot product grows as √D.',
  },
  stepUnscaled: {
    edit: [SCALE, `T === 1 ? 1 : ${SCALE}`],
    says: 'The scores of a step are not divided by √D, though those of the prompt are. Both need the same scale.',
  },
  scaleByModelDim: {
    edit: [SCALE, '1 / Math.sqrt(q_BHTD.shape[1] * D)'],
    says: 'The scores are divided by √M. Each head computes dot products of D = M / heads numbers.',
  },
  promptSeesFuture: {
    edit: [`${VISIBLE}, scores_BHTS, -1e9)`, 'scores_BHTS'],
    says: 'The tokens of the prompt see later tokens. The steps then no longer match full causal attention.',
  },
  causalStrict: {
    edit: ['tf.lessEqual', 'tf.less'],
    says: 'A token of the prompt does not see itself. Key s is visible to query t if s ≤ t; equality is allowed.',
  },
  maskTransposed: {
    edit: [
      'tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1))',
      'tf.lessEqual(tf.range(S - T, S).expandDims(1), tf.range(0, S))',
    ],
    says: 'The mask of the prompt is transposed: tokens see the future and not the past. Key s is visible to query t if s ≤ t.',
  },
  maskMultiplied: {
    edit: [MASKED, "tf.mul(scores_BHTS, tf.cast(causal(T, S), 'float32'))"],
    says: 'Scores of later tokens are set to 0. That is a score like any other: exp(0) is 1. Use a number that no score reaches, such as −1e9.',
  },
  maskAfterSoftmax: {
    edit: [
      MASKED,
      'scores_BHTS',
      SOFTMAX,
      "tf.mul(tf.softmax(visible_BHTS), T === 1 ? 1 : tf.cast(causal(T, S), 'float32'))",
    ],
    says: 'The mask of the prompt is applied after the softmax, so the remaining weights no longer sum to one.',
  },
  maskTooWeak,
  stepMaskTopLeft: {
    edit: [VISIBLE, 'tf.where(causal(T, S)', 'tf.range(S - T, S)', 'tf.range(0, T)'],
    says: 'The causal mask of a step is aligned with the first key. Its one query is the last token, not the first.',
  },
  ownTokenUnseen: {
    edit: ['attend(q_BH1D, longer)', 'attend(q_BH1D, cache)'],
    says: 'A step attends only to the past. Under a causal mask a token also sees itself.',
  },
  appendsToHeads: {
    edit: [NEW_KEY, NEW_KEY.replace('2', '1'), NEW_VALUE, NEW_VALUE.replace('2', '1')],
    says: 'The new key and value are put behind the heads. Tokens are on axis 2 of [B, H, S, D].',
  },
  valueFromKeyWeights: {
    edit: [NEW_VALUE, NEW_VALUE.replace('wv', 'wk')],
    says: 'The new value is projected with wk. Values have a matrix of their own, wv.',
  },
  cacheOfNewTokenOnly: {
    edit: [
      'cache: longer }',
      'cache: { k_BHSD: project(x_B1M, weights.wk, heads), v_BHSD: project(x_B1M, weights.wv, heads) } }',
    ],
    says: 'The step returns only the new key and value as the cache. It must return the earlier ones with them.',
  },
  cacheInBlocks: {
    edit: [
      PREFILLED,
      'weights.wo), cache: inBlocks(cache) }',
      OLD_KEYS,
      'tf.concat([used(k_BHSD, cache),',
      OLD_VALUES,
      'tf.concat([used(v_BHSD, cache),',
      'cache: longer }',
      'cache: inBlocks(longer) }',
    ],
    with: `
type Roomy = KvCache & { length?: number };

function inBlocks({ k_BHSD, v_BHSD }: KvCache): Roomy {
  const length = k_BHSD.shape[2];
  const padded = (x: tf.Tensor4D) => tf.pad(x, [[0, 0], [0, 0], [0, Math.ceil(length / 16) * 16 - length], [0, 0]]);
  return { k_BHSD: padded(k_BHSD), v_BHSD: padded(v_BHSD), length };
}

const used = (x: tf.Tensor4D, cache: Roomy) => tf.slice(x, [0, 0, 0, 0], [-1, -1, cache.length ?? x.shape[2], -1]);`,
    says: 'The cache has more rows than tokens. It holds S keys and S values, without padding.',
  },
  cacheTransposed: {
    edit: [PREFILLED, 'weights.wo), cache: { k_BHSD: back(cache.k_BHSD), v_BHSD: back(cache.v_BHSD) } }'],
    with: 'const back = (x: tf.Tensor4D) => tf.transpose(x, [0, 2, 1, 3]);',
    says: 'The cache of the prompt is [B, S, H, D]. Keep keys and values as attention takes them, [B, H, S, D].',
  },
  writesIntoCache: {
    edit: ['cache: longer }', 'cache: Object.assign(cache, longer) }'],
    says: 'The step writes the longer keys and values into the cache object that it was given. Return a new object; the old cache belongs to the caller.',
  },
  appendsInFront: {
    edit: [
      'tf.concat([k_BHSD, project(x_B1M, weights.wk, heads)], 2)',
      'tf.concat([project(x_B1M, weights.wk, heads), k_BHSD], 2)',
      'tf.concat([v_BHSD, project(x_B1M, weights.wv, heads)], 2)',
      'tf.concat([project(x_B1M, weights.wv, heads), v_BHSD], 2)',
    ],
    says: 'The newest key is put before the others. The output does not show it, but the cache is in the wrong order.',
  },
  overwritesLast: {
    edit: appendsTo('butLast'),
    with: 'const butLast = (x: tf.Tensor4D) => tf.slice(x, [0, 0, 0, 0], [-1, -1, x.shape[2] - 1, -1]);',
    says: 'The newest key replaces the last one, so the cache never grows.',
  },
  dropsOldest: {
    edit: appendsTo('butFirst'),
    with: 'const butFirst = (x: tf.Tensor4D) => tf.slice(x, [0, 0, 1, 0], [-1, -1, x.shape[2] - 1, -1]);',
    says: 'Each step removes the oldest token from the cache. That is a sliding window. Here every token stays.',
  },
  cacheNotGrown: {
    edit: ['cache: longer }', 'cache: { k_BHSD: tf.clone(k_BHSD), v_BHSD: tf.clone(v_BHSD) } }'],
    says: 'The step returns the cache without its own token, so the next step does not know this token.',
  },
  swapsKeysAndValues: {
    edit: [PREFILLED, 'weights.wo), cache: { k_BHSD: cache.v_BHSD, v_BHSD: cache.k_BHSD } }'],
    says: 'Keys and values are swapped in the cache that prefill returns.',
  },
  cachesScaledKeys: {
    edit: [
      PREFILLED,
      'weights.wo), cache: { ...cache, k_BHSD: tf.mul(cache.k_BHSD, 1 / Math.sqrt(q_BHTD.shape[3])) } }',
    ],
    says: 'The keys that prefill returns are already divided by √D, and a step divides them again. Cache them as projected.',
  },
  splitsWithoutTranspose: {
    edit: [SPLIT, 'tf.reshape(projected, [B, heads, T, M / heads])'],
    says: 'The heads are split only by a reshape, which is right for a single token but mixes tokens and heads for more.',
  },
  interleavedHeads: {
    edit: [SPLIT, 'tf.transpose(tf.reshape(projected, [B, T, M / heads, heads]), [0, 3, 1, 2])'],
    says: 'Head h takes every H-th column. It owns the D columns from h·D on, so reshape to [B,T,H,D] before you transpose.',
  },
  queriesWithoutTranspose: {
    edit: [
      'const q_BHTD = project(x_BTM, weights.wq, heads);',
      `const [B, T, M] = x_BTM.shape;
    const q_BHTD = tf.reshape(tf.matMul(tf.reshape(x_BTM, [B * T, M]), weights.wq), [B, heads, T, M / heads]);`,
    ],
    says: 'The queries of the prompt are split into heads only by a reshape, which mixes tokens and heads. Keys and values are right.',
  },
  weightsTransposed: {
    edit: ['[B * T, M]), w_MM)', '[B * T, M]), w_MM, false, true)'],
    says: 'Queries, keys and values are x times the transposed weights. Here weights are used as x @ w.',
  },
  mergesWithoutTranspose: {
    edit: ['tf.transpose(heads_BHTD, [0, 2, 1, 3])', 'heads_BHTD'],
    says: 'The heads are merged only by a reshape, which is right for a single token only.',
  },
  mergesInterleaved: {
    edit: ['tf.transpose(heads_BHTD, [0, 2, 1, 3])', 'tf.transpose(heads_BHTD, [0, 2, 3, 1])'],
    says: 'The heads are merged number by number. Head h belongs to rows h·D … of wo, so the D numbers of a head stay together.',
  },
  outputTransposed: {
    edit: ['tf.matMul(merged, wo_MM)', 'tf.matMul(merged, wo_MM, false, true)'],
    says: 'The merged heads are multiplied with the transpose of wo. It is used as heads @ wo.',
  },
  tokenAxisDropped: {
    edit: [OUT, `tf.squeeze(${OUT}, [1])`],
    says: 'The output of a step is [B, M]. It keeps the axis of its one token: [B, 1, M].',
  },
  noOutputProjection: {
    edit: ['tf.matMul(merged, wo_MM)', 'merged'],
    says: 'The heads are put side by side but never mixed. What is wo for?',
  },
  softmaxOverQueries: {
    ...softmaxOverQueries,
    says: 'The softmax runs over the queries. A step has only one query, so every key gets weight 1.',
  },
  softmaxOverflows,
  stepOverflows: {
    edit: [SOFTMAX, `T === 1 ? softmaxOfStep(visible_BHTS) : ${SOFTMAX}`],
    with: `
function softmaxOfStep(scores: tf.Tensor): tf.Tensor {
  const exp = tf.exp(scores);
  return tf.div(exp, tf.sum(exp, -1, true));
}`,
    says: 'In a step, exp of a large score is Infinity. Subtract the maximum first, as in the prompt; the softmax stays the same.',
  },
  scaleRemembered: {
    edit: [SCALE, '(scales[q_BHTD.shape[1] * D] ??= 1 / Math.sqrt(D))'],
    with: 'const scales: Record<number, number> = {};',
    says: 'The scale of an earlier call with the same M is used again, though heads, and so D, may differ. Keep nothing between calls.',
  },
  readsCacheBack: {
    edit: appendsTo('reloaded'),
    with: 'const reloaded = (x: tf.Tensor4D) => tf.tensor4d(x.dataSync() as Float32Array, x.shape);',
    says: 'The cache is read into JavaScript and uploaded again. That moves the whole past at each step and stops gradients.',
  },
  projectsPromptTwice: {
    edit: [
      PREFILLED,
      'weights.wo), cache: { k_BHSD: project(x_BTM, weights.wk, heads), v_BHSD: project(x_BTM, weights.wv, heads) } }',
    ],
    says: 'The keys and values of the prompt are computed twice, once for its attention and once for the cache. Return those that you have.',
  },
  projectsThePastAgain: {
    edit: [
      'const q_BHTD = project(',
      'remember(x_BTM);\n    const q_BHTD = project(',
      'const q_BH1D = project(',
      'if (isPast(k_BHSD)) return fromTheStart(x_B1M, weights, options);\n    const q_BH1D = project(',
    ],
    with: `
let past: tf.Tensor3D | undefined;

const remember = (x_BTM: tf.Tensor3D) => (past = tf.keep(tf.clone(x_BTM)));

/** Otherwise the cache comes from another prompt. */
const isPast = ({ shape: [B, H, S, D] }: tf.Tensor4D) => String(past?.shape) === String([B, S, H * D]);

function fromTheStart(x_B1M: tf.Tensor3D, weights: CacheWeights, options: Options) {
  const all = prefill(tf.concat([past!, x_B1M], 1), weights, options);
  return { out_B1M: tf.slice(all.out_BTM, [0, all.out_BTM.shape[1] - 1, 0]), cache: all.cache };
}`,
    says: 'Every step projects all tokens again. Their keys and values are in the cache, and a module should remember nothing between calls.',
  },
  padsQueries: {
    edit: ['attend(q_BH1D, longer)', 'lastOfAll(q_BH1D, longer)'],
    with: `
function lastOfAll(q_BH1D: tf.Tensor4D, cache: KvCache): tf.Tensor4D {
  const [B, H, S, D] = cache.k_BHSD.shape;
  const rows = attend(tf.concat([tf.zeros([B, H, S - 1, D]), q_BH1D], 2), cache);
  return tf.slice(rows, [0, 0, S - 1, 0], [B, H, 1, D]);
}`,
    says: 'A step computes scores for as many queries as there are keys, and uses only one row.',
  },
  promptTokenByToken: {
    edit: [
      'const q_BHTD = project(',
      'if (x_BTM.shape[1] > 1) return tokenByToken(x_BTM, weights, options);\n    const q_BHTD = project(',
    ],
    with: `
function tokenByToken(x_BTM: tf.Tensor3D, weights: CacheWeights, options: Options) {
  const [first, ...others] = tf.split(x_BTM, x_BTM.shape[1], 1);
  const all = prefill(first, weights, options);
  for (const x_B1M of others) {
    const step = decodeStep(x_B1M, weights, all.cache, options);
    all.out_BTM = tf.concat([all.out_BTM, step.out_B1M], 1);
    all.cache = step.cache;
  }
  return all;
}`,
    says: 'The prompt is computed one token at a time. All its tokens are known, so one matrix product can take them all.',
  },
  leaksQueries: {
    edit: ['project(x_B1M, weights.wq, heads)', 'tf.keep(project(x_B1M, weights.wq, heads))'],
    says: 'A tensor made in a step stays in memory, one more at each step.',
  },
  disposesOldCache: {
    edit: [
      'return tf.tidy(() => {\n    const q_BH1D',
      'const result = tf.tidy(() => {\n    const q_BH1D',
      'cache: longer };\n  });',
      'cache: longer };\n  });\n  tf.dispose(cache);\n  return result;',
    ],
    says: 'The step disposes the cache that it was given. The cache belongs to the caller, who may continue from it twice.',
  },
  acceptsAnyWeights: {
    edit: [
      "requireSizes('prefill', { x_BTM, ...named(weights) }, heads);",
      '',
      "'decodeStep', { x_B1M, ...named(weights), k_BHSD, v_BHSD }",
      "'decodeStep', { x_B1M, k_BHSD, v_BHSD }",
    ],
    says: 'Tokens, weights and heads that do not fit together raise no error that names them.',
  },
  acceptsAnyHeads: {
    edit: ["requireInteger(fn, 'heads', heads);", '', 'M % heads !== 0', 'M < 1'],
    says: 'heads that is no positive integer, or that does not divide M, is not refused by name.',
  },
  acceptsAnyCache: {
    edit: ['...named(weights), k_BHSD, v_BHSD }', '...named(weights) }'],
    says: 'A cache with another batch size or other heads raises no error that names it.',
  },
});

/** Queries attend to all keys, of which the last are their own. */
type Attend = (q_BHTD: tf.Tensor4D, k_BHSD: tf.Tensor4D, v_BHSD: tf.Tensor4D) => tf.Tensor4D;

/** Queries, keys and values from one product. Both functions are one, since a prefill is a step without a past. */
function exerciseWith(attend: Attend): typeof stub {
  const run = (fn: string, x: object, { wq, wk, wv, wo }: stub.CacheWeights, heads: number, past?: stub.KvCache) => {
    requireInteger(fn, 'heads', heads);
    const sizes = axes(fn, { ...x, wq_MM: wq, wk_MM: wk, wv_MM: wv, wo_MM: wo, ...past });
    const { B, M, H = heads, D = M / heads } = sizes;
    if (M % heads !== 0 || H !== heads || D !== M / heads) throw new RangeError(`${fn}: heads ${heads} do not fit`);
    const [tokens]: tf.Tensor3D[] = Object.values(x);
    return tf.tidy(() => {
      const qkv = tf.matMul(tokens.reshape([-1, M]), tf.concat([wq, wk, wv], 1));
      const split_3BHTD = qkv.reshape([B, -1, 3, H, D]).transpose([2, 0, 3, 1, 4]);
      const [q, k, v] = tf.unstack(split_3BHTD) as tf.Tensor4D[];
      const after = (old: tf.Tensor4D | undefined, added: tf.Tensor4D) => (old ? tf.concat([old, added], 2) : added);
      const cache = { k_BHSD: after(past?.k_BHSD, k), v_BHSD: after(past?.v_BHSD, v) };
      const merged = tf.transpose(attend(q, cache.k_BHSD, cache.v_BHSD), [0, 2, 1, 3]);
      return { out: tf.matMul(merged.reshape([-1, M]), wo).reshape(tokens.shape) as tf.Tensor3D, cache };
    });
  };
  return {
    prefill(x_BTM, weights, { heads }) {
      const { out, cache } = run('prefill', { x_BTM }, weights, heads);
      return { out_BTM: out, cache };
    },
    decodeStep(x_B1M, weights, past, { heads }) {
      const { out, cache } = run('decodeStep', { x_B1M }, weights, heads, past);
      return { out_B1M: out, cache };
    },
  };
}

const causal = (T: number, S: number) => tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1));

export const alternates = {
  /** A step's attention one head after another. */
  headByHead: {
    edit: ['attend(q_BH1D, longer)', 'headByHead(q_BH1D, longer)'],
    with: `
function headByHead(q_BH1D: tf.Tensor4D, { k_BHSD, v_BHSD }: KvCache): tf.Tensor4D {
  const head = (x: tf.Tensor4D, h: number) => tf.slice(x, [0, h, 0, 0], [-1, 1, -1, -1]);
  const heads = [...Array(q_BH1D.shape[1]).keys()];
  const cache = (h: number) => ({ k_BHSD: head(k_BHSD, h), v_BHSD: head(v_BHSD, h) });
  return tf.concat(heads.map((h) => attend(head(q_BH1D, h), cache(h))), 1);
}`,
  },
  /** All of it one sequence after another. */
  sequenceBySequence: {
    edit: [
      'attend(q_BHTD, cache)',
      'eachSequence(q_BHTD, cache)',
      'attend(q_BH1D, longer)',
      'eachSequence(q_BH1D, longer)',
    ],
    with: `
function eachSequence(q: tf.Tensor4D, { k_BHSD, v_BHSD }: KvCache): tf.Tensor4D {
  const sequence = (x: tf.Tensor4D, b: number) => tf.slice(x, [b, 0, 0, 0], [1, -1, -1, -1]);
  const cache = (b: number) => ({ k_BHSD: sequence(k_BHSD, b), v_BHSD: sequence(v_BHSD, b) });
  return tf.concat([...Array(q.shape[0]).keys()].map((b) => attend(sequence(q, b), cache(b))));
}`,
  },
  /** The scores are scaled, not the queries; a step has a mask too, from bandPart of ones. */
  bandPart: {
    edit: [
      `tf.mul(q_BHTD, ${SCALE})`,
      'q_BHTD',
      `${VISIBLE}, scores_BHTS, -1e9)`,
      `tf.where(causal(T, S), tf.div(scores_BHTS, Math.sqrt(D)), -1e30)`,
      'tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1))',
      "tf.cast(tf.linalg.bandPart(tf.ones([T, S]), -1, S - T), 'bool')",
    ],
  },
  /** The two products of a step as products and sums of numbers. */
  productsAndSums: {
    edit: ['attend(q_BH1D, longer)', 'attendByNumbers(q_BH1D, longer)'],
    with: `
function attendByNumbers(q_BH1D: tf.Tensor4D, { k_BHSD, v_BHSD }: KvCache): tf.Tensor4D {
  const scores_BHS = tf.sum(tf.mul(k_BHSD, q_BH1D), 3).div(Math.sqrt(q_BH1D.shape[3]));
  return tf.sum(tf.mul(tf.softmax(scores_BHS).expandDims(3), v_BHSD), 2, true);
}`,
  },
  /** Batch and heads in one axis; an additive mask. */
  foldedHeads: exerciseWith((q, k, v) => {
    const [B, H, T, D] = q.shape;
    const [qs, ks, vs] = [q, k, v].map((x) => x.reshape([B * H, -1, D]));
    const hidden = tf.sub(1, tf.cast(causal(T, k.shape[2]), 'float32'));
    const scores = tf.matMul(qs, ks, false, true).div(Math.sqrt(D)).sub(hidden.mul(1e9));
    return tf.matMul(tf.softmax(scores), vs).reshape(q.shape);
  }),
  /** Old keys and new ones are scored apart, and share one softmax, which is written out. */
  twoParts: exerciseWith((q, k, v) => {
    const [T, S] = [q.shape[2], k.shape[2]];
    const [keys, values] = [k, v].map((x) => (S > T ? tf.split(x, [S - T, T], 2) : [x]));
    const scores = keys.map((part) => tf.matMul(q, part, false, true).div(Math.sqrt(q.shape[3])));
    scores.push(tf.where(causal(T, T), scores.pop() as tf.Tensor, -1e9));
    const largest = scores.map((part) => tf.max(part, -1, true)).reduce((a, b) => tf.maximum(a, b));
    const exp = scores.map((part) => tf.exp(tf.sub(part, largest)));
    const sum = tf.addN(exp.map((part) => tf.sum(part, -1, true)));
    return tf.addN(exp.map((part, i) => tf.matMul(part, values[i]))).div(sum);
  }),
};

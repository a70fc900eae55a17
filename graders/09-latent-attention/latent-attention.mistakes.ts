import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/09-latent-attention/latent-attention';
import { axes } from '../../exercises/arguments';
import { anyShape, defineMistakes, maskTooWeak, softmaxOverflows, softmaxOverQueries } from '../../kit/author/mistakes';
import { rope } from '../../solutions/03-rotary-embeddings/rope';
import type * as solution from '../../solutions/09-latent-attention/latent-attention';

const DOWN = 'tf.reshape(project(x_BTM, wDownKv), [B, T, C])';
const NORMALISED = 'tf.mul(down_BTC, tf.rsqrt(tf.add(meanSquare_BT1, 1e-6)))';
const QUERY = 'tf.matMul(content_HND, weights.wUpK, false, true)';
const ABSORBED_SIZES = "const sizes = requireSizes('attendAbsorbed', x_BTM, cache, weights, positions);";
const ABSORBED_OUT = 'return joinHeads(tf.transpose(value_HBTV, [1, 0, 2, 3]), weights.wo, sizes);';
const MASKED = 'tf.softmax(tf.where(past_TS, scaled, -1e9))';
const ANGLES = 'positions.flatMap((position) => frequencies.map((frequency) => position * frequency))';
const ROTARY_SCORES = 'tf.matMul(tf.reshape(rotary_BHTR, [B, H * T, R]), cache.keyRope_BSR, false, true)';
const LATENT_QUERY = 'tf.transpose(tf.reshape(latentQuery_HNC, [H, B, T, C]), [1, 0, 2, 3])';
const TILED = `
const tiled = (x_BSC: tf.Tensor3D, H: number) => tf.tile(tf.expandDims(x_BSC, 1), [1, H, 1, 1]);`;
const NORMALISED_ON_USE = `
function normalised(x: tf.Tensor3D, weight: tf.Tensor): tf.Tensor3D {
  const root = tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-6));
  return tf.mul(tf.div(x, root), weight);
}`;

export default defineMistakes<typeof solution, typeof stub>({
  latentNotNormalised: {
    edit: [`tf.mul(${NORMALISED}, latentNorm)`, 'down_BTC'],
    says: 'The latent is cached as projected. First divide it by its root mean square.',
  },
  normalisedOnUse: {
    edit: [`tf.mul(${NORMALISED}, latentNorm)`, 'down_BTC'],
    everywhere: ['cache.latent_BSC', 'normalised(cache.latent_BSC, weights.latentNorm)'],
    with: NORMALISED_ON_USE,
    says: 'The latent is cached before its norm, and normalised at each use. The cache must hold the normalised latent.',
  },
  normalisedAgain: {
    everywhere: ['cache.latent_BSC', 'normalised(cache.latent_BSC, weights.latentNorm)'],
    with: NORMALISED_ON_USE,
    says: 'The cached latents are normalised again. They are normalised already, so use them as they are.',
  },
  meanTakenOff: {
    edit: [
      `const down_BTC = ${DOWN};`,
      `const raw_BTC = ${DOWN};\n    const down_BTC = tf.sub(raw_BTC, tf.mean(raw_BTC, -1, true));`,
    ],
    says: 'The norm subtracts the mean first. That is a layer norm; RMS norm only divides.',
  },
  normOverBoth: {
    edit: [
      'tf.square(down_BTC)',
      'tf.square(tf.concat([down_BTC, tf.reshape(project(x_BTM, wKeyRope), [B, T, R])], -1))',
    ],
    says: 'The norm runs over latent and rotary key together. Only the latent is normalised.',
  },
  epsForgotten: {
    edit: ['tf.add(meanSquare_BT1, 1e-6)', 'meanSquare_BT1'],
    says: 'A token of zeros divides 0 by 0, and tiny tokens come out too large. Add 1e-6 to the mean square before the root.',
  },
  epsOutsideRoot: {
    edit: ['tf.rsqrt(tf.add(meanSquare_BT1, 1e-6))', 'tf.reciprocal(tf.add(tf.sqrt(meanSquare_BT1), 1e-6))'],
    says: '1e-6 is added after the root. Add it to the mean square, under the root; tiny tokens need it there.',
  },
  epsTooLarge: {
    edit: ['tf.add(meanSquare_BT1, 1e-6)', 'tf.add(meanSquare_BT1, 1e-5)'],
    says: 'The number under the root is 1e-5. Here it is 1e-6, and tiny tokens show the difference.',
  },
  sumOfSquares: {
    edit: ['tf.mean(tf.square(down_BTC), -1, true)', 'tf.sum(tf.square(down_BTC), -1, true)'],
    says: 'The latent is divided by the root of the sum of its squares. RMS norm takes their mean, over C.',
  },
  normOverTokens: {
    edit: ['tf.mean(tf.square(down_BTC), -1, true)', 'tf.mean(tf.square(down_BTC), 1, true)'],
    says: 'The mean square runs over the tokens. Each token has its own, over the C components of its latent.',
  },
  normWeightFirst: {
    edit: [DOWN, `tf.mul(${DOWN}, latentNorm) as tf.Tensor3D`, `tf.mul(${NORMALISED}, latentNorm)`, NORMALISED],
    says: 'latentNorm is multiplied before the norm. First divide by the root mean square, then multiply by latentNorm.',
  },
  normWeightIgnored: {
    edit: [`tf.mul(${NORMALISED}, latentNorm)`, NORMALISED],
    says: 'latentNorm has no effect. After the division, each of the C components has its own factor.',
  },
  keyNotTurned: {
    edit: ['turn(key_B1TR, positions)', 'key_B1TR'],
    says: 'The rotary key is cached without its rotation.',
  },
  keyTurnedAgain: {
    everywhere: ['cache.keyRope_BSR', 'turnedAgain(cache.keyRope_BSR)'],
    with: `
function turnedAgain(key_BSR: tf.Tensor3D): tf.Tensor3D {
  const [B, S, R] = key_BSR.shape;
  return tf.reshape(turn(tf.reshape(key_BSR, [B, 1, S, R]), [...Array(S).keys()]), [B, S, R]);
}`,
    says: 'The cached rotary keys are turned again. compress has turned them already.',
  },
  queryNotTurned: {
    edit: ['turn(rotary, positions)', 'rotary'],
    says: 'The rotary part of the query is not turned. A score sees the distance only if query and key are both turned.',
  },
  turnedBackwards: {
    edit: ['angles.map(Math.sin)', 'angles.map((angle) => -Math.sin(angle))'],
    says: 'The rotation has the wrong sign: (a, b) becomes (a cos − b sin, a sin + b cos).',
  },
  frequencyByComponent: {
    edit: ['(-2 * i) / R', '-i / R'],
    says: 'The frequencies fall too slowly. Pair i of R/2 turns by position · 10000^(−2i/R).',
  },
  anglesInFloat32: {
    edit: [
      ANGLES,
      'positions.flatMap((position) => frequencies.map((frequency) => Math.fround(position * Math.fround(frequency))))',
    ],
    says: 'The angles are rounded to float32, which loses their fraction at far positions. Compute them as JavaScript numbers, and make tensors of their cos and sin.',
  },
  rotationRemembered: {
    edit: [ANGLES, `(remembered[\`\${T},\${R}\`] ??= ${ANGLES})`],
    with: 'const remembered: Record<string, number[]> = {};',
    says: 'The rotation of an earlier call is used again, because only T and R are compared. It depends on the positions too.',
  },
  cacheRestarts: {
    edit: ['turn(key_B1TR, positions)', 'turn(key_B1TR, positions.map((_, t) => t))'],
    says: 'The rotary key is turned as if x began at position 0. Turn each token by its own position.',
  },
  halfPairing: {
    edit: [
      'tf.split(tf.reshape(x_BHTR, [B, H, T, pairs, 2]), 2, 4)',
      'tf.split(tf.reshape(x_BHTR, [B, H, T, 2, pairs]), 2, 3)',
      'tf.concat(turned, 4)',
      'tf.concat(turned, 3)',
    ],
    everywhere: ['[T, pairs, 1]', '[T, 1, pairs]'],
    says: 'Components that are R/2 apart form a pair. Here the pairs are neighbours.',
  },
  positionsRestart: {
    edit: ['turn(rotary, positions)', 'turn(rotary, positions.map((_, t) => t))'],
    says: 'The rotary part of the query is turned as if x began at position 0. While decoding, x is the end of the text.',
  },
  scaleByContent: {
    edit: ['1 / Math.sqrt(D + R)', '1 / Math.sqrt(D)'],
    says: 'The scores are scaled by 1/√D. How many terms does each dot product have?',
  },
  noScale: {
    edit: ['1 / Math.sqrt(D + R)', '1'],
    says: 'The scores are not divided by √(D + R). Their variance grows with the number of terms, and the softmax saturates.',
  },
  scaleWithoutRoot: {
    edit: ['1 / Math.sqrt(D + R)', '1 / (D + R)'],
    says: 'The scores are divided by D + R. Divide by its root.',
  },
  scaleByLatent: {
    edit: ['causalSoftmax(scores_BHTS, sizes)', 'causalSoftmax(scores_BHTS, { ...sizes, D: C })'],
    says: 'The absorbed form divides by √(C + R), the width of what it multiplies. It computes the same scores as the naive form, so it divides by √(D + R).',
  },
  scaledApart: {
    edit: [
      'return { content_BHTD, rotary_BHTR: turn(rotary, positions) };',
      `const [content, turned] = [tf.mul(content_BHTD, Math.sqrt(1 + R / D)), tf.mul(rotary, Math.sqrt(1 + D / R))];
  return { content_BHTD: content as tf.Tensor4D, rotary_BHTR: turn(turned as tf.Tensor4D, positions) };`,
    ],
    says: 'Content scores are divided by √D and rotary scores by √R. Add them first, then divide the sum by √(D + R).',
  },
  rotaryFirst: {
    edit: [
      'const [content_BHTD, rotary] = tf.split(query_BHTQ, [D, R], -1)',
      'const [rotary, content_BHTD] = tf.split(query_BHTQ, [R, D], -1)',
    ],
    says: "The rotary part is read from the front of each head's columns. The content part comes first.",
  },
  contentOfAllHeadsFirst: {
    edit: [
      'const query_BTHQ = tf.reshape(project(x_BTM, wq), [B, T, H, D + R]);',
      `const [content, rest] = tf.split(project(x_BTM, wq), [H * D, H * R], 1);
  const query_BTHQ = tf.concat([tf.reshape(content, [B, T, H, D]), tf.reshape(rest, [B, T, H, R])], -1);`,
    ],
    says: 'The content parts of all heads are read first, then all rotary parts. Head h owns D + R columns: its content, then its rotary part.',
  },
  queriesReshaped: {
    edit: ['tf.transpose(query_BTHQ, [0, 2, 1, 3])', 'tf.reshape(query_BTHQ, [B, H, T, D + R])'],
    says: 'The head axis of the queries is moved by a reshape, which mixes tokens. Reshape to [B, T, H, D+R], then transpose.',
  },
  causalIgnored: { edit: ['tf.where(past_TS, scaled, -1e9)', 'scaled'], says: 'Queries see tokens after their own.' },
  absorbedNotCausal: {
    edit: ['causalSoftmax(scores_BHTS, sizes)', 'tf.softmax(tf.mul(scores_BHTS, 1 / Math.sqrt(D + R)))'],
    says: 'In the absorbed form queries see tokens after their own. It needs the causal mask too wherever T is not 1.',
  },
  causalStrict: {
    edit: ['tf.lessEqual', 'tf.less'],
    says: 'A query does not see its own token. Causal means s ≤ t + S − T; equality is allowed.',
  },
  maskTooWeak,
  maskAfterSoftmax: {
    edit: [MASKED, "tf.mul(tf.softmax(scaled), tf.cast(past_TS, 'float32'))"],
    says: 'The mask is applied after the softmax, so the remaining weights no longer sum to one.',
  },
  maskMultiplied: {
    edit: [MASKED, "tf.softmax(tf.mul(scaled, tf.cast(past_TS, 'float32')))"],
    says: 'Masked scores are set to 0. That is a score like any other: exp(0) is 1.',
  },
  softmaxOverQueries,
  causalTopLeft: {
    edit: ['if (T === 1) return tf.softmax(scaled) as tf.Tensor4D;', '', 'tf.range(S - T, S)', 'tf.range(0, T)'],
    says: 'The mask is aligned with the first key. x holds the last T tokens, so its last query sees everything.',
  },
  headsInterleaved: {
    edit: [
      'tf.reshape(project(x_BTM, wq), [B, T, H, D + R])',
      'tf.reshape(project(x_BTM, wq), [B, T, D + R, H])',
      'tf.transpose(query_BTHQ, [0, 2, 1, 3])',
      'tf.transpose(query_BTHQ, [0, 3, 1, 2])',
    ],
    says: 'A head gets every H-th column of W_Q. Head h owns D+R columns that are neighbours.',
  },
  rotaryDropped: {
    edit: [
      'tf.concat([content_BHTD, rotary_BHTR], -1)',
      'content_BHTD',
      'tf.concat([upProject_BHSX(weights.wUpK), sharedKey_BHSR], -1)',
      'upProject_BHSX(weights.wUpK)',
      'tf.add(contentScores, rotaryScores)',
      'contentScores',
    ],
    says: 'The scores lack their rotary part, so the order of tokens has no effect except through the mask.',
  },
  headsNotMovedBack: {
    edit: ['tf.transpose(out_BHTV, [0, 2, 1, 3])', 'out_BHTV'],
    says: 'The outputs of the heads are joined by a reshape alone, which mixes tokens. First move the head axis behind the queries.',
  },
  absorbedHeadsNotMovedBack: {
    edit: [
      ABSORBED_OUT,
      'return tf.reshape(tf.matMul(tf.reshape(value_HBTV, [B * T, H * V]), weights.wo), [B, T, -1]);',
    ],
    says: 'In the absorbed form the values of the heads, [H, B·T, V], are joined by a reshape alone, which mixes tokens. First move the head axis behind the queries.',
  },
  latentQueriesReshaped: {
    edit: [LATENT_QUERY, 'tf.reshape(latentQuery_HNC, [B, H, T, C])'],
    says: 'The latent queries, [H, B·T, C], get their batch axis back by a reshape alone, which mixes sequences. Reshape to [H, B, T, C], then transpose.',
  },
  meansReshaped: {
    edit: ['tf.transpose(mean_BHTC, [1, 0, 2, 3])', 'mean_BHTC'],
    says: 'The mean latents, [B, H, T, C], are reshaped to have the heads first, which mixes sequences. First transpose.',
  },
  keysReshaped: {
    edit: [
      'tf.transpose(tf.reshape(tf.matMul(latent, sideBySide), [B, S, H, X]), [0, 2, 1, 3])',
      'tf.reshape(tf.matMul(latent, sideBySide), [B, H, S, X])',
    ],
    says: 'The keys and values of the heads are taken apart by a reshape alone, which mixes tokens. Reshape to [B, S, H, D], then transpose.',
  },
  matricesReshaped: {
    edit: ['tf.reshape(tf.transpose(wUp, [1, 0, 2]), [C, H * X])', 'tf.reshape(wUp, [C, H * X])'],
    says: 'The matrices of the heads, [H, C, D], are put side by side by a reshape alone. First transpose to [C, H, D].',
  },
  broadcastsByModulo: {
    edit: [
      'upProject_BHSX(weights.wUpK)',
      'tf.matMul(tf.reshape(cache.latent_BSC, [B, 1, S, C]), tf.expandDims(weights.wUpK, 0))',
    ],
    says: 'With several sequences, latents meet the matrix of the wrong head. tf.matMul does not broadcast [B,1,…] against [1,H,…]; it only counts through the batches.',
  },
  softmaxOverflows,
  absorbedIsNaive: {
    edit: [ABSORBED_SIZES, `${ABSORBED_SIZES}\n  return attendNaive(x_BTM, cache, weights, positions);`],
    says: 'attendAbsorbed computes keys and values of all heads. The product with W_UK can be moved to the query, which is small.',
  },
  growsKeysOrValues: {
    edit: [
      ABSORBED_OUT,
      `const values_BHSV = grown(cache.latent_BSC, weights.wUpV);
    return joinHeads(tf.matMul(tf.reshape(weights_BNS, [B, H, T, S]), values_BHSV), weights.wo, sizes);`,
    ],
    with: `
function grown(latent_BSC: tf.Tensor3D, wUpV_HCV: tf.Tensor3D): tf.Tensor4D {
  const [B, S, C] = latent_BSC.shape;
  const heads = tf.unstack(wUpV_HCV).map((matrix) => tf.matMul(tf.reshape(latent_BSC, [B * S, C]), matrix));
  return tf.stack(heads.map((each) => tf.reshape(each, [B, S, wUpV_HCV.shape[2]])), 1) as tf.Tensor4D;
}`,
    says: 'attendAbsorbed computes the keys or the values of all heads. Multiply the query by W_UKᵀ, and the mean latent by W_UV, instead.',
  },
  tilesLatent: {
    edit: [
      'tf.matMul(tf.reshape(latentQuery_BHTC, [B, H * T, C]), cache.latent_BSC, false, true)',
      'tf.reshape(tf.matMul(latentQuery_BHTC, tiled(cache.latent_BSC, H), false, true), [B, H * T, S])',
    ],
    with: TILED,
    says: 'The latents are repeated for every head. All heads can read one copy if heads and queries share an axis.',
  },
  tilesRotaryKey: {
    edit: [
      ROTARY_SCORES,
      'tf.reshape(tf.matMul(rotary_BHTR, tiled(cache.keyRope_BSR, H), false, true), [B, H * T, S])',
    ],
    with: TILED,
    says: 'The rotary keys are repeated for every head. All heads can read one copy if heads and queries share an axis.',
  },
  noGradient: {
    edit: [QUERY, "tf.einsum('hnd,hcd->hnc', content_HND, weights.wUpK)"],
    says: 'One of the operations has no gradient in TensorFlow.js (einsum has none), so nothing can be learned through it.',
  },
  leaksLatents: { edit: [QUERY, `tf.keep(${QUERY})`], says: 'The latent queries stay in memory after the call.' },
  disposesCache: {
    edit: [ABSORBED_OUT, `${ABSORBED_OUT.replace('return', 'const out =')}\n    tf.dispose(cache);\n    return out;`],
    says: 'The cache belongs to the caller, who needs it for the next token. Do not dispose it.',
  },
  acceptsMoreQueries: {
    edit: ['if (T > S) throw', 'if (T < 1) throw'],
    says: 'More queries than cached tokens raise no error, although some of these queries then see nothing.',
  },
  acceptsAnyShape: anyShape,
});

const NEIGHBOURS = { pairing: 'interleaved' } as const;

/** Refuses invalid arguments as the solution does. */
function sizesOf(fn: string, tensors: Record<string, tf.Tensor>, positions: number[]) {
  const sizes = axes(fn, tensors);
  if (sizes.R % 2 !== 0) throw new RangeError(`${fn}: R is ${sizes.R}, which is odd`);
  if (positions.length !== sizes.T) throw new RangeError(`${fn}: T is ${sizes.T} but ${positions.length} in positions`);
  return sizes;
}

const compress: typeof stub.compress = (x_BTM, { wDownKv, wKeyRope, latentNorm }, positions) => {
  const named = { x_BTM, wDownKv_MC: wDownKv, wKeyRope_MR: wKeyRope, latentNorm_C: latentNorm };
  const { B, T, M, C, R } = sizesOf('compress', named, positions);
  return tf.tidy(() => {
    const both = tf.matMul(x_BTM.reshape([B * T, M]), tf.concat([wDownKv, wKeyRope], 1)).reshape([B, T, C + R]);
    const [down_BTC, key_BTR] = tf.split(both, [C, R], -1);
    const root_BT1 = tf.sqrt(tf.add(tf.mean(tf.square(down_BTC), -1, true), 1e-6));
    const latent_BSC: tf.Tensor3D = tf.mul(tf.div(down_BTC, root_BT1), latentNorm);
    const key_B1TR = key_BTR.reshape([B, 1, T, R]) as tf.Tensor4D;
    return { latent_BSC, keyRope_BSR: tf.squeeze(rope(key_B1TR, positions, NEIGHBOURS), [1]) as tf.Tensor3D };
  });
};

/** What one form gets: content and rotary queries, scaled and turned; cache; matrices; the causal softmax. */
interface Parts extends stub.LatentCache, Pick<stub.LatentWeights, 'wUpK' | 'wUpV'> {
  content: tf.Tensor;
  rotary: tf.Tensor;
  softmax: (scores_BHTS: tf.Tensor) => tf.Tensor;
}

/** Attention around a form that gives [B,H,T,V]. */
const attention =
  (fn: string, form: (parts: Parts) => tf.Tensor): typeof stub.attendNaive =>
  (x_BTM, cache, { wq, wUpK, wUpV, wo }, positions) => {
    const named = { x_BTM, ...cache, wUpK_HCD: wUpK, wUpV_HCV: wUpV, wq_MQ: wq, wo_ZM: wo };
    const { B, H, T, S, M, D, R, V, Q, Z } = sizesOf(fn, named, positions);
    if (Q !== H * (D + R) || Z !== H * V || T > S) throw new RangeError(`${fn}: the sizes of wq, wo or x do not fit`);
    return tf.tidy(() => {
      const query = tf
        .matMul(x_BTM.reshape([-1, M]), wq)
        .div(Math.sqrt(D + R))
        .reshape([B, T, H, D + R]);
      const [content, rotary] = tf.split(tf.transpose(query, [0, 2, 1, 3]), [D, R], -1) as tf.Tensor4D[];
      const future = tf.cast(tf.greater(tf.range(0, S), tf.range(S - T, S).expandDims(1)), 'float32');
      const softmax = (scores: tf.Tensor) => tf.softmax(tf.sub(scores, tf.mul(future, 1e9)));
      const out = form({ content, rotary: rope(rotary, positions, NEIGHBOURS), softmax, ...cache, wUpK, wUpV });
      const joined = tf.transpose(out, [0, 2, 1, 3]).reshape([B * T, H * V]);
      return tf.matMul(joined, wo).reshape(x_BTM.shape);
    });
  };

/** Each head of x with its own matrix: [B,H,N,P] times [H,P,Q], or its transpose, gives [B,H,N,Q]. */
function perHead(x: tf.Tensor, matrices: tf.Tensor, transpose = false): tf.Tensor {
  const [B, H, N, P] = x.shape as number[];
  const headsFirst = tf.transpose(x, [1, 0, 2, 3]).reshape([H, B * N, P]);
  return tf.transpose(tf.matMul(headsFirst, matrices, false, transpose).reshape([H, B, N, -1]), [1, 0, 2, 3]);
}

/** All heads of x with the same matrix of their sequence: [B,H,T,P] times [B,P,S], or its transpose, gives [B,H,T,S]. */
function sameForHeads(x: tf.Tensor, shared: tf.Tensor, transpose = false): tf.Tensor {
  const [B, H, T, P] = x.shape as number[];
  return tf.matMul(x.reshape([B, H * T, P]), shared, false, transpose).reshape([B, H, T, -1]);
}

const stepByStep: typeof stub = {
  compress,
  attendNaive: attention('attendNaive', ({ content, rotary, softmax, latent_BSC, keyRope_BSR, wUpK, wUpV }) => {
    const latent_BHSC = tf.tile(tf.expandDims(latent_BSC, 1), [1, wUpK.shape[0], 1, 1]);
    const scores = tf.matMul(content, perHead(latent_BHSC, wUpK), false, true);
    const weights = softmax(tf.add(scores, sameForHeads(rotary, keyRope_BSR, true)));
    return tf.matMul(weights, perHead(latent_BHSC, wUpV));
  }),
  attendAbsorbed: attention('attendAbsorbed', ({ content, rotary, softmax, latent_BSC, keyRope_BSR, wUpK, wUpV }) => {
    const scores = sameForHeads(perHead(content, wUpK, true), latent_BSC, true);
    const weights = softmax(tf.add(scores, sameForHeads(rotary, keyRope_BSR, true)));
    return perHead(sameForHeads(weights, latent_BSC), wUpV);
  }),
};

export const alternates = {
  /** "Absorbed" by the word: in every call, W_Q is multiplied with W_UK. */
  foldedWeights: {
    edit: [QUERY, 'foldedQuery(x_BTM, weights, sizes)'],
    with: `
function foldedQuery(x_BTM: tf.Tensor3D, { wq, wUpK }: LatentWeights, { H, D, R }: Sizes): tf.Tensor {
  const M = x_BTM.shape[2];
  const wq_HMQ = tf.transpose(tf.reshape(wq, [M, H, D + R]), [1, 0, 2]);
  const folded_HMC = tf.matMul(tf.slice(wq_HMQ, [0, 0, 0], [-1, -1, D]), wUpK, false, true);
  return tf.matMul(tf.tile(tf.reshape(x_BTM, [1, -1, M]), [H, 1, 1]), folded_HMC);
}`,
  },
  /** Head by head: the lecture argues about what is computed, not about the number of kernels. */
  headByHead: {
    edit: [
      ABSORBED_SIZES,
      `${ABSORBED_SIZES}\n  if (sizes.H > 1) return headByHead(x_BTM, cache, weights, positions, sizes);`,
    ],
    with: `
function headByHead(x: tf.Tensor3D, cache: LatentCache, weights: LatentWeights, positions: number[], sizes: Sizes) {
  const { H, D, R, V } = sizes;
  const weightsOf = (h: number) => ({
    ...weights,
    wq: tf.slice(weights.wq, [0, h * (D + R)], [-1, D + R]),
    wUpK: tf.slice(weights.wUpK, [h, 0, 0], [1, -1, -1]),
    wUpV: tf.slice(weights.wUpV, [h, 0, 0], [1, -1, -1]),
    wo: tf.slice(weights.wo, [h * V, 0], [V, -1]),
  });
  const heads = [...Array(H).keys()];
  return tf.tidy(() => tf.addN(heads.map((h) => attendAbsorbed(x, cache, weightsOf(h), positions))));
}`,
  },
  /** Sequence by sequence. */
  sequenceBySequence: {
    edit: [
      ABSORBED_SIZES,
      `${ABSORBED_SIZES}
  if (sizes.B > 1) return bySequence(x_BTM, cache, weights, positions, sizes.B);`,
    ],
    with: `
function bySequence(x: tf.Tensor3D, cache: LatentCache, weights: LatentWeights, positions: number[], B: number) {
  return tf.tidy(() => {
    const of = (all: tf.Tensor3D, b: number) => tf.slice(all, [b, 0, 0], [1, -1, -1]);
    const cacheOf = (b: number) => ({ latent_BSC: of(cache.latent_BSC, b), keyRope_BSR: of(cache.keyRope_BSR, b) });
    const all = [...Array(B).keys()];
    return tf.concat(all.map((b) => attendAbsorbed(of(x, b), cacheOf(b), weights, positions)));
  });
}`,
  },
  /** An additive mask, and a softmax written out. */
  additiveMask: {
    edit: [MASKED, `byHand(tf.add(scaled, tf.mul(tf.sub(tf.cast(past_TS, 'float32'), 1), 1e30)))`],
    with: `
function byHand(scores: tf.Tensor): tf.Tensor {
  const exp = tf.exp(tf.sub(scores, tf.max(scores, -1, true)));
  return tf.div(exp, tf.sum(exp, -1, true));
}`,
  },
  /** Latents repeated for the naive form; in the absorbed form every step from heads to heads. */
  stepByStep,
  /** One product for the content and the rotary part of the scores. */
  joinedCache: {
    ...stepByStep,
    attendAbsorbed: attention('attendAbsorbed', ({ content, rotary, softmax, latent_BSC, keyRope_BSR, wUpK, wUpV }) => {
      const wide_BHTX = tf.concat([perHead(content, wUpK, true), rotary], -1);
      const weights = softmax(sameForHeads(wide_BHTX, tf.concat([latent_BSC, keyRope_BSR], -1), true));
      return perHead(sameForHeads(weights, latent_BSC), wUpV);
    }),
  },
};

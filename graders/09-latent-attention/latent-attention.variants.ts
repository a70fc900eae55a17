/**
 * Submissions to latent-attention: `wrong` ones make one mistake each, `alternates` are right but written differently.
 * `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger, requireTensor } from '../../exercises/arguments';
import type { LatentCache, LatentWeights } from '../../solutions/09-latent-attention/latent-attention';
import * as solution from '../../solutions/09-latent-attention/latent-attention';

type Compress = typeof solution.compress;
type Attend = typeof solution.attendNaive;
type Form = 'attendNaive' | 'attendAbsorbed';
type Sizes = Record<string, number>;

/** The steps of both forms, each of which a wrong variant can replace. */
interface Steps {
  normalise: (down_BTC: tf.Tensor, key_BTR: tf.Tensor, weight_C: tf.Tensor) => tf.Tensor;
  turn: (x_BHTR: tf.Tensor, positions: number[]) => tf.Tensor;
  turnKey: (x_BHTR: tf.Tensor, positions: number[]) => tf.Tensor;
  queryPositions: (positions: number[]) => number[];
  /** [B,T,H·(D+R)] to [B,H,T,D+R] */
  heads: (query: tf.Tensor, sizes: Sizes) => tf.Tensor;
  /** [B,H,T,D+R] to content and rotary part */
  parts: (query: tf.Tensor, sizes: Sizes) => tf.Tensor[];
  scores: Record<Form, (content_BHTD: tf.Tensor, latent_BSC: tf.Tensor, wUpK: tf.Tensor, sizes: Sizes) => tf.Tensor>;
  values: Record<Form, (weights_BHTS: tf.Tensor, latent_BSC: tf.Tensor, wUpV: tf.Tensor, sizes: Sizes) => tf.Tensor>;
  addRotary: (content: tf.Tensor, rotary: tf.Tensor) => tf.Tensor;
  scale: (sizes: Sizes) => number;
  allowed: (T: number, S: number) => tf.Tensor;
  softmax: (masked: tf.Tensor) => tf.Tensor;
  /** [B,H,T,V] to [B·T,H·V] */
  join: (out: tf.Tensor, sizes: Sizes) => tf.Tensor;
  fewerQueries: (fn: string, sizes: Sizes) => void;
}

/** Turned with pair members on axis 3 (half) or 4 (interleaved) of the reshaped tensor. */
function turnWith(pairAxis: 3 | 4) {
  return (x: tf.Tensor, positions: number[]): tf.Tensor => {
    const [B, H, T, R] = x.shape;
    const angles = positions.map((p) => Array.from({ length: R / 2 }, (_, i) => p * 10000 ** ((-2 * i) / R)));
    const table = (f: (angle: number) => number) =>
      tf.expandDims(tf.tensor2d(angles.map((row) => row.map(f))), pairAxis === 3 ? 1 : 2);
    const [cos, sin] = [table(Math.cos), table(Math.sin)];
    const pairs = tf.reshape(x, pairAxis === 3 ? [B, H, T, 2, R / 2] : [B, H, T, R / 2, 2]);
    const [a, b] = tf.split(pairs, 2, pairAxis);
    const turned = [tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(a, sin), tf.mul(b, cos))];
    return tf.reshape(tf.concat(turned, pairAxis), x.shape);
  };
}

/** Every head of x against its own matrix: [B,H,N,P] times [H,P,Q] (or its transpose) gives [B,H,N,Q]. */
function perHead(x: tf.Tensor, matrices: tf.Tensor, transpose: boolean): tf.Tensor {
  const [B, H, N, P] = x.shape;
  const headsFirst = tf.reshape(tf.transpose(x, [1, 0, 2, 3]), [H, B * N, P]);
  return tf.transpose(tf.reshape(tf.matMul(headsFirst, matrices, false, transpose), [H, B, N, -1]), [1, 0, 2, 3]);
}

/** All heads of x against the same matrix of their sequence: [B,H,T,P] with [B,S,P] gives [B,H,T,S]. */
function sameForHeads(x: tf.Tensor, shared: tf.Tensor, transpose: boolean): tf.Tensor {
  const [B, H, T, P] = x.shape;
  return tf.reshape(tf.matMul(tf.reshape(x, [B, H * T, P]), shared, false, transpose), [B, H, T, -1]);
}

/** Keys or values of all heads, [B,H,S,X]. */
const tiled = (latent: tf.Tensor, H: number) => tf.tile(tf.expandDims(latent, 1), [1, H, 1, 1]);
const grown = (latent: tf.Tensor, wUp: tf.Tensor) => perHead(tiled(latent, wUp.shape[0]), wUp, false);

const rmsNorm = (down: tf.Tensor, over: tf.Tensor, eps = 1e-6) =>
  tf.div(down, tf.sqrt(tf.add(tf.mean(tf.square(over), -1, true), eps)));

const right: Steps = {
  normalise: (down, _, weight) => tf.mul(rmsNorm(down, down), weight),
  turn: turnWith(4),
  turnKey: turnWith(4),
  queryPositions: (positions) => positions,
  heads: (query, { B, T, H, D, R }) => tf.transpose(tf.reshape(query, [B, T, H, D + R]), [0, 2, 1, 3]),
  parts: (query, { D, R }) => tf.split(query, [D, R], -1),
  scores: {
    attendNaive: (content, latent, wUpK) => tf.matMul(content, grown(latent, wUpK), false, true),
    attendAbsorbed: (content, latent, wUpK) => sameForHeads(perHead(content, wUpK, true), latent, true),
  },
  values: {
    attendNaive: (weights, latent, wUpV) => tf.matMul(weights, grown(latent, wUpV)),
    attendAbsorbed: (weights, latent, wUpV) => perHead(sameForHeads(weights, latent, false), wUpV, false),
  },
  addRotary: (content, rotary) => tf.add(content, rotary),
  scale: ({ D, R }) => 1 / Math.sqrt(D + R),
  allowed: (T, S) => tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1)),
  softmax: (masked) => tf.softmax(masked),
  join: (out, { B, T, H, V }) => tf.reshape(tf.transpose(out, [0, 2, 1, 3]), [B * T, H * V]),
  fewerQueries: (fn, { T, S }) => {
    if (T > S) throw new RangeError(`${fn}: T is ${T} but S is ${S}`);
  },
};

interface Functions {
  compress: Compress;
  attendNaive: Attend;
  attendAbsorbed: Attend;
}

function latentAttention(changed: Partial<Steps>): Functions {
  const steps = { ...right, ...changed };
  const attend =
    (form: Form): Attend =>
    (x, cache, weights, positions) => {
      const sizes = attendSizes(form, x, cache, weights, positions);
      steps.fewerQueries(form, sizes);
      const { T, S, M } = sizes;
      return tf.tidy(() => {
        const query = steps.heads(tf.matMul(tf.reshape(x, [-1, M]), weights.wq), sizes);
        const [content, rotary] = steps.parts(query, sizes);
        const turned = steps.turn(rotary, steps.queryPositions(positions));
        const contentScores = steps.scores[form](content, cache.latent_BSC, weights.wUpK, sizes);
        const rotaryScores = sameForHeads(turned, cache.keyRope_BSR, true);
        const scores = tf.mul(steps.addRotary(contentScores, rotaryScores), steps.scale(sizes));
        const shares = steps.softmax(tf.where(steps.allowed(T, S), scores, -1e9));
        const out = steps.values[form](shares, cache.latent_BSC, weights.wUpV, sizes);
        return tf.reshape(tf.matMul(steps.join(out, sizes), weights.wo), x.shape) as tf.Tensor3D;
      });
    };
  return {
    compress: (x, weights, positions) => {
      const { B, T, C, R, M } = compressSizes(x, weights, positions);
      return tf.tidy(() => {
        const tokens = tf.reshape(x, [B * T, M]);
        const down = tf.reshape(tf.matMul(tokens, weights.wDownKv), [B, T, C]);
        const key = tf.reshape(tf.matMul(tokens, weights.wKeyRope), [B, T, R]);
        return {
          latent_BSC: steps.normalise(down, key, weights.latentNorm) as tf.Tensor3D,
          keyRope_BSR: tf.squeeze(steps.turnKey(tf.expandDims(key, 1), positions), [1]) as tf.Tensor3D,
        };
      });
    },
    attendNaive: attend('attendNaive'),
    attendAbsorbed: attend('attendAbsorbed'),
  };
}

function compressSizes(x_BTM: tf.Tensor3D, weights: LatentWeights, positions: number[]): Sizes {
  const { wDownKv, wKeyRope, latentNorm } = weights;
  const named = { x_BTM, wDownKv_MC: wDownKv, wKeyRope_MR: wKeyRope, latentNorm_C: latentNorm };
  return refuse('compress', named, positions);
}

function attendSizes(form: Form, x_BTM: tf.Tensor3D, cache: LatentCache, weights: LatentWeights, positions: number[]) {
  const { wq, wUpK, wUpV, wo } = weights;
  const named = { x_BTM, ...cache, wUpK_HCD: wUpK, wUpV_HCV: wUpV, wq_MQ: wq, wo_ZM: wo };
  const sizes = refuse(form, named, positions);
  const { H, D, R, V, Q, Z } = sizes;
  if (Q !== H * (D + R)) throw new RangeError(`${form}: H·(D+R) is ${H * (D + R)} but wq has ${Q} columns`);
  if (Z !== H * V) throw new RangeError(`${form}: H·V is ${H * V} but wo has ${Z} rows`);
  return sizes;
}

function refuse(fn: string, tensors: Record<string, tf.Tensor>, positions: number[]): Sizes {
  for (const [name, tensor] of Object.entries(tensors)) requireTensor(fn, name, tensor, 'float32');
  const sizes = axes(fn, tensors);
  if (sizes.R % 2 !== 0) throw new RangeError(`${fn}: R is ${sizes.R}, which is odd`);
  if (positions.length !== sizes.T) throw new RangeError(`${fn}: T is ${sizes.T} but ${positions.length} in positions`);
  for (const position of positions) requireInteger(fn, 'positions', position, 0);
  return sizes;
}

export const wrong: Record<string, Functions> = {
  latentNotNormalised: latentAttention({ normalise: (down) => down }),
  meanTakenOff: latentAttention({
    normalise: (down, key, weight) => right.normalise(tf.sub(down, tf.mean(down, -1, true)), key, weight),
  }),
  normOverBoth: latentAttention({
    normalise: (down, key, weight) => tf.mul(rmsNorm(down, tf.concat([down, key], -1)), weight),
  }),
  epsForgotten: latentAttention({ normalise: (down, _, weight) => tf.mul(rmsNorm(down, down, 0), weight) }),
  normWeightIgnored: latentAttention({ normalise: (down) => rmsNorm(down, down) }),
  keyNotTurned: latentAttention({ turnKey: (x) => x }),
  halfPairing: latentAttention({ turn: turnWith(3), turnKey: turnWith(3) }),
  positionsRestart: latentAttention({ queryPositions: (positions) => positions.map((_, t) => t) }),
  scaleByContent: latentAttention({ scale: ({ D }) => 1 / Math.sqrt(D) }),
  rotaryFirst: latentAttention({
    parts: (query, { D, R }) => {
      const [rotary, content] = tf.split(query, [R, D], -1);
      return [content, rotary];
    },
  }),
  causalIgnored: latentAttention({ allowed: (T, S) => tf.ones([T, S], 'bool') }),
  causalTopLeft: latentAttention({
    allowed: (T, S) => tf.lessEqual(tf.range(0, S), tf.range(0, T).expandDims(1)),
  }),
  headsInterleaved: latentAttention({
    heads: (query, { B, T, H, D, R }) => tf.transpose(tf.reshape(query, [B, T, D + R, H]), [0, 3, 1, 2]),
  }),
  rotaryDropped: latentAttention({ addRotary: (content) => content }),
  headsNotMovedBack: latentAttention({ join: (out, { B, T, H, V }) => tf.reshape(out, [B * T, H * V]) }),
  broadcastsByModulo: latentAttention({
    scores: {
      ...right.scores,
      attendNaive: (content, latent, wUpK) =>
        tf.matMul(content, tf.matMul(tf.expandDims(latent, 1), tf.expandDims(wUpK, 0)), false, true),
    },
  }),
  softmaxOverflows: latentAttention({
    softmax: (masked) => tf.div(tf.exp(masked), tf.sum(tf.exp(masked), -1, true)),
  }),
  absorbedIsNaive: latentAttention({
    scores: { ...right.scores, attendAbsorbed: right.scores.attendNaive },
    values: { ...right.values, attendAbsorbed: right.values.attendNaive },
  }),
  tilesLatent: latentAttention({
    scores: {
      ...right.scores,
      attendAbsorbed: (content, latent, wUpK, { H }) =>
        tf.matMul(perHead(content, wUpK, true), tiled(latent, H), false, true),
    },
  }),
  foldsWeightsEachCall: {
    ...solution,
    attendAbsorbed: (x, cache, weights, positions) => {
      const { B, T, H, M, C, D, R } = attendSizes('attendAbsorbed', x, cache, weights, positions);
      const own = latentAttention({
        // The content queries come from x and one folded matrix for each head, [H, M, C].
        scores: {
          ...right.scores,
          attendAbsorbed: (_, latent, wUpK) => {
            const wq_HMQ = tf.transpose(tf.reshape(weights.wq, [M, H, D + R]), [1, 0, 2]);
            const folded_HMC = tf.matMul(tf.slice(wq_HMQ, [0, 0, 0], [-1, -1, D]), wUpK, false, true);
            const sideBySide = tf.reshape(tf.transpose(folded_HMC, [1, 0, 2]), [M, H * C]);
            const latentQuery = tf.reshape(tf.matMul(tf.reshape(x, [B * T, M]), sideBySide), [B, T, H, C]);
            return sameForHeads(tf.transpose(latentQuery, [0, 2, 1, 3]), latent, true);
          },
        },
      });
      return own.attendAbsorbed(x, cache, weights, positions);
    },
  },
  headByHead: {
    ...solution,
    attendAbsorbed: (x, cache, weights, positions) => {
      const { H, D, R, V } = attendSizes('attendAbsorbed', x, cache, weights, positions);
      right.fewerQueries('attendAbsorbed', { T: x.shape[1], S: cache.latent_BSC.shape[1] });
      return tf.tidy(() => {
        const heads = Array.from({ length: H }, (_, h) =>
          solution.attendAbsorbed(
            x,
            cache,
            {
              ...weights,
              wq: tf.slice(weights.wq, [0, h * (D + R)], [-1, D + R]),
              wUpK: tf.slice(weights.wUpK, [h, 0, 0], [1, -1, -1]),
              wUpV: tf.slice(weights.wUpV, [h, 0, 0], [1, -1, -1]),
              wo: tf.slice(weights.wo, [h * V, 0], [V, -1]),
            },
            positions,
          ),
        );
        return tf.addN(heads);
      });
    },
  },
  noGradient: latentAttention({
    scores: {
      ...right.scores,
      attendAbsorbed: (content, latent, wUpK) => sameForHeads(tf.einsum('bhtd,hcd->bhtc', content, wUpK), latent, true),
    },
  }),
  leaksLatents: latentAttention({
    scores: {
      ...right.scores,
      attendAbsorbed: (content, latent, wUpK) => sameForHeads(tf.keep(perHead(content, wUpK, true)), latent, true),
    },
  }),
  disposesCache: {
    ...solution,
    attendAbsorbed: (x, cache, weights, positions) => {
      const out = solution.attendAbsorbed(x, cache, weights, positions);
      tf.dispose([cache.latent_BSC, cache.keyRope_BSR]);
      return out;
    },
  },
  acceptsMoreQueries: latentAttention({ fewerQueries: () => {} }),
};

export const alternates: Record<string, Functions> = {
  /** The steps above: both parts scored apart, latents repeated for the naive form, division instead of rsqrt. */
  stepByStep: latentAttention({}),
  /** One product for content and rotary part, queries before heads, softmax spelled out. */
  joinedCache: {
    ...solution,
    attendAbsorbed: (x, cache, weights, positions) => {
      const sizes = attendSizes('attendAbsorbed', x, cache, weights, positions);
      right.fewerQueries('attendAbsorbed', sizes);
      const { B, H, T, S, M, C, R } = sizes;
      return tf.tidy(() => {
        const query = right.heads(tf.matMul(tf.reshape(x, [-1, M]), weights.wq), sizes);
        const [content, rotary] = right.parts(query, sizes);
        const wide_BHTX = tf.concat([perHead(content, weights.wUpK, true), right.turn(rotary, positions)], -1);
        const wide_BNX = tf.reshape(tf.transpose(wide_BHTX, [0, 2, 1, 3]), [B, T * H, C + R]);
        const joined = tf.concat([cache.latent_BSC, cache.keyRope_BSR], -1);
        const scores_BTHS = tf.reshape(tf.matMul(wide_BNX, joined, false, true), [B, T, H, S]);
        const future_T1S = tf.expandDims(tf.sub(1, tf.cast(right.allowed(T, S), 'float32')), 1);
        const masked = tf.sub(tf.mul(scores_BTHS, right.scale(sizes)), tf.mul(future_T1S, 1e9));
        const exp = tf.exp(tf.sub(masked, tf.max(masked, -1, true)));
        const shares = tf.reshape(tf.div(exp, tf.sum(exp, -1, true)), [B, T * H, S]);
        const mean_BTHC = tf.reshape(tf.matMul(shares, cache.latent_BSC), [B, T, H, C]);
        const out = perHead(tf.transpose(mean_BTHC, [0, 2, 1, 3]), weights.wUpV, false);
        return tf.reshape(tf.matMul(right.join(out, sizes), weights.wo), x.shape) as tf.Tensor3D;
      });
    },
  },
};

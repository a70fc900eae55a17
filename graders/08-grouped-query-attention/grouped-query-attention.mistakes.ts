import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/08-grouped-query-attention/grouped-query-attention';
import { axes, requireMask } from '../../exercises/arguments';
import {
  anyShape,
  causalMistakes,
  defineMistakes,
  disposesInputs,
  maskMistakes,
  maskRemembered,
  optionsRequired,
  softmaxOverflows,
  softmaxOverQueries,
} from '../../kit/author/mistakes';
import type * as solution from '../../solutions/08-grouped-query-attention/grouped-query-attention';

type Attention = typeof stub.groupedQueryAttention;

const SCALED = 'tf.mul(q_BHTD, 1 / Math.sqrt(D))';
const GROUPED = `tf.reshape(${SCALED}, [B, G, rows, D])`;
const SCORES = 'tf.reshape(tf.matMul(grouped, k_BGSD, false, true), [B, H, T, S])';
const OUT = 'tf.reshape(tf.matMul(tf.reshape(weights_BHTS, [B, G, rows, S]), v_BGSV), [B, H, T, V])';
const ALLOWED = 'allowedPairs(T, S, mask, causal));';
const REQUIRED = 'requireMask(fn, mask, [B, H, T, S]);';
/** The solution for each of `n` parts along an axis of four, counted from the end. */
const inParts = (n: string, axis: number, ofKeys: string) => ({
  edit: [
    REQUIRED,
    `${REQUIRED}
  const alone = (q: tf.Tensor4D, i: number) =>
    groupedQueryAttention(q, part(k_BGSD, ${axis}, ${ofKeys}), part(v_BGSV, ${axis}, ${ofKeys}), {
      ...options,
      mask: mask && part(mask, ${axis}, i, ${n}),
    });
  if (${n} > 1) return tf.tidy(() => tf.concat(tf.split(q_BHTD, ${n}, ${axis}).map(alone), ${axis}));`,
  ],
  with: `
/** Part i of n along an axis, counted from the end; all of it where it has size 1 there, or no such axis. */
function part<X extends tf.Tensor>(x: X, axis: number, i: number, n: number): X {
  return (x.shape.at(axis) ?? 1) === 1 ? x : tf.split(x, n, axis)[i];
}`,
});
const SOFTMAX = "tf.mul(tf.softmax(tf.where(allowed, scores, -1e9)), tf.cast(allowed, 'float32'))";

/** One group for all heads, which `of` makes out of the keys and out of the values. */
const oneGroup = (of: (x: string) => string) => [
  SCORES,
  `tf.reshape(tf.matMul(tf.reshape(grouped, [B, 1, H * T, D]), ${of('k_BGSD')}, false, true), [B, H, T, S])`,
  OUT,
  `tf.reshape(tf.matMul(tf.reshape(weights_BHTS, [B, 1, H * T, S]), ${of('v_BGSV')}), [B, H, T, V])`,
];

const SWAPPED = `
/** Heads counted as [outer, inner] put in the order [inner, outer]. */
function headsSwapped(x: tf.Tensor, outer: number, inner: number): tf.Tensor {
  const [B, H, T, X] = x.shape;
  return tf.reshape(tf.transpose(tf.reshape(x, [B, outer, inner, T * X]), [0, 2, 1, 3]), [B, H, T, X]);
}`;
const IN_TURN = `
/** A product in which head h uses group h mod G. */
function productInTurn(left: tf.Tensor, right: tf.Tensor, transposed: boolean): tf.Tensor {
  const [B, H, T, X] = left.shape;
  const G = right.shape[1];
  const grouped = tf.reshape(headsSwapped(left, H / G, G), [B, G, (H / G) * T, X]);
  return headsSwapped(tf.reshape(tf.matMul(grouped, right, false, transposed), [B, H, T, -1]), G, H / G);
}
${SWAPPED}`;

export default defineMistakes<typeof solution, typeof stub>({
  noScale: { edit: [SCALED, 'q_BHTD'], says: 'The scores are not divided by √D.' },
  scaleByGroupWidth: {
    edit: ['1 / Math.sqrt(D)', '1 / Math.sqrt((D * H) / G)'],
    says: 'The scores are divided by √(D · H/G). Folding the heads of a group adds rows to the matrix; a dot product still has D terms.',
  },
  scaleByV: {
    edit: ['1 / Math.sqrt(D)', '1 / Math.sqrt(V)'],
    says: 'The scores are divided by √V, the width of the values. A dot product of queries and keys has D terms.',
  },
  noGrouping: {
    edit: [SCORES, `tf.matMul(${SCALED}, k_BGSD, false, true)`, OUT, 'tf.matMul(weights_BHTS, v_BGSV)'],
    says: 'The H heads of the queries meet the G heads of the keys in one tf.matMul, which needs the same batch axes on both sides. Fold the heads of a group into the rows first.',
  },
  rowsInTurn: {
    edit: [
      GROUPED,
      `tf.reshape(tf.transpose(tf.reshape(${SCALED}, [B, G, H / G, T, D]), [0, 1, 3, 2, 4]), [B, G, rows, D])`,
    ],
    says: 'The rows of a group have the heads of one query together, but the scores are reshaped as if the queries of one head were. Undo the transpose, or leave it out.',
  },
  groupsTransposed: {
    edit: [
      GROUPED,
      `tf.reshape(tf.transpose(tf.reshape(${SCALED}, [B, H / G, G, T, D]), [0, 2, 1, 3, 4]), [B, G, rows, D])`,
    ],
    says: 'The heads are dealt out to the groups in turn, and the scores are reshaped as if neighbours shared a group. The heads of a group are neighbours, so no transpose is needed.',
  },
  keysReshaped: {
    edit: ['k_BGSD, false, true', 'tf.reshape(k_BGSD, [B, G, D, S])'],
    says: 'The keys are reshaped from [S,D] to [D,S], which mixes their numbers. Transpose them: the last argument of tf.matMul does.',
  },
  groupsInTurn: {
    edit: [
      GROUPED,
      SCALED,
      SCORES,
      'productInTurn(grouped, k_BGSD, true)',
      OUT,
      'productInTurn(weights_BHTS, v_BGSV, false)',
    ],
    with: IN_TURN,
    says: 'Head h reads group h mod G. Neighbouring heads share a group, ⌊h·G/H⌋.',
  },
  batchAxesWrap: {
    edit: [
      GROUPED,
      `tf.reshape(${SCALED}, [B, G, H / G, T, D])`,
      SCORES,
      'tf.reshape(tf.matMul(grouped, tf.reshape(k_BGSD, [B, G, 1, S, D]), false, true), [B, H, T, S])',
      OUT,
      'tf.reshape(tf.matMul(tf.reshape(weights_BHTS, [B, G, H / G, T, S]), tf.reshape(v_BGSV, [B, G, 1, S, V])), [B, H, T, V])',
    ],
    says: 'The queries have an axis for the heads of a group, and the keys have size 1 there. tf.matMul does not repeat the keys along it. It wraps around the flattened batch axes and takes other keys.',
  },
  multiQueryBroadcasts: {
    edit: [
      SCORES,
      `G === 1 ? tf.matMul(${SCALED}, k_BGSD, false, true) : ${SCORES}`,
      OUT,
      `G === 1 ? tf.matMul(weights_BHTS, v_BGSV) : ${OUT}`,
    ],
    says: 'With G = 1 the keys are left to broadcasting. tf.matMul wraps around the flattened batch axes, so the sequences of a batch read keys of each other.',
  },
  firstGroupOnly: {
    edit: oneGroup((x) => `tf.slice(${x}, [0, 0, 0, 0], [-1, 1, -1, -1])`),
    says: 'Every head reads group 0.',
  },
  groupsAveraged: {
    edit: oneGroup((x) => `tf.mean(${x}, 1, true)`),
    says: 'The groups are averaged into one. Every group has keys and values of its own.',
  },
  valuesInTurn: {
    edit: [OUT, 'productInTurn(weights_BHTS, v_BGSV, false)'],
    with: IN_TURN,
    says: 'The keys come from the right group, but the values come from group h mod G.',
  },
  headsOutOfOrder: {
    edit: [OUT, `headsSwapped(${OUT}, G, H / G)`],
    with: SWAPPED,
    says: 'The heads are right, but joined in the wrong order. Output head h belongs to query head h.',
  },
  maskInverted: {
    edit: [ALLOWED, 'allowedPairs(T, S, mask && tf.logicalNot(mask), causal));'],
    says: 'The mask is read the wrong way round. True means that the query may attend.',
  },
  maskIgnored: { edit: [ALLOWED, 'allowedPairs(T, S, undefined, causal));'], says: 'The mask has no effect.' },
  maskOfFirstHead: {
    edit: [ALLOWED, 'ofFirstHead(allowedPairs(T, S, mask, causal), G));'],
    with: `
function ofFirstHead(allowed: tf.Tensor | undefined, G: number): tf.Tensor | undefined {
  if (!allowed || allowed.rank < 3) return allowed;
  const [B, H, T, S] = [...Array(4 - allowed.rank).fill(1), ...allowed.shape];
  if (H === 1) return allowed;
  const first = tf.slice(tf.reshape(allowed, [B, G, H / G, T * S]), [0, 0, 0, 0], [-1, -1, 1, -1]);
  return tf.reshape(tf.tile(first, [1, 1, H / G, 1]), [B, H, T, S]);
}`,
    says: 'All heads of a group use the mask of the first. The group shares keys and values, not the mask.',
  },
  causalIgnored: {
    edit: [ALLOWED, 'allowedPairs(T, S, mask, false));'],
    says: 'The option causal has no effect, so queries see the future.',
  },
  ...causalMistakes,
  ...maskMistakes,
  maskRemembered,
  maskMultiplied: {
    edit: [SOFTMAX, "tf.softmax(tf.mul(scores, tf.cast(allowed, 'float32')))"],
    says: 'Masked scores are set to 0. That is a score like any other: exp(0) is 1.',
  },
  maskAfterSoftmax: {
    edit: [SOFTMAX, "tf.mul(tf.softmax(scores), tf.cast(allowed, 'float32'))"],
    says: 'The mask is applied after the softmax, so the remaining weights no longer sum to one.',
  },
  causalByDividedRow: {
    edit: [ALLOWED, 'foldedPairs([B, H, T, S], G, mask, causal));'],
    with: `
/** The query of row r is taken for r divided by the heads of a group. */
function foldedPairs([B, H, T, S]: number[], G: number, mask: tf.Tensor | undefined, causal: boolean) {
  if (!causal) return mask;
  const t = tf.floor(tf.div(tf.range(0, (H / G) * T), H / G)).expandDims(1);
  const past = tf.lessEqual(tf.range(0, S), tf.add(t, S - T));
  const past_BHTS = tf.reshape(tf.broadcastTo(past, [B, G, (H / G) * T, S]), [B, H, T, S]);
  return mask ? tf.logicalAnd(mask, past_BHTS) : past_BHTS;
}`,
    says: 'The causal mask takes row r of a group matrix for query ⌊r·G/H⌋. The queries of one head lie together, so row r is query r mod T.',
  },
  causalOverFoldedRows: {
    edit: [ALLOWED, 'foldedPairs([B, H, T, S], G, mask, causal));'],
    with: `
/** Row r of a group's matrix is taken for query r. */
function foldedPairs([B, H, T, S]: number[], G: number, mask: tf.Tensor | undefined, causal: boolean) {
  if (!causal) return mask;
  const rows = (H / G) * T;
  const past = tf.lessEqual(tf.range(0, S), tf.range(S - rows, S).expandDims(1));
  const past_BHTS = tf.reshape(tf.broadcastTo(past, [B, G, rows, S]), [B, H, T, S]);
  return mask ? tf.logicalAnd(mask, past_BHTS) : past_BHTS;
}`,
    says: 'The causal mask counts the rows of a group matrix. These rows are several heads with T queries each, and every head starts again.',
  },
  emptyRowAverages: {
    edit: [SOFTMAX, 'tf.softmax(tf.where(allowed, scores, -1e9))'],
    says: 'A query that may attend to nothing gets the mean of all values. It must get zeros.',
  },
  patchedNaN: {
    edit: [SOFTMAX, 'withoutNaN(tf.softmax(tf.where(allowed, scores, -Infinity)))'],
    with: 'const withoutNaN = (weights: tf.Tensor) => tf.where(tf.isNaN(weights), tf.zerosLike(weights), weights);',
    says: 'NaN is replaced after the softmax. The values look right, but the gradient passes through the NaN; do not let it arise.',
  },
  softmaxOverQueries,
  softmaxOverflows,
  optionsRequired,
  repeatsKeys: {
    edit: [
      GROUPED,
      SCALED,
      SCORES,
      'tf.matMul(grouped, repeated(k_BGSD, H), false, true)',
      OUT,
      'tf.matMul(weights_BHTS, repeated(v_BGSV, H))',
    ],
    with: `
/** [B,G,S,X] as [B,H,S,X] */
function repeated(x: tf.Tensor4D, H: number): tf.Tensor4D {
  const [B, G, S, X] = x.shape;
  return tf.reshape(tf.tile(tf.reshape(x, [B, G, 1, S * X]), [1, 1, H / G, 1]), [B, H, S, X]);
}`,
    says: 'Keys and values are repeated for every head. That undoes what the groups save, in memory and in traffic.',
  },
  productThenSum: {
    edit: [
      GROUPED,
      `tf.reshape(${SCALED}, [B, G, rows, 1, D])`,
      SCORES,
      'tf.reshape(tf.sum(tf.mul(grouped, tf.reshape(k_BGSD, [B, G, 1, S, D])), -1), [B, H, T, S])',
    ],
    says: 'Queries and keys are multiplied elementwise and summed afterwards, which makes a tensor with T, S and D axes. A matrix product never holds it.',
  },
  headByHead: {
    ...inParts('H', -3, 'Math.floor((i * G) / H), G'),
    says: 'The heads are computed one after another, and each reads its keys again. One product serves all heads of a group.',
  },
  leaksScores: {
    edit: ['const weights_BHTS =', 'tf.keep(tf.clone(scores_BHTS));\n    const weights_BHTS ='],
    says: "A tensor of the scores' size stays in memory after the call.",
  },
  disposesInputs,
  acceptsAnyShape: anyShape,
});

function check(...[q_BHTD, k_BGSD, v_BGSV, { mask } = {}]: Parameters<Attention>) {
  const fn = 'groupedQueryAttention';
  const sizes = axes(fn, { q_BHTD, k_BGSD, v_BGSV });
  const { B, H, G, T, S } = sizes;
  if (H % G !== 0) throw new RangeError(`${fn}: H is ${H}, not a multiple of G, ${G}`);
  requireMask(fn, mask, [B, H, T, S]);
  return sizes;
}

function allowedPairs(T: number, S: number, { mask, causal }: stub.Options): tf.Tensor | undefined {
  const past = causal ? tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1)) : undefined;
  return mask && past ? tf.logicalAnd(mask, past) : (mask ?? past);
}

/** Batch and groups folded into one axis; the scale on the scores; the mask additive, with the softmax written out. */
const foldedGroups: Attention = (q_BHTD, k_BGSD, v_BGSV, options = {}) => {
  const { B, H, G, T, S, D, V } = check(q_BHTD, k_BGSD, v_BGSV, options);
  return tf.tidy(() => {
    const [q, k, v] = [q_BHTD.reshape([B * G, -1, D]), k_BGSD.reshape([-1, S, D]), v_BGSV.reshape([-1, S, V])];
    const scores = tf.matMul(q, k, false, true).div(Math.sqrt(D)).reshape([B, H, T, S]);
    const allowed = allowedPairs(T, S, options);
    const open = allowed && tf.cast(allowed, 'float32');
    const visible = open ? scores.add(open.sub(1).mul(1e9)) : scores;
    const exp = tf.exp(visible.sub(visible.max(-1, true)));
    const kept = open ? exp.mul(open) : exp;
    const weights = kept.div(tf.maximum(kept.sum(-1, true), 1e-9));
    return tf.matMul(weights.reshape([B * G, -1, S]), v).reshape([B, H, T, V]) as tf.Tensor4D;
  });
};

/** Keys times queries, so that the scores come out transposed: [B,G,S,rows]. */
const keysTimesQueries: Attention = (q_BHTD, k_BGSD, v_BGSV, options = {}) => {
  const { B, H, G, T, S, D, V } = check(q_BHTD, k_BGSD, v_BGSV, options);
  return tf.tidy(() => {
    const columns = tf.transpose(q_BHTD.reshape([B, G, -1, D]), [0, 1, 3, 2]);
    const products = tf.transpose(tf.matMul(k_BGSD, columns), [0, 1, 3, 2]).reshape([B, H, T, S]);
    const scores = products.div(Math.sqrt(D));
    const allowed = allowedPairs(T, S, options);
    const weights = allowed
      ? tf.mul(tf.softmax(tf.where(allowed, scores, -1e9)), tf.cast(allowed, 'float32'))
      : tf.softmax(scores);
    const out = tf.matMul(v_BGSV, weights.reshape([B, G, -1, S]), true, true);
    return tf.transpose(out, [0, 1, 3, 2]).reshape([B, H, T, V]) as tf.Tensor4D;
  });
};

export const alternates = {
  /** One sequence after another. */
  sequenceBySequence: inParts('B', -4, 'i, B'),
  /** One group after another. */
  groupByGroup: inParts('G', -3, 'i, G'),
  /** The mask is added as 0 or a very low number. */
  additiveMask: {
    edit: ['tf.where(allowed, scores, -1e9)', "tf.add(scores, tf.mul(tf.sub(1, tf.cast(allowed, 'float32')), -1e9))"],
  },
  /** One more key, whose score is above masked ones and below visible ones, takes the weight of an empty row. */
  sinkColumn: {
    edit: [SOFTMAX, 'withSink(tf.where(allowed, scores, -1e9))'],
    with: `
function withSink(scores: tf.Tensor): tf.Tensor {
  const weights = tf.softmax(tf.pad(scores, [[0, 0], [0, 0], [0, 0], [0, 1]], -1e8));
  return tf.slice(weights, [0, 0, 0, 0], [-1, -1, -1, scores.shape[3] as number]);
}`,
  },
  foldedGroups: { groupedQueryAttention: foldedGroups },
  keysTimesQueries: { groupedQueryAttention: keysTimesQueries },
};

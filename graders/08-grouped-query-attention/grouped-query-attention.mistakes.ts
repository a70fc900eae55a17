import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/08-grouped-query-attention/grouped-query-attention';
import { axes, requireMask } from '../../exercises/arguments';
import { anyShape, defineMistakes, disposesInputs, softmaxOverflows } from '../../kit/author/mistakes';
import type * as solution from '../../solutions/08-grouped-query-attention/grouped-query-attention';

type Attention = typeof stub.groupedQueryAttention;

const SCALED = 'tf.mul(q_BHTD, 1 / Math.sqrt(D))';
const GROUPED = `tf.reshape(${SCALED}, [B, G, rows, D])`;
const SCORES = 'tf.reshape(tf.matMul(grouped, k_BGSD, false, true), [B, H, T, S])';
const OUT = 'tf.reshape(tf.matMul(tf.reshape(weights_BHTS, [B, G, rows, S]), v_BGSV), [B, H, T, V])';
const ALLOWED = 'allowedPairs(T, S, mask, causal));';
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
  causalTopLeft: {
    edit: ['tf.range(S - T, S)', 'tf.range(0, T)'],
    says: 'With T ≠ S the causal mask is aligned with the first key. The last query belongs to the last key.',
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
  softmaxOverflows,
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
  groupByGroup: {
    instead: ({ groupedQueryAttention: right }) => ({
      groupedQueryAttention: (q, k, v, options = {}) => {
        const { B, H, G, T, S } = check(q, k, v, options);
        return tf.tidy(() => {
          const R = H / G;
          const part = (x: tf.Tensor, first: number, size: number) =>
            tf.slice(x, [0, first, 0, 0], [-1, size, -1, -1]) as tf.Tensor4D;
          const mask = options.mask && tf.broadcastTo(options.mask, [B, H, T, S]);
          const groups = [...Array(G).keys()].map((g) =>
            right(part(q, g * R, R), part(k, g, 1), part(v, g, 1), { ...options, mask: mask && part(mask, g * R, R) }),
          );
          return tf.concat(groups, 1);
        });
      },
    }),
    says: 'The groups are computed one after another. One batched matrix product computes all of them at once.',
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
  foldedGroups: { groupedQueryAttention: foldedGroups },
  keysTimesQueries: { groupedQueryAttention: keysTimesQueries },
};

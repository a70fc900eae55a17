import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/02-multi-head-attention/multi-head-attention';
import { axes, requireInteger, requireMask, requireTensor } from '../../exercises/arguments';
import {
  anyShape,
  causalMistakes,
  defineMistakes,
  disposesInputs,
  maskMistakes,
  maskRemembered,
  softmaxOverflows,
  softmaxOverQueries,
} from '../../kit/author/mistakes';
import type * as solution from '../../solutions/02-multi-head-attention/multi-head-attention';

type MultiHead = typeof stub.multiHeadAttention;

const SPLIT = 'tf.transpose(tf.reshape(x_BLM, [B, L, H, M / H]), [0, 2, 1, 3])';
const MERGE = 'tf.transpose(heads_BHTD, [0, 2, 1, 3])';
const OUTPUT = 'return project(joined_BTM, wo, bo);';
const PRODUCT = 'tf.matMul(tf.reshape(x_BLM, [B * L, M]), w)';
const QUERIES = 'splitHeads(project(x_BTM, wq, bq), H)';
const VALUES = 'splitHeads(project(context, wv, bv), H)';
const SCALED = 'tf.mul(q_BHTD, 1 / Math.sqrt(D))';
const EMPTIED = "tf.mul(tf.softmax(masked_BHTS), tf.cast(allowed, 'float32'))";
const REQUIRED = 'requireMask(fn, mask, [B, H, T, S]);';
const ALLOWED = 'allowedPairs(T, S, mask, causal);';

export default defineMistakes<typeof solution, typeof stub>({
  noScale: { edit: ['1 / Math.sqrt(D)', '1'], says: 'The scores are not divided by √D.' },
  scaleByModelWidth: {
    edit: ['1 / Math.sqrt(D)', '1 / Math.sqrt(M)'],
    says: 'The scores are divided by √M. A dot product within a head has D = M / H terms.',
  },
  scaleByHeads: {
    edit: ['1 / Math.sqrt(D)', '1 / Math.sqrt(H)'],
    says: 'The scores are divided by √H, the number of heads. A dot product within a head has D = M / H terms.',
  },
  depthRemembered: {
    edit: ['1 / Math.sqrt(D)', '1 / Math.sqrt(remembered(M, D))'],
    with: `
const depths = new Map<number, number>();
function remembered(M: number, D: number): number {
  if (!depths.has(M)) depths.set(M, D);
  return depths.get(M) as number;
}`,
    says: 'The scale of an earlier call is used again. Another call with the same M may have another number of heads, so compute D in every call.',
  },
  queryBiasNotScaled: {
    edit: [QUERIES, 'splitHeads(project(x_BTM, wq), H)', SCALED, `withBias(${SCALED}, bq)`],
    with: `
function withBias(q_BHTD: tf.Tensor4D, bq?: tf.Tensor1D): tf.Tensor4D {
  const [, H, , D] = q_BHTD.shape;
  return bq ? tf.add(q_BHTD, tf.reshape(bq, [1, H, 1, D])) : q_BHTD;
}`,
    says: 'The queries are scaled before their bias is added, so bq counts √D times too much. Add the bias first.',
  },
  keyAndValueBiasSwapped: {
    edit: [
      'project(context, wk, bk)',
      'project(context, wk, bv)',
      'project(context, wv, bv)',
      'project(context, wv, bk)',
    ],
    says: 'The biases of keys and values are swapped.',
  },
  contextBiasesSwapped: {
    edit: [
      'project(context, wk, bk)',
      'project(context, wk, context_BSM ? bv : bk)',
      'project(context, wv, bv)',
      'project(context, wv, context_BSM ? bk : bv)',
    ],
    says: 'With a context, the biases of keys and values are swapped.',
  },
  queriesAndKeysSwapped: {
    edit: ['project(x_BTM, wq, bq)', 'project(x_BTM, wk, bk)', 'project(context, wk, bk)', 'project(context, wq, bq)'],
    says: 'The queries are projected by wk and the keys by wq.',
  },
  keysAndValuesSwapped: {
    edit: [
      'project(context, wk, bk)',
      'project(context, wv, bv)',
      'project(context, wv, bv)',
      'project(context, wk, bk)',
    ],
    says: 'The keys are projected by wv and the values by wk.',
  },
  queriesNotTransposed: {
    edit: [QUERIES, 'tf.reshape(project(x_BTM, wq, bq), [B, H, T, D])'],
    says: 'The queries are reshaped directly to [B,H,T,D], so a head gets runs of tokens. First split the head axis off beside D, then move it, as for the keys.',
  },
  valuesNotTransposed: {
    edit: [VALUES, 'tf.reshape(project(context, wv, bv), [B, H, S, D])'],
    says: 'The values are reshaped directly to [B,H,S,D], so a head gets runs of tokens. First split the head axis off beside D, then move it, as for the keys.',
  },
  splitWithoutTranspose: {
    edit: [SPLIT, 'tf.reshape(x_BLM, [B, H, L, M / H])'],
    says: 'The projection is reshaped directly to [B,H,T,D]. That cuts it into runs of tokens, not into columns; first split the head axis off beside D, then move it.',
  },
  mergeWithoutTranspose: {
    edit: [MERGE, 'heads_BHTD'],
    says: 'The outputs of the heads are reshaped directly to [B,T,M], so a row holds several tokens of one head. First move the head axis back beside D.',
  },
  columnsDealtOut: {
    edit: [
      SPLIT,
      'tf.transpose(tf.reshape(x_BLM, [B, L, M / H, H]), [0, 3, 1, 2])',
      MERGE,
      'tf.transpose(heads_BHTD, [0, 2, 3, 1])',
    ],
    says: 'A head gets every H-th column. The columns of a head are neighbours, h·D to h·D + D − 1.',
  },
  splitDealtOut: {
    edit: [SPLIT, 'tf.transpose(tf.reshape(x_BLM, [B, L, M / H, H]), [0, 3, 1, 2])'],
    says: 'A head gets every H-th column, but the outputs are joined as neighbours. The columns of a head are h·D to h·D + D − 1.',
  },
  mergedInTurn: {
    edit: [MERGE, 'tf.transpose(heads_BHTD, [0, 2, 3, 1])'],
    says: 'The outputs are joined with D before the heads, so a head gets every H-th column. Put the head axis before D.',
  },
  attendsAcrossHeads: {
    edit: [SPLIT, 'tf.reshape(x_BLM, [B, L, H, M / H])', MERGE, 'heads_BHTD'],
    says: 'With [B,T,H,D] a matrix product compares the heads of one token. The last two axes must be length and D.',
  },
  noOutputProjection: {
    edit: [OUTPUT, 'return bo ? tf.add(joined_BTM, bo) : joined_BTM;'],
    says: 'The joined heads are returned without Wo, so nothing mixes their outputs.',
  },
  headsInWrongPlaces: {
    edit: [MERGE, 'tf.transpose(tf.reverse(heads_BHTD, 1), [0, 2, 1, 3])'],
    says: 'The heads are joined in reverse order. Head 0 belongs in the first D columns.',
  },
  weightsTransposed: {
    edit: [PRODUCT, 'tf.matMul(tf.reshape(x_BLM, [B * L, M]), w, false, true)'],
    says: 'The weights are applied as torch stores them, [out, in]. Here a weight is [in, out], so it is x @ w.',
  },
  biasesIgnored: {
    edit: ['bias ? tf.add(projected, bias) : projected', 'projected'],
    says: 'The biases have no effect.',
  },
  biasesAllOrNone: {
    edit: ['wo, bq, bk, bv, bo } = weights;', 'wo } = weights;\n  const { bq, bk, bv, bo } = allBiases(weights);'],
    with: `
function allBiases(weights: MultiHeadWeights): Partial<MultiHeadWeights> {
  const { bq, bk, bv, bo } = weights;
  return bq && bk && bv && bo ? weights : {};
}`,
    says: 'The biases have an effect only if all are given. Each is optional by itself.',
  },
  outputBiasIgnored: {
    edit: [OUTPUT, 'return project(joined_BTM, wo);'],
    says: 'The output bias bo has no effect.',
  },
  residualAdded: {
    edit: [OUTPUT, `return tf.add(x_BTM, ${OUTPUT.slice('return '.length, -1)});`],
    says: 'The input is added to the result. The residual connection belongs to the layer around it, not to this function.',
  },
  outputBiasBeforeWo: {
    edit: [OUTPUT, 'return project(bo ? tf.add(joined_BTM, bo) : joined_BTM, wo);'],
    says: 'The output bias is added before Wo, which then mixes it too.',
  },
  contextIgnored: {
    edit: ['const context = context_BSM ?? x_BTM;', 'const context = x_BTM;'],
    says: 'The context has no effect. Keys and values are projected from it.',
  },
  keysFromX: {
    edit: ['project(context, wk, bk)', 'project(x_BTM, wk, bk)'],
    says: 'The values come from the context, but the keys still come from x.',
  },
  valuesFromX: {
    edit: ['project(context, wv, bv)', 'project(x_BTM, wv, bv)'],
    says: 'The keys come from the context, but the values still come from x.',
  },
  queriesFromContext: {
    edit: ['project(x_BTM, wq, bq)', 'project(context, wq, bq)'],
    says: 'The queries are projected from the context. Queries come from x; keys and values come from the context.',
  },
  maskInverted: {
    edit: [ALLOWED, 'allowedPairs(T, S, mask && tf.logicalNot(mask), causal);'],
    says: 'The mask is read as torch.nn.MultiheadAttention reads it. Here true means that the query may attend.',
  },
  maskIgnored: { edit: [ALLOWED, 'allowedPairs(T, S, undefined, causal);'], says: 'The mask has no effect.' },
  causalIgnored: {
    edit: [ALLOWED, 'allowedPairs(T, S, mask, false);'],
    says: 'The option causal has no effect, so queries see the future.',
  },
  ...causalMistakes,
  ...maskMistakes,
  maskOfFirstHead: {
    edit: [ALLOWED, 'ofFirstHead(allowedPairs(T, S, mask, causal));'],
    with: `
function ofFirstHead(allowed: tf.Tensor | undefined): tf.Tensor | undefined {
  return allowed && allowed.rank > 2 ? tf.split(allowed, allowed.shape[allowed.rank - 3], -3)[0] : allowed;
}`,
    says: 'All heads use the mask of the first. The mask broadcasts to [B,H,T,S], so each head may have its own.',
  },
  maskRemembered,
  emptyRowAverages: {
    edit: [EMPTIED, 'tf.softmax(masked_BHTS)'],
    says: 'A query that may attend to nothing gets the mean of all values. It must get zeros, before Wo.',
  },
  emptyRowLosesBias: {
    edit: [OUTPUT, 'return visibleRows(project(joined_BTM, wo, bo), allowed);'],
    with: `
/** A row is kept if any head had anything to attend to. */
function visibleRows(y_BTM: tf.Tensor3D, allowed: tf.Tensor | undefined): tf.Tensor3D {
  if (!allowed) return y_BTM;
  const [B, T] = y_BTM.shape;
  const allowed_BHTS = allowed.reshape([...Array(4 - allowed.rank).fill(1), ...allowed.shape]);
  const any_BT1 = tf.any(allowed_BHTS, [1, 3]).expandDims(-1);
  return tf.mul(y_BTM, tf.cast(tf.broadcastTo(any_BT1, [B, T, 1]), 'float32'));
}`,
    says: 'A query that may attend to nothing gets zeros at the end. The outputs of the heads are zero; Wo and bo still follow.',
  },
  softmaxOverQueries,
  softmaxOverflows,
  batchedWeights: {
    edit: [PRODUCT, 'tf.matMul(x_BLM, w)'],
    says: 'tf.matMul of [B,T,M] with [M,M] gives the right values, but its gradient for the weight has one batch axis too many and is refused.',
  },
  einsumProjection: {
    edit: [PRODUCT, "tf.einsum('lm,mn->ln', tf.reshape(x_BLM, [B * L, M]), w)"],
    says: 'tf.einsum has the right values, but no gradient in TensorFlow.js. Fold batch and length into one axis and use tf.matMul.',
  },
  patchedNaN: {
    edit: [
      'tf.where(allowed, scores_BHTS, -1e9)',
      'tf.where(allowed, scores_BHTS, -Infinity)',
      EMPTIED,
      'withoutNaN(tf.softmax(masked_BHTS))',
    ],
    with: 'const withoutNaN = (weights: tf.Tensor) => tf.where(tf.isNaN(weights), tf.zerosLike(weights), weights);',
    says: 'NaN is replaced after the softmax. The values look right, but the gradient passes through the NaN; do not let it arise.',
  },
  headByHead: {
    instead: () => ({ multiHeadAttention: oneHeadAfterAnother }),
    says: 'The heads are computed one after another. The projections are whole matrices, and one batched product serves all heads.',
  },
  readsBack: {
    edit: [`tf.reshape(${MERGE}, [B, T, M]) as tf.Tensor3D`, `tf.tensor3d(${MERGE}.dataSync(), [B, T, M])`],
    says: 'Values are read back into JavaScript, which makes the device wait for the copy and cuts the gradient. Use tensor operations only.',
  },
  leaksProjection: {
    edit: [OUTPUT, `tf.keep(project(x_BTM, wq));\n    ${OUTPUT}`],
    says: 'A projection stays in memory after the call.',
  },
  disposesInputs,
  acceptsAnyShape: anyShape,
});

function check(...[x_BTM, weights, { heads, context_BSM, mask }]: Parameters<MultiHead>): void {
  const fn = 'multiHeadAttention';
  const { wq, wk, wv, wo, bq, bk, bv, bo } = weights;
  for (const [name, value] of Object.entries({ x_BTM, wq, wk, wv, wo })) requireTensor(fn, name, value, 'float32');
  const matrices = { wq_MM: wq, wk_MM: wk, wv_MM: wv, wo_MM: wo };
  const { B, M, T, S = T } = axes(fn, { x_BTM, context_BSM, ...matrices, bq_M: bq, bk_M: bk, bv_M: bv, bo_M: bo });
  requireInteger(fn, 'heads', heads);
  if (M % heads !== 0) throw new RangeError(`${fn}: M is ${M}, not a multiple of heads, ${heads}`);
  requireMask(fn, mask, [B, heads, T, S]);
}

function allowedPairs(T: number, S: number, { mask, causal }: stub.Options): tf.Tensor | undefined {
  const past = causal ? tf.lessEqual(tf.range(0, S), tf.range(S - T, S).expandDims(1)) : undefined;
  return mask && past ? tf.logicalAnd(mask, past) : (mask ?? past);
}

const weightsOf = (scores: tf.Tensor, allowed: tf.Tensor | undefined) =>
  allowed ? tf.mul(tf.softmax(tf.where(allowed, scores, -1e9)), tf.cast(allowed, 'float32')) : tf.softmax(scores);

/** [B·L, M'] = x W + b */
function rowsOf(x: tf.Tensor3D, w: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor {
  const rows = tf.matMul(x.reshape([-1, w.shape[0]]), w);
  return bias ? rows.add(bias) : rows;
}

const oneHeadAfterAnother: MultiHead = (x, weights, options) => {
  check(x, weights, options);
  return tf.tidy(() => {
    const { wq, wk, wv, wo, bq, bk, bv, bo } = weights;
    const [B, T, M] = x.shape;
    const { heads: H, context_BSM: context = x } = options;
    const [S, D] = [context.shape[1], M / H];
    const allowed = allowedPairs(T, S, options);
    const full = allowed && tf.broadcastTo(allowed, [B, H, T, S]);
    const outputs = [...Array(H).keys()].map((h) => {
      const part = (from: tf.Tensor3D, w: tf.Tensor2D, bias?: tf.Tensor1D) =>
        rowsOf(from, tf.slice(w, [0, h * D], [M, D]), bias && tf.slice(bias, h * D, D)).reshape([B, -1, D]);
      const scores = tf.matMul(part(x, wq, bq), part(context, wk, bk), false, true).div(Math.sqrt(D));
      const mine = full && tf.slice(full, [0, h, 0, 0], [B, 1, T, S]).reshape([B, T, S]);
      return tf.matMul(weightsOf(scores, mine), part(context, wv, bv));
    });
    return rowsOf(tf.concat(outputs, -1) as tf.Tensor3D, wo, bo).reshape([B, T, M]);
  });
};

/** One product for q, k and v where x attends to itself, else one for k and v. */
const fusedProjections: MultiHead = (x, weights, options) => {
  check(x, weights, options);
  return tf.tidy(() => {
    const { wq, wk, wv, wo, bo } = weights;
    const [B, T, M] = x.shape;
    const { heads: H, context_BSM: context = x } = options;
    const S = context.shape[1];
    const [bq, bk, bv] = [weights.bq, weights.bk, weights.bv].map((bias) => bias ?? tf.zeros([M]));
    const apply = (from: tf.Tensor3D, matrices: tf.Tensor2D[], biases: tf.Tensor[]) =>
      tf.split(rowsOf(from, tf.concat(matrices, 1), tf.concat(biases) as tf.Tensor1D), matrices.length, 1);
    const [q, k, v] = options.context_BSM
      ? [rowsOf(x, wq, bq as tf.Tensor1D), ...apply(context, [wk, wv], [bk, bv])]
      : apply(x, [wq, wk, wv], [bq, bk, bv]);
    const heads = (rows: tf.Tensor, L: number) => tf.transpose(rows.reshape([B, L, H, M / H]), [0, 2, 1, 3]);
    const scores = tf.matMul(heads(q, T), heads(k, S), false, true).div(Math.sqrt(M / H));
    const attended = tf.matMul(weightsOf(scores, allowedPairs(T, S, options)), heads(v, S));
    const joined = tf.transpose(attended, [0, 2, 1, 3]).reshape([B, T, M]) as tf.Tensor3D;
    return rowsOf(joined, wo, bo).reshape([B, T, M]);
  });
};

/** Heads in front: [H,B,L,D]. Nothing is joined: each head is multiplied by its own rows of Wo, and the heads are summed. */
const sumOverHeads: MultiHead = (x, weights, options) => {
  check(x, weights, options);
  return tf.tidy(() => {
    const [B, T, M] = x.shape;
    const { heads: H, context_BSM: context = x } = options;
    const S = context.shape[1];
    const headsFirst = (rows: tf.Tensor) => tf.transpose(rows.reshape([B, -1, H, M / H]), [2, 0, 1, 3]);
    const q = headsFirst(rowsOf(x, weights.wq, weights.bq).mul(Math.sqrt(H / M)));
    const k = headsFirst(rowsOf(context, weights.wk, weights.bk));
    const v = headsFirst(rowsOf(context, weights.wv, weights.bv));
    const scores_HBTS = tf.matMul(q, tf.transpose(k, [0, 1, 3, 2]));
    const allowed = allowedPairs(T, S, options);
    const open = tf.cast(tf.broadcastTo(allowed ?? tf.ones([1], 'bool'), [B, H, T, S]), 'float32');
    const open_HBTS = tf.transpose(open, [1, 0, 2, 3]);
    const weights_HBTS = tf.softmax(scores_HBTS.add(open_HBTS.sub(1).mul(1e9))).mul(open_HBTS);
    const heads = tf.matMul(weights_HBTS, v).reshape([H, B * T, M / H]);
    const y = tf.sum(tf.matMul(heads, weights.wo.reshape([H, M / H, M])), 0);
    return (weights.bo ? tf.add(y, weights.bo) : y).reshape([B, T, M]) as tf.Tensor3D;
  });
};

export const alternates = {
  /** The mask is added as 0 or a very low number. */
  additiveMask: {
    edit: [
      'tf.where(allowed, scores_BHTS, -1e9)',
      "tf.add(scores_BHTS, tf.mul(tf.sub(1, tf.cast(allowed, 'float32')), -1e9))",
    ],
  },
  /** One more key, whose score is above masked ones and below visible ones, takes the weight of an empty row. */
  sinkColumn: {
    edit: [EMPTIED, 'withoutSink(tf.softmax(tf.pad(masked_BHTS, [[0, 0], [0, 0], [0, 0], [0, 1]], -1e8)))'],
    with: `
function withoutSink(weights_BHTS: tf.Tensor): tf.Tensor {
  return tf.slice(weights_BHTS, [0, 0, 0, 0], [-1, -1, -1, weights_BHTS.shape[3] as number - 1]);
}`,
  },
  /** One sequence after another. */
  sequenceBySequence: {
    edit: [
      REQUIRED,
      `${REQUIRED}
  const of = <X extends tf.Tensor>(x: X, b: number) => (x.shape[0] > 1 ? tf.slice(x, b, 1) : x);
  const alone = (x: tf.Tensor3D, b: number) =>
    multiHeadAttention(x, weights, {
      ...options,
      context_BSM: context_BSM && of(context_BSM, b),
      mask: mask?.rank === 4 ? of(mask, b) : mask,
    });
  if (B > 1) return tf.tidy(() => tf.concat(tf.split(x_BTM, B).map(alone)));`,
    ],
  },
  /** The columns of the heads are cut apart and stacked, and joined side by side. */
  splitAndStacked: {
    edit: [
      SPLIT,
      'tf.stack(tf.split(x_BLM, H, 2), 1) as tf.Tensor4D',
      `tf.reshape(${MERGE}, [B, T, M])`,
      'tf.concat(tf.unstack(heads_BHTD, 1), 2)',
    ],
  },
  fusedProjections: { multiHeadAttention: fusedProjections },
  sumOverHeads: { multiHeadAttention: sumOverHeads },
};

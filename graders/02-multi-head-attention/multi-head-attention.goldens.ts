import { at, fromNested, type NdArray, type Nested, ndarray } from '../../kit/author/ndarray.ts';
import { repeat, split } from '../../kit/author/rearrange.ts';
import { hasOnly, isSet, numberOf } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters, type Golden } from '../../kit/goldens/golden.ts';
import { BLOCKED, spread } from '../../kit/goldens/masks.ts';

type Matrix = number[][];

const INPUTS = ['query', 'key', 'value', 'in_proj_weight', 'q_proj_weight', 'k_proj_weight', 'v_proj_weight'];
const OPTIONAL = [
  'in_proj_bias',
  'out_proj.weight',
  'out_proj.bias',
  'bias_k',
  'bias_v',
  'attn_mask',
  'key_padding_mask',
];

export default defineGoldenAdapters([
  {
    mechanism: 'mha',
    inputs: ['query', 'out_proj.weight'],
    covers(golden) {
      const { query, key = query, value = key, attn_mask, key_padding_mask } = golden.inputs;
      const h = numberOf(golden, 'num_heads');
      if (!hasOnly(golden, [...INPUTS, ...OPTIONAL]) || isSet(golden, 'dropout_p') || !h) return false;
      if ([query, key, value].some(({ shape }) => shape.length !== 3) || golden.params.batch_first === false)
        return false;
      // Each is as wide as what its matrix takes.
      const weights = projectionsOf(golden);
      if (![query, key, value].every(({ shape }, i) => weights?.[i]?.shape[1] === shape[2])) return false;
      const [b, t, s] = [query.shape[0], query.shape[1], key.shape[1]];
      const isPadding = !key_padding_mask || key_padding_mask.shape.join() === `${b},${s}`;
      return isPadding && (!attn_mask || spread(attn_mask, { b, h, t, s }) !== null);
    },
    compute(oracle, golden) {
      const { visible_BHTS, bias_BHTS, extras } = masksOf(golden);
      const [B, T] = golden.inputs.query.shape;
      const out = Array.from({ length: B }, (_, b) => {
        const { x, weights, context } = asOurs(golden, b, bias_BHTS, extras);
        const mask =
          visible_BHTS && (at(visible_BHTS, b) as number[][][]).map((head) => head.map((row) => row.map(Boolean)));
        const rows: Matrix = oracle.multiHeadAttention(x, weights, { heads: golden.params.num_heads, context, mask });
        // torch gives NaN where a query sees no key in some head; with us only that head is zeros.
        const isNaNThere = (t: number) => mask?.some((head) => !head[t].some(Boolean));
        const theirs = (t: number, m: number) => golden.outputs.out?.data[(b * T + t) * rows[t].length + m];
        return rows.map((row, t) => row.map((value, m) => (isNaNThere(t) && Number.isNaN(theirs(t, m)) ? NaN : value)));
      });
      return { out: fromNested(out as Nested) };
    },
  },
]);

/** Of queries, keys and values, each [M, in]; what the file lacks is undefined. */
function projectionsOf({ inputs }: Pick<Golden, 'inputs'>): NdArray[] {
  const { query, in_proj_weight: all, q_proj_weight, k_proj_weight, v_proj_weight } = inputs;
  const M = query.shape[2];
  return all ? split(all, 0, [M, M, M]) : [q_proj_weight, k_proj_weight, v_proj_weight];
}

/** Keys that torch adds after the projection: bias_k with bias_v, then one of zeros. */
interface Extra {
  k?: NdArray;
  v?: NdArray;
}

/** In nn.MultiheadAttention a boolean mask is 1 where it blocks, and a float mask is added. Extra keys are seen by all. */
function masksOf(golden: Golden): { visible_BHTS?: NdArray; bias_BHTS?: NdArray; extras: Extra[] } {
  const { query, key = query, attn_mask, key_padding_mask, bias_k, bias_v } = golden.inputs;
  const [b, t] = query.shape;
  const s = key.shape[1];
  const sizes = { b, h: numberOf(golden, 'num_heads')!, t, s };
  const extras: Extra[] = bias_k ? [{ k: bias_k, v: bias_v }] : [];
  const weighed = golden.outputs.weights?.shape.at(-1) ?? s + extras.length;
  if (isSet(golden, 'add_zero_attn') || weighed > s + extras.length) extras.push({});

  const causal = ndarray(
    [t, s],
    Float64Array.from({ length: t * s }, (_, i) => (i % s > Math.floor(i / s) ? 1 : 0)),
    'bool',
  );
  const masks = [
    attn_mask && spread(attn_mask, sizes)!,
    key_padding_mask && repeat(key_padding_mask, 'b s -> b h t s', sizes),
    isSet(golden, 'is_causal', 'causal') && !attn_mask && spread(causal, sizes)!,
  ].filter((mask) => Boolean(mask)) as NdArray[];
  if (masks.length === 0) return { extras };

  const shape = [b, sizes.h, t, s + extras.length];
  const each = (value: (i: number) => number, ofExtra: number) =>
    Float64Array.from({ length: shape.reduce((product, size) => product * size) }, (_, i) =>
      i % shape[3] < s ? value(Math.floor(i / shape[3]) * s + (i % shape[3])) : ofExtra,
    );
  const blocks = ({ dtype, data }: NdArray, i: number) => (dtype === 'float32' ? data[i] < BLOCKED : data[i] === 1);
  const added = masks.filter(
    ({ dtype, data }) => dtype === 'float32' && data.some((value) => value && value > BLOCKED),
  );
  const sum = (i: number) => added.reduce((total, { data }) => total + (data[i] > BLOCKED ? data[i] : 0), 0);
  return {
    visible_BHTS: ndarray(
      shape,
      each((i) => (masks.some((mask) => blocks(mask, i)) ? 0 : 1), 1),
    ),
    bias_BHTS: added.length ? ndarray(shape, each(sum, 0)) : undefined,
    extras,
  };
}

/**
 * One sequence, and torch's [out, in] matrices as ours. What we have no argument for rides along in wider tokens:
 * a key's and a value's input side by side; a one for each key, whose row of wk or wv makes an extra key; and what is added
 * to the scores as T more dimensions in every head, where query t has a one in its own.
 */
function asOurs({ inputs, params }: Golden, b: number, bias_BHTS: NdArray | undefined, extras: Extra[]) {
  const { query, key = query, value } = inputs;
  const [H, M, T] = [params.num_heads as number, query.shape[2], query.shape[1]];
  const D = M / H;
  const [wq, wk, wv] = projectionsOf({ inputs });
  const [bq, bk, bv] = split(inputs.in_proj_bias ?? ndarray([3 * M], new Float64Array(3 * M)), 0, [M, M, M]);

  const bias: number[][][] | undefined = bias_BHTS && at(bias_BHTS, b);
  const wide = D + (bias ? T : 0);
  const stretch = Math.sqrt(wide / D);
  const column = (m: number) => Math.floor(m / D) * wide + (m % D);
  const zeros = (rows: number, columns = H * wide): Matrix =>
    Array.from({ length: rows }, () => Array(columns).fill(0));
  const vector = (x: NdArray, factor = 1) => place(zeros(1), 0, ndarray([M, 1], x.data), factor)[0];
  /** Writes the transpose of a [M][in] matrix from row `from` on, each head's columns where its wide columns begin. */
  function place(into: Matrix, from: number, w_OI: NdArray, factor = 1): Matrix {
    const [O, I] = w_OI.shape;
    for (let m = 0; m < O; m++) for (let i = 0; i < I; i++) into[from + i][column(m)] = w_OI.data[m * I + i] * factor;
    return into;
  }

  const x: Matrix = (at(query, b) as Matrix).map((row, t) =>
    bias ? [...row, ...Array.from({ length: H * T }, (_, i) => (i === t ? 1 : 0))] : row,
  );
  const wqOurs = place(zeros(x[0].length), 0, wq, stretch);
  if (bias) for (let t = 0; t < T; t++) for (let h = 0; h < H; h++) wqOurs[M + t][h * wide + D + t] = Math.sqrt(wide);

  const keyWidth = key.shape[2];
  const valueWidth = value?.shape[2] ?? 0;
  const S = key.shape[1] + extras.length;
  const marks = bias || extras.length ? S : 0;
  const firstMark = keyWidth + valueWidth;
  const context: Matrix = Array.from({ length: S }, (_, s) => [
    ...(s < key.shape[1] ? [...at(key, b, s), ...(value ? at(value, b, s) : [])] : Array(firstMark).fill(0)),
    ...Array.from({ length: marks }, (_, i) => (i === s ? 1 : 0)),
  ]);
  const wkOurs = place(zeros(firstMark + marks), 0, wk);
  const wvOurs = place(zeros(firstMark + marks), value ? keyWidth : 0, wv);
  extras.forEach(({ k, v }, e) => {
    const row = firstMark + key.shape[1] + e;
    for (let m = 0; m < M; m++) {
      wkOurs[row][column(m)] = (k?.data[m] ?? 0) - bk.data[m];
      wvOurs[row][column(m)] = (v?.data[m] ?? 0) - bv.data[m];
    }
  });
  bias?.forEach((head, h) => {
    for (let t = 0; t < T; t++) for (let s = 0; s < S; s++) wkOurs[firstMark + s][h * wide + D + t] = head[t][s];
  });

  const out = inputs['out_proj.weight'];
  const wo = zeros(H * wide, out.shape[0]);
  for (let m = 0; m < M; m++) for (let o = 0; o < out.shape[0]; o++) wo[column(m)][o] = out.data[o * M + m];
  const isPlain = !inputs.key && !inputs.value && marks === 0;
  return {
    x,
    weights: {
      ...{ wq: wqOurs, wk: wkOurs, wv: wvOurs, wo },
      ...(inputs.in_proj_bias && { bq: vector(bq, stretch), bk: vector(bk), bv: vector(bv) }),
      ...(inputs['out_proj.bias'] && { bo: [...inputs['out_proj.bias'].data] }),
    },
    context: isPlain ? undefined : context,
  };
}

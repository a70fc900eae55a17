/**
 * Golden files of q, k, v and an output, brought into the course's form, so that any oracle that attends can be held against
 * them. Sources differ in layout, in how they say who may attend to whom, and in what a query gets that sees no key.
 */
import { at, type NdArray, ndarray, stack } from '../author/ndarray.ts';
import { identity, scaled } from '../author/projections.ts';
import { concat, rearrange, repeat } from '../author/rearrange.ts';
import { hasOnly, isSet, numberOf } from './fields.ts';
import type { Golden } from './golden.ts';
import { BLOCKED, type Sizes, sawWhom, spread } from './masks.ts';

export interface Attention {
  q_BHTD: NdArray;
  k_BGSD: NdArray;
  v_BGSV: NdArray;
  /** 1 where a query may attend to a key. */
  visible_BHTS: NdArray;
  scale: number;
  /** The axes of the file's q and of its weights. */
  layout: Layout;
  /** Some queries were given the mean of all values, because no key was theirs to see: their logits are not the file's. */
  hasUniformRows: boolean;
}

interface Layout {
  q: string;
  weights: string;
}

const LAYOUTS: Layout[] = [
  { q: 'b h t d', weights: 'b h t s' },
  { q: 'b t h d', weights: 'b h t s' },
  { q: 'b t h d', weights: 'b t s h' },
];

const MASKS = ['mask', 'attn_mask', 'attn_bias'];
/** d_out and splits belong to outputs of their own. */
const KNOWN = ['q', 'k', 'v', ...MASKS, 'attention_mask', 'key_padding_mask', 'key_lengths', 'd_out', 'splits'];

/** Null for what has no place in softmax(q kᵀ · scale + bias) v under a mask, and for a file that does not say enough. */
export function readAttention(golden: Golden): Attention | null {
  const { q, k, v } = golden.inputs;
  if (!q || !k || !v || !hasOnly(golden, KNOWN) || isSet(golden, 'softcap', 'soft_cap', 'dropout_p')) return null;
  const layout = layoutOf(golden);
  if (!layout) return null;
  const [q_BHTD, k_BGSD, v_BGSV] = [q, k, v].map((x) => rearrange(x, `${layout.q} -> b h t d`));
  const [b, h, t, d] = q_BHTD.shape;
  const sizes = { b, h, t, s: k_BGSD.shape[2] };
  const seen = sawWhom(golden, sizes, layout.weights);
  if (!seen) return null;

  const uniform = new Set(seen.uniformRows);
  const attention = {
    // A query of zeros that sees every key gives the mean of the values.
    q_BHTD: ndarray(
      q_BHTD.shape,
      q_BHTD.data.map((value, i) => (uniform.has(Math.floor(i / d)) ? 0 : value)),
    ),
    k_BGSD,
    v_BGSV,
    visible_BHTS: seen.visible_BHTS,
    scale: numberOf(golden, 'scale', 'softmax_scale', 'scaling') ?? 1 / Math.sqrt(d),
    layout,
    hasUniformRows: uniform.size > 0,
  };
  const bias = addedTo(golden, sizes);
  return bias ? withBias(attention, bias) : attention;
}

/** The layout under which all shapes and the sizes in the params agree. */
function layoutOf(golden: Golden): Layout | undefined {
  const { q, k, v } = golden.inputs;
  const { weights } = golden.outputs;
  if ([q, k, v].some(({ shape }) => shape.length !== 4)) return undefined;
  const fitting = LAYOUTS.filter((layout) => {
    const [B, H, T, D] = rearrange(q, `${layout.q} -> b h t d`).shape;
    const [keyB, G, S, keyD] = rearrange(k, `${layout.q} -> b h t d`).shape;
    const said = [
      [H, numberOf(golden, 'H', 'num_heads')],
      [G, numberOf(golden, 'kv_heads', 'num_kv_heads')],
      [T, numberOf(golden, 'Lq', 'L')],
      [S, numberOf(golden, 'Lk', 'L')],
    ];
    return (
      [B, D].join() === [keyB, keyD].join() &&
      k.shape.slice(0, 3).join() === v.shape.slice(0, 3).join() &&
      H % G === 0 &&
      said.every(([size, param]) => size === (param ?? size)) &&
      (!weights || areWeights(weights, layout, { b: B, h: H, t: T, s: S }))
    );
  });
  // Where H = T and G = S both orders fit; then it goes by what only sources with the length before the heads write.
  const lengthFirst = 'window_left' in golden.params || (golden.mechanism === 'gqa' && 'causal' in golden.params);
  return fitting.find(({ q: order }) => (order === 'b t h d') === lengthFirst) ?? fitting[0];
}

/** The shape must fit; where two axes are as long, it tells that weights add up to 1 over the keys, or to 0, or are NaN. */
function areWeights(weights: NdArray, layout: Layout, sizes: Record<string, number>): boolean {
  const due = layout.weights.split(' ').map((axis) => sizes[axis]);
  if (weights.shape.join() !== due.join()) return false;
  const rows: number[][] = at(rearrange(weights, `${layout.weights} -> (b h t) s`));
  const sums = rows.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  return sums.every((sum) => sum === 0 || Number.isNaN(sum) || Math.abs(sum - 1) < 1e-9);
}

/** The additive mask, where it does more than block. */
function addedTo(golden: Golden, sizes: Sizes): NdArray | undefined {
  const masks = MASKS.flatMap((name) => golden.inputs[name] ?? []).filter(({ dtype }) => dtype === 'float32');
  const bias = masks.find(({ data }) => data.some((value) => value !== 0 && value > BLOCKED));
  return bias && (spread(bias, sizes) ?? undefined);
}

/**
 * An additive mask as H·T more dimensions: query (h, t) has a one in its own, and each key has there what is to be added.
 * So it passes through the oracle's own product.
 */
function withBias(attention: Attention, bias_BHTS: NdArray): Attention {
  const { q_BHTD, k_BGSD, scale } = attention;
  const [B, H, T] = q_BHTD.shape;
  const [, G, S] = k_BGSD.shape;
  const own = stack([B, H, T], (_, h, t) => Array.from({ length: H * T }, (_, i) => (i === h * T + t ? 1 : 0)));
  const added = rearrange(bias_BHTS, 'b h t s -> b s (h t)');
  const finite = ndarray(
    added.shape,
    added.data.map((value) => (value > BLOCKED ? value / scale : 0)),
  );
  return {
    ...attention,
    q_BHTD: concat([q_BHTD, own], 3),
    k_BGSD: concat([k_BGSD, repeat(finite, 'b s n -> b g s n', { b: B, g: G, s: S })], 3),
  };
}

/** For an oracle without a scale: 1/√D of the stretched queries is the expected scale. */
export function atDefaultScale(attention: Attention): Attention {
  const { q_BHTD, scale } = attention;
  return { ...attention, q_BHTD: scaled(q_BHTD, scale * Math.sqrt(q_BHTD.shape[3])) };
}

/** One-hot values, with which the output is the weights. */
export function withOneHotValues(attention: Attention): Attention {
  const [b, g, s] = attention.k_BGSD.shape;
  return { ...attention, v_BGSV: repeat(identity(s), 's v -> b g s v', { b, g }) };
}

/** The options that make an oracle see what one head of the file saw: `causal` where that says it all, else a mask. */
export function maskOptions({ visible_BHTS }: Attention, b: number, h: number): { causal?: true; mask?: boolean[][] } {
  const visible: number[][] = at(visible_BHTS, b, h);
  const [T, S] = [visible.length, visible[0].length];
  if (visible.flat().every(Boolean)) return {};
  if (visible.every((row, t) => row.every((one, s) => Boolean(one) === s <= t + S - T))) return { causal: true };
  return { mask: visible.map((row) => row.map(Boolean)) };
}

/**
 * Outputs in the file's layout. Rows of queries that see no key are zeros with us; where the file has NaN there, as torch
 * does, so have these.
 */
export function asInFile(
  golden: Golden,
  { layout, visible_BHTS }: Attention,
  ours: { out?: NdArray; weights?: NdArray; lse?: NdArray },
): Record<string, NdArray> {
  const S = visible_BHTS.shape[3];
  const isEmpty = (row: number) => !visible_BHTS.data.subarray(row * S, (row + 1) * S).some(Boolean);
  const moves: Record<string, [from: string, to: string]> = {
    out: ['b h t d', layout.q],
    weights: ['b h t s', layout.weights],
    lse: ['b h t', 'b h t'],
  };
  const moved = Object.entries(ours).map(([name, x]): [string, NdArray] => {
    const [from, to] = moves[name];
    const theirs = golden.outputs[name] && rearrange(golden.outputs[name], `${to} -> ${from}`);
    const width = x.data.length / (visible_BHTS.data.length / S);
    const isTheirNaN = (i: number) => isEmpty(Math.floor(i / width)) && Number.isNaN(theirs?.data[i]);
    const patched = ndarray(
      x.shape,
      x.data.map((value, i) => (isTheirNaN(i) ? NaN : value)),
    );
    return [name, rearrange(patched, `${from} -> ${to}`)];
  });
  return Object.fromEntries(moved);
}

/** Who saw whom in a golden file: it may say so in an input, a parameter, or only in what it recorded among the outputs. */
import { type NdArray, ndarray } from '../author/ndarray.ts';
import { rearrange, repeat } from '../author/rearrange.ts';
import { isSet } from './fields.ts';
import type { Golden } from './golden.ts';

export type Sizes = { b: number; h: number; t: number; s: number };

/** Additive masks block with -Infinity, or with the most negative number of some float type. */
export const BLOCKED = -1e30;

/**
 * @returns visible_BHTS, 1 where a query may attend to a key; the rows (of [B·H·T]) that saw nothing and were given the mean
 *   of all values. Null if the file does not say who saw whom, or says it in a shape that is not known.
 */
export function sawWhom(
  golden: Golden,
  sizes: Sizes,
  weightsAxes: string,
): { visible_BHTS: NdArray; uniformRows: number[] } | null {
  const { b, h, t, s } = sizes;
  const marks = [...given(golden, sizes), recorded(golden, sizes, weightsAxes) ?? byParameter(golden, sizes)];
  if (marks.some((mark) => mark === null)) return null;
  const visible = Float64Array.from({ length: b * h * t * s }, (_, i) =>
    marks.every((mark) => mark!.data[i]) ? 1 : 0,
  );

  // Hugging Face blocks with a finite number: where all is blocked by it, every key weighs the same, the blocked ones too.
  const weights = golden.outputs.weights && rearrange(golden.outputs.weights, `${weightsAxes} -> b h t s`);
  const uniformRows: number[] = [];
  for (let row = 0; row < b * h * t; row++) {
    const rowOf = (data: Float64Array) => data.subarray(row * s, (row + 1) * s);
    const seesAll = rowOf(visible).every(Boolean);
    const seesNone = !rowOf(visible).some(Boolean);
    const weighsAll = weights
      ? rowOf(weights.data).every((weight) => weight > 0)
      : seesNone && golden.inputs.attention_mask;
    if (seesAll || !weighsAll) continue;
    uniformRows.push(row);
    rowOf(visible).fill(1);
  }
  return { visible_BHTS: ndarray([b, h, t, s], visible, 'bool'), uniformRows };
}

/** What inputs say. */
function given({ inputs }: Golden, sizes: Sizes): (NdArray | null)[] {
  const { mask, attn_mask, attn_bias, attention_mask, key_padding_mask, key_lengths } = inputs;
  const lengths = key_lengths && {
    ...key_lengths,
    shape: [sizes.b, sizes.s],
    data: Float64Array.from({ length: sizes.b * sizes.s }, (_, i) =>
      i % sizes.s < key_lengths.data[Math.floor(i / sizes.s)] ? 1 : 0,
    ),
  };
  return [
    ...[mask, attn_mask, attn_bias].filter(Boolean).map((x) => spread(allowed(x), sizes)),
    ...[attention_mask, key_padding_mask, lengths]
      .filter((x) => x !== undefined)
      .map((x) => (x.shape.length === 2 ? repeat(allowed(x), 'b s -> b h t s', sizes) : spread(allowed(x), sizes))),
  ];
}

/** What the file wrote down with its outputs. */
function recorded({ outputs }: Golden, sizes: Sizes, weightsAxes: string): NdArray | null | undefined {
  if (outputs.mask) return spread(outputs.mask, sizes);
  if (outputs.scores_masked) return spread(allowed(outputs.scores_masked), sizes);
  if (!outputs.weights) return undefined;
  const weights = rearrange(outputs.weights, `${weightsAxes} -> b h t s`);
  return ndarray(
    weights.shape,
    weights.data.map((weight) => (weight > 0 ? 1 : 0)),
  );
}

/** What the parameters say. */
function byParameter(golden: Golden, { b, h, t, s }: Sizes): NdArray | null {
  const { params, inputs, outputs } = golden;
  if (
    isSet(golden, 'window', 'sliding_window') ||
    [params.window_left, params.window_right].some((w) => Number(w ?? -1) >= 0)
  )
    return null;
  const causal = isSet(golden, 'causal', 'is_causal');
  // Aligned at the first key, the first query sees that key alone; aligned at the last, it sees another number of them.
  const V = inputs.v.shape.at(-1)!;
  const atFirstKey = inputs.v.data
    .subarray(0, V)
    .every((value, j) => Math.abs(value - (outputs.out?.data[j] ?? NaN)) < 1e-12);
  const offset = atFirstKey ? 0 : s - t;
  const seen = (i: number) => !causal || i % s <= (Math.floor(i / s) % t) + offset;
  return ndarray(
    [b, h, t, s],
    Float64Array.from({ length: b * h * t * s }, (_, i) => (seen(i) ? 1 : 0)),
  );
}

/** A mask as 1 and 0: additive ones block with very negative numbers. */
function allowed(mask: NdArray): NdArray {
  if (mask.dtype !== 'float32') return mask;
  return ndarray(
    mask.shape,
    mask.data.map((value) => (value > BLOCKED ? 1 : 0)),
  );
}

/** A mask broadcast to [B,H,T,S]; of rank three it is one for each sequence, head, or both. Null if it does not fit. */
export function spread(mask: NdArray, sizes: Sizes): NdArray | null {
  const { b, h } = sizes;
  const lead = mask.shape.length === 3 ? (mask.shape[0] === b ? 'b' : mask.shape[0] === b * h ? '(b h)' : 'h') : '';
  const axes = mask.shape.length === 4 ? ['b', 'h', 't', 's'] : [...(lead ? [lead] : []), 't', 's'];
  const pattern = axes.map((axis, i) => (mask.shape[i] === 1 ? '1' : axis)).join(' ');
  try {
    return repeat(mask, `${pattern} -> b h t s`, sizes);
  } catch {
    return null;
  }
}

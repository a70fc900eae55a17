import type { Oracle } from '../../kit/author/grader.ts';
import { at, type NdArray, ndarray, stack } from '../../kit/author/ndarray.ts';
import { concat, rearrange, split } from '../../kit/author/rearrange.ts';
import { hasOnly, isSet, numberOf } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters, type Golden } from '../../kit/goldens/golden.ts';

type Pairing = 'half' | 'interleaved';

/** Frequencies that are not powers of one base (YaRN, Llama 3, LongRoPE), and xPos: other exercises. */
const RESCALED = ['scale_factor', 'scale', 'xpos_scale_base'];

export default defineGoldenAdapters([
  {
    // Hugging Face: [batch, heads, length, dim], cos and sin as wide as a head.
    mechanism: 'rope',
    inputs: ['q', 'k', 'position_ids'],
    covers(golden) {
      const type = golden.params['rope_scaling.rope_type'] ?? golden.params['rope_scaling.type'] ?? 'default';
      return hasOnly(golden, ['q', 'k', 'position_ids']) && ['default', 'linear', 'dynamic'].includes(type as string);
    },
    compute(oracle, golden) {
      const { q, k, position_ids } = golden.inputs;
      const { base, factor } = scaledOf(golden);
      const [rows, T] = position_ids.shape;
      const R = golden.outputs.cos?.shape.at(-1) ?? q.shape[3];
      const positions = (b: number) =>
        Array.from({ length: T }, (_, t) => position_ids.data[(b % rows) * T + t] / factor);
      const turn = (x: NdArray) => turned(oracle, x, R, positions, { pairing: 'half', base });
      // A pair of (1, 0) turns into its cosine and sine.
      const ones = ndarray(
        [rows, 1, T, R],
        Float64Array.from({ length: rows * T * R }, (_, i) => (i % R < R / 2 ? 1 : 0)),
      );
      const [cos, sin] = split(rearrange(turn(ones), 'b 1 t r -> b t r'), 2, [R / 2, R / 2]);
      const [atOne] = oracle.rope([[...ones.data.subarray(0, R)]], [1 / factor], { pairing: 'half', base });
      return {
        q_rot: turn(q),
        k_rot: turn(k),
        cos: concat([cos, cos], 2),
        sin: concat([sin, sin], 2),
        inv_freq: ndarray(
          [R / 2],
          Array.from({ length: R / 2 }, (_, i) => Math.atan2(atOne[i + R / 2], atOne[i])),
        ),
      };
    },
  },
  {
    // Meta: [batch, length, heads, dim], one complex number for each position and pair.
    mechanism: 'rope',
    inputs: ['q', 'k'],
    covers: (golden) =>
      hasOnly(golden, ['q', 'k']) && 'freqs_cis_re' in golden.outputs && !isSet(golden, 'use_scaled', ...RESCALED),
    compute(oracle, golden) {
      const { q, k } = golden.inputs;
      const [T, pairs] = golden.outputs.freqs_cis_re.shape;
      const options = { pairing: 'interleaved' as const, base: numberOf(golden, 'theta', 'rope_theta') };
      const positions = () => consecutive(T, numberOf(golden, 'start_pos', 'offset'));
      const turn = (x: NdArray, R = x.shape[3]) =>
        rearrange(turned(oracle, rearrange(x, 'b t h d -> b h t d'), R, positions, options), 'b h t d -> b t h d');
      const ones = ndarray(
        [1, T, 1, 2 * pairs],
        Float64Array.from({ length: T * 2 * pairs }, (_, i) => (i + 1) % 2),
      );
      const [re, im] = split(rearrange(turn(ones), '1 t 1 (i two) -> two t i', { two: 2 }), 0, [1, 1]);
      return {
        q_rot: turn(q),
        k_rot: turn(k),
        freqs_cis_re: rearrange(re, '1 t i -> t i'),
        freqs_cis_im: rearrange(im, '1 t i -> t i'),
      };
    },
  },
  {
    // lucidrains: [batch, heads, length, dim], of which the first rotary_dim turn.
    mechanism: 'rope',
    inputs: ['x'],
    covers: (golden) => hasOnly(golden, ['x']) && 'x_rot' in golden.outputs && !isSet(golden, 'use_xpos', ...RESCALED),
    compute(oracle, golden) {
      const { x } = golden.inputs;
      const R = numberOf(golden, 'rotary_dim') ?? x.shape[3];
      const factor = numberOf(golden, 'interpolate_factor') ?? 1;
      const positions = () => consecutive(x.shape[2], numberOf(golden, 'offset')).map((position) => position / factor);
      const options = { pairing: 'interleaved' as const, base: numberOf(golden, 'theta', 'base') };
      const [one] = oracle.rope([Array.from({ length: R }, (_, i) => (i + 1) % 2)], [1], options);
      return {
        x_rot: turned(oracle, x, R, positions, options),
        freqs: ndarray(
          [R / 2],
          Array.from({ length: R / 2 }, (_, i) => Math.atan2(one[2 * i + 1], one[2 * i])),
        ),
      };
    },
  },
  {
    // FlashAttention: [batch, length, heads, dim], and the angles given as cosines and sines.
    mechanism: 'rope',
    inputs: ['x', 'cos', 'sin'],
    covers({ inputs: { x, cos, sin }, ...golden }) {
      const areUnit = cos.data.every((value, i) => Math.abs(Math.hypot(value, sin.data[i]) - 1) < 1e-12);
      const fits = cos.shape.length === 2 && cos.shape[0] === x.shape[1] && 2 * cos.shape[1] <= x.shape[3];
      return hasOnly({ ...golden, inputs: { x, cos, sin } }, ['x', 'cos', 'sin']) && areUnit && fits;
    },
    compute(oracle, { inputs: { x, cos, sin } }) {
      const x_BHTD = rearrange(x, 'b t h d -> b h t d');
      const turn = (pairing: Pairing) =>
        rearrange(turnedByTable(oracle, x_BHTD, cos, sin, pairing), 'b h t d -> b t h d');
      return { x_interleaved: turn('interleaved'), x_half: turn('half') };
    },
  },
]);

const consecutive = (T: number, offset = 0) => Array.from({ length: T }, (_, t) => offset + t);

/** Interpolated positions are those over the factor; dynamic NTK is a larger base, once the text is longer than trained for. */
function scaledOf(golden: Golden): { base: number; factor: number } {
  const base = numberOf(golden, 'rope_theta', 'theta', 'base') ?? 10000;
  const factor = numberOf(golden, 'rope_scaling.factor') ?? 1;
  const type = golden.params['rope_scaling.rope_type'] ?? golden.params['rope_scaling.type'];
  if (type === 'linear') return { base, factor };
  if (type !== 'dynamic') return { base, factor: 1 };
  const trained = numberOf(golden, 'max_position_embeddings')!;
  const R = golden.outputs.cos?.shape.at(-1) ?? golden.inputs.q.shape[3];
  const length = Math.max(trained, 1 + Math.max(...golden.inputs.position_ids.data));
  return { base: base * ((factor * length) / trained - (factor - 1)) ** (R / (R - 2)), factor: 1 };
}

/** The first R of the D dimensions of x_BHTD turned, the others as they were. */
function turned(
  oracle: Oracle,
  x: NdArray,
  R: number,
  positions: (b: number) => number[],
  options: { pairing: Pairing; base?: number },
): NdArray {
  const [B, H, , D] = x.shape;
  const [turning, still] = split(x, 3, [R, D - R]);
  const out = stack([B, H], (b, h) => oracle.rope(at(turning, b, h), positions(b), options));
  return D > R ? concat([out, still], 3) : out;
}

/** By any angles, pair by pair: alone, pair i stands at the position that gives it its angle. */
function turnedByTable(oracle: Oracle, x: NdArray, cos: NdArray, sin: NdArray, pairing: Pairing): NdArray {
  const [T, pairs] = [x.shape[2], cos.shape[1]];
  const [R, D] = [2 * pairs, x.shape[3]];
  const pairOf = (d: number) => (pairing === 'half' ? d % pairs : Math.floor(d / 2));
  const out = Float64Array.from(x.data, (value, i) => (i % D < R ? 0 : value));
  for (let pair = 0; pair < pairs; pair++) {
    const alone = ndarray(
      x.shape,
      x.data.map((value, i) => (i % D < R && pairOf(i % D) === pair ? value : 0)),
    );
    const base = 10000;
    const positions = Array.from({ length: T }, (_, t) => {
      const angle = Math.atan2(sin.data[t * pairs + pair], cos.data[t * pairs + pair]);
      return angle / base ** ((-2 * pair) / R);
    });
    const part = turned(oracle, alone, R, () => positions, { pairing, base });
    for (let i = 0; i < out.length; i++) if (i % D < R) out[i] += part.data[i];
  }
  return ndarray(x.shape, out);
}

import type { Oracle } from '../../kit/author/grader.ts';
import { at, type NdArray, ndarray, stack } from '../../kit/author/ndarray.ts';
import { identity } from '../../kit/author/projections.ts';
import {
  type Attention,
  asInFile,
  atDefaultScale,
  readAttention,
  withOneHotValues,
} from '../../kit/goldens/attention.ts';
import { hasOnly, numberOf } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters, type Golden } from '../../kit/goldens/golden.ts';

export default defineGoldenAdapters([
  ...['sliding-window', 'flash'].map((mechanism) => ({
    mechanism,
    inputs: ['q', 'k', 'v'],
    covers(golden: Golden) {
      const file = readAttention(golden);
      return file !== null && windowOf(file) !== null;
    },
    compute(oracle: Oracle, golden: Golden) {
      const file = atDefaultScale(readAttention(golden)!);
      const W = windowOf(file)!;
      const weights = attend(oracle, withOneHotValues(file), W);
      const [, , T, S] = file.visible_BHTS.shape;
      // How many keys the number W in a file means differs from source to source.
      const named = numberOf(golden, 'window', 'sliding_window') ?? W;
      return {
        ...asInFile(golden, file, { out: attend(oracle, file, W), weights }),
        mask: maskOf(oracle, T, S, W - 1, 0),
        mask_w_keys: maskOf(oracle, T, S, named - 1, 0),
        mask_w_plus_1_keys: maskOf(oracle, T, S, named, 0),
      };
    },
  })),
  {
    // A mask alone.
    mechanism: 'sliding-window',
    inputs: [],
    covers: (golden) => hasOnly(golden, []) && 'mask' in golden.outputs && sides(golden) !== null,
    compute(oracle, golden) {
      const [left, right] = sides(golden)!;
      const [T, S] = golden.outputs.mask.shape;
      return { mask: maskOf(oracle, T, S, left < 0 ? T + S : left, right < 0 ? T + S : right) };
    },
  },
]);

/** How far a mask reaches to the left and to the right; −1 is without end. */
function sides(golden: Golden): [left: number, right: number] | null {
  const [left, right] = [numberOf(golden, 'window_left'), numberOf(golden, 'window_right')];
  return left === undefined || right === undefined || golden.outputs.mask.shape.length !== 2 ? null : [left, right];
}

/** W, if every head sees a window that ends at the query's own key, counted from the last. */
function windowOf({ visible_BHTS }: Attention): number | null {
  const [B, H, T, S] = visible_BHTS.shape;
  if (T > S) return null;
  const seen = visible_BHTS.data;
  let W = 0;
  for (let row = 0; row < B * H * T; row++)
    W = Math.max(W, seen.subarray(row * S, (row + 1) * S).filter(Boolean).length);
  const isSeen = (t: number, s: number) => s <= t + S - T && s > t + S - T - W;
  const fits = seen.every((one, i) => Boolean(one) === isSeen(Math.floor(i / S) % T, i % S));
  return fits ? W : null;
}

/** With fewer queries than keys, they are the last ones: queries of zeros come before them. */
function attend(oracle: Oracle, { q_BHTD, k_BGSD, v_BGSV }: Attention, window: number): NdArray {
  const [B, H, T, D] = q_BHTD.shape;
  const [, G, S] = k_BGSD.shape;
  return stack([B, H], (b, h) => {
    const g = Math.floor((h * G) / H);
    const q = [...Array.from({ length: S - T }, () => Array(D).fill(0)), ...at(q_BHTD, b, h)];
    return oracle.slidingWindow(q, at(k_BGSD, b, g), at(v_BGSV, b, g), { window }).slice(S - T);
  });
}

/**
 * Who sees whom: the positive weights of equal logits. A window that reaches to the right of its query is that of a query
 * further on, in a sequence that goes on after the keys.
 */
function maskOf(oracle: Oracle, T: number, S: number, left: number, right: number): NdArray {
  const length = Math.max(S, T) + Math.max(0, right) + 1;
  const rows = Array.from({ length }, () => [1]);
  const weights: number[][] = oracle.slidingWindow(rows, rows, at(identity(length)), { window: left + 1 + right });
  const seen = Array.from({ length: T }, (_, t) => {
    const place = t + S - T + right;
    return Array.from({ length: S }, (_, s) => (place >= 0 && weights[place][s] > 0 ? 1 : 0));
  });
  return ndarray([T, S], seen.flat(), 'bool');
}

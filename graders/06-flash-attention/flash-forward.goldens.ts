import type { Oracle } from '../../kit/author/grader.ts';
import { at, fromNested, type NdArray, type Nested, stack } from '../../kit/author/ndarray.ts';
import { split } from '../../kit/author/rearrange.ts';
import {
  type Attention,
  asInFile,
  atDefaultScale,
  readAttention,
  withOneHotValues,
} from '../../kit/goldens/attention.ts';
import { numberOf } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters, type Golden } from '../../kit/goldens/golden.ts';

type Result = { out: number[][]; lse: number[] };

export default defineGoldenAdapters(
  ['flash', 'sdpa'].map((mechanism) => ({
    mechanism,
    inputs: ['q', 'k', 'v'],
    covers(golden: Golden) {
      const file = readAttention(golden);
      return file !== null && !file.hasUniformRows && everyHead(file, (b, h) => spanOf(file, b, h) !== null);
    },
    compute(oracle: Oracle, golden: Golden) {
      const file = atDefaultScale(readAttention(golden)!);
      const { out, lse } = attend(oracle, golden, file);
      const weights = attend(oracle, golden, withOneHotValues(file)).out;
      return { ...asInFile(golden, file, { out, weights, lse }), ...partials(oracle, golden, file) };
    },
  })),
);

/** How many of the first queries and keys a head has; the rest is padding. */
interface Span {
  queries: number;
  keys: number;
  causal: boolean;
}

/** Null for a mask that is neither full nor causal over such a part. */
function spanOf({ visible_BHTS }: Attention, b: number, h: number): Span | null {
  const visible: number[][] = at(visible_BHTS, b, h);
  const queries = visible.findLastIndex((row) => row.some(Boolean)) + 1;
  const keys = Math.max(...visible.map((row) => row.lastIndexOf(1) + 1));
  const isSeen = (pattern: (t: number, s: number) => boolean) =>
    visible.every((row, t) => row.every((one, s) => Boolean(one) === (t < queries && s < keys && pattern(t, s))));
  if (isSeen(() => true)) return { queries, keys, causal: false };
  return isSeen((t, s) => s <= t + keys - queries) ? { queries, keys, causal: true } : null;
}

function everyHead({ q_BHTD }: Attention, holds: (b: number, h: number) => boolean): boolean {
  const [B, H] = q_BHTD.shape;
  return Array.from({ length: B * H }, (_, i) => holds(Math.floor(i / H), i % H)).every(Boolean);
}

function attend(oracle: Oracle, golden: Golden, file: Attention): { out: NdArray; lse: NdArray } {
  const { q_BHTD, k_BGSD, v_BGSV } = file;
  const [B, H, T] = q_BHTD.shape;
  const V = v_BGSV.shape[3];
  const blocks = { blockQ: numberOf(golden, 'block_q') ?? 3, blockK: numberOf(golden, 'block_k') ?? 3 };
  const results = Array.from({ length: B }, (_, b) =>
    Array.from({ length: H }, (_, h): Result => {
      const { queries, keys, causal } = spanOf(file, b, h)!;
      const g = Math.floor((h * k_BGSD.shape[1]) / H);
      const first = (x: NdArray, head: number, count: number) => at(x, b, head).slice(0, count);
      const seen: Result = { out: [], lse: [] };
      if (keys > 0) {
        const q = first(q_BHTD, h, queries);
        Object.assign(
          seen,
          oracle.flashAttention(q, first(k_BGSD, g, keys), first(v_BGSV, g, keys), { ...blocks, causal }),
        );
      }
      const padding = T - seen.out.length;
      return {
        out: [...seen.out, ...Array.from({ length: padding }, () => Array(V).fill(0))],
        lse: [...seen.lse, ...Array(padding).fill(-Infinity)],
      };
    }),
  );
  return { out: stack([B, H], (b, h) => results[b][h].out as Nested), lse: stack([B, H], (b, h) => results[b][h].lse) };
}

/** Flash decoding: the oracle on each part of the keys by itself. A part without keys has zeros, and lse −Infinity. */
function partials(oracle: Oracle, golden: Golden, file: Attention): Record<string, NdArray> {
  const { splits } = golden.inputs;
  if (!splits || !everyHead(file, (b, h) => !spanOf(file, b, h)!.causal)) return {};
  const [k, v, visible] = (['k_BGSD', 'v_BGSV', 'visible_BHTS'] as const).map((name) =>
    split(file[name], name === 'visible_BHTS' ? 3 : 2, [...splits.data]),
  );
  const parts = k.map((k_BGSD, i) =>
    attend(oracle, golden, { ...file, k_BGSD, v_BGSV: v[i], visible_BHTS: visible[i] }),
  );
  const all = (name: 'out' | 'lse') => fromNested(parts.map((part) => at(part[name])));
  return { out_partial: all('out'), lse_partial: all('lse') };
}

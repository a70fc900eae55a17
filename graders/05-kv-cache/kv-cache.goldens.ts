import type { Oracle } from '../../kit/author/grader.ts';
import { at, fromNested, type NdArray, type Nested } from '../../kit/author/ndarray.ts';
import { identity, projectHeads, rotate, rotationAt } from '../../kit/author/projections.ts';
import { rearrange, repeat } from '../../kit/author/rearrange.ts';
import { hasOnly, isSet, numberOf } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters, type Golden } from '../../kit/goldens/golden.ts';

type Matrix = number[][];
interface Cache {
  k: Matrix[];
  v: Matrix[];
}
const PROJECTIONS = ['q_proj', 'k_proj', 'v_proj', 'o_proj'].flatMap((name) => [`${name}.weight`, `${name}.bias`]);
/** What was cached before, for a file of decoding steps alone: [batch, heads, length, dim], keys rotated. */
const PAST = ['key_cache', 'value_cache'];
const PAGED = ['query', 'key_cache', 'value_cache', 'block_tables', 'query_lens', 'kv_lens'];

export default defineGoldenAdapters([
  {
    // Hugging Face's Llama: rotated queries and keys, grouped heads, fed in chunks.
    mechanism: 'kv-cache',
    inputs: ['x', 'q_proj.weight', 'k_proj.weight', 'v_proj.weight', 'o_proj.weight'],
    covers: (golden) =>
      hasOnly(golden, ['x', 'chunks', 'position_ids', ...PROJECTIONS, ...PAST]) &&
      !golden.inputs.key_cache === !golden.inputs.value_cache &&
      !golden.inputs['o_proj.bias'] &&
      numberOf(golden, 'num_heads') !== undefined &&
      !isSet(golden, 'sliding_window', 'soft_cap', 'softcap', 'rope_type', 'rope_scaling', 'rope_scaling.rope_type'),
    compute(oracle, golden) {
      const { inputs, params } = golden;
      const L = inputs.x.shape[1];
      const H = params.num_heads as number;
      const group = H / (numberOf(golden, 'num_kv_heads') ?? H);
      const [keys, values] = PAST.map(
        (name) => inputs[name] && repeat(inputs[name], 'b g s d -> b (g r) s d', { r: group }),
      );
      const chunks = inputs.chunks ? [...inputs.chunks.data] : Array(L).fill(1);
      const tokens = rotatedTokens(golden, group);
      const wo: Matrix = at(rearrange(inputs['o_proj.weight'], 'out in -> in out'));
      const full = keys ? [] : tokens.map((sequence) => oracle.prefill(sequence, selecting(wo), { heads: H }));
      const steps = tokens.map((sequence, b) =>
        keys
          ? decoded(oracle, sequence, wo, H, 0, { k: at(keys, b), v: at(values, b) })
          : decoded(oracle, sequence, wo, H, chunks[0]),
      );
      // Query heads of a group have keys of their own with us; the file has one of each.
      const cache = (part: 'k' | 'v') =>
        fromNested(steps.map(({ cache }) => cache[part].filter((_, h) => h % group === 0)) as Nested);
      const out = fromNested(steps.map(({ out }) => out) as Nested);
      return {
        ...(full.length > 0 && { out_full: fromNested(full.map(({ out }) => out)) }),
        ...{ out, out_steps: out },
        key_cache: cache('k'),
        value_cache: cache('v'),
      };
    },
  },
  {
    // vLLM: the cache in pages, the queries of all sequences one after the other.
    mechanism: 'kv-cache',
    inputs: PAGED,
    covers: (golden) => hasOnly(golden, PAGED) && !isSet(golden, 'soft_cap', 'softcap', 'alibi_slopes'),
    compute(oracle, golden) {
      const { query, key_cache, value_cache, block_tables, query_lens, kv_lens } = golden.inputs;
      const [, H, D] = query.shape;
      const group = H / key_cache.shape[2];
      const stretch = (numberOf(golden, 'scale') ?? 1 / Math.sqrt(D)) * Math.sqrt(D);
      const pages = (x: NdArray, s: number): Matrix =>
        at(repeat(x, 'block slot g d -> (block slot) (g r d)', { r: group })).flatMap(
          (_: unknown, i: number, all: Matrix) => {
            const size = x.shape[1];
            const block = block_tables.data[s * block_tables.shape[1] + Math.floor(i / size)];
            return i < kv_lens.data[s] ? [all[block * size + (i % size)]] : [];
          },
        );
      const out: Matrix = [];
      let first = 0;
      for (let s = 0; s < kv_lens.data.length; s++) {
        const [k, v] = [pages(key_cache, s), pages(value_cache, s)];
        const T = query_lens.data[s];
        const queries = (at(query) as Matrix[]).slice(first, first + T).map((heads) => heads.flat());
        first += T;
        const past = k.length - T;
        const heads = (x: Matrix): Matrix[] =>
          Array.from({ length: H }, (_, h) => x.slice(0, past).map((row) => row.slice(h * D, (h + 1) * D)));
        const tokens = queries.map((q, t) => [...q.map((value) => value * stretch), ...k[past + t], ...v[past + t]]);
        const window = numberOf(golden, 'sliding_window') ?? Infinity;
        out.push(...decoded(oracle, tokens, at(identity(H * D)), H, 0, { k: heads(k), v: heads(v) }, window).out);
      }
      return { out: rearrange(fromNested(out), 't (h d) -> t h d', { h: H }) };
    },
  },
]);

/**
 * Tokens that hold their query, key and value side by side, [B][T][3·H·D]: so they can be rotated, stretched or come out of
 * a cache before the oracle projects them, with matrices that select.
 */
function rotatedTokens(golden: Golden, group: number): Matrix[] {
  const { inputs, params } = golden;
  const L = inputs.x.shape[1];
  const D = numberOf(golden, 'head_dim') ?? inputs['q_proj.weight'].shape[0] / (params.num_heads as number);
  const base = numberOf(golden, 'rope_theta');
  const before = inputs.key_cache?.shape[2] ?? 0;
  const positions = inputs.position_ids?.data.subarray(0, L) ?? Array.from({ length: L }, (_, t) => before + t);
  const heads = (name: string) => {
    const split = projectHeads(inputs.x, inputs[`${name}.weight`], inputs[`${name}.bias`], D);
    return name === 'v_proj' || !base ? split : rotate(split, rotationAt(positions, D, base), 'half');
  };
  const q = at(rearrange(heads('q_proj'), 'b h t d -> b t (h d)'));
  const [k, v] = ['k_proj', 'v_proj'].map((name) => at(repeat(heads(name), 'b g t d -> b t (g r d)', { r: group })));
  return q.map((sequence: Matrix, b: number) => sequence.map((row, t) => [...row, ...k[b][t], ...v[b][t]]));
}

/** Weights that take apart a token of query, key and value. */
function selecting(wo: Matrix) {
  const width = wo.length;
  const part = (n: number): Matrix =>
    Array.from({ length: 3 * width }, (_, i) => Array.from({ length: width }, (_, j) => (i === n * width + j ? 1 : 0)));
  return { wq: part(0), wk: part(1), wv: part(2), wo };
}

/** Prefill of the first tokens, then one after the other. Of a window, the caller keeps the last W − 1 tokens. */
function decoded(
  oracle: Oracle,
  tokens: Matrix,
  wo: Matrix,
  heads: number,
  prefill: number,
  past?: Cache,
  window = Infinity,
): { out: Matrix; cache: Cache } {
  const weights = selecting(wo);
  const start = prefill > 0 ? oracle.prefill(tokens.slice(0, prefill), weights, { heads }) : { out: [], cache: past };
  let cache: Cache = start.cache;
  const out: Matrix = [...start.out];
  for (const token of tokens.slice(prefill)) {
    const recent = (part: Matrix[]) => part.map((rows) => rows.slice(Math.max(0, rows.length - (window - 1))));
    const step = oracle.decodeStep(token, weights, { k: recent(cache.k), v: recent(cache.v) }, { heads });
    out.push(step.out);
    cache = step.cache;
  }
  return { out, cache };
}

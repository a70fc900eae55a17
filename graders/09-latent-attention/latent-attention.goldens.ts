import { at, fromNested, type NdArray, type Nested } from '../../kit/author/ndarray.ts';
import { linear, rmsNorm } from '../../kit/author/projections.ts';
import { concat, rearrange, split } from '../../kit/author/rearrange.ts';
import { hasOnly, isSet, numberOf } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters, type Golden } from '../../kit/goldens/golden.ts';

type Matrix = number[][];

const WEIGHTS = ['wkv_a.weight', 'kv_norm.weight', 'wkv_b.weight', 'wo.weight'];
const QUERY_WEIGHTS = ['wq.weight', 'wq_a.weight', 'q_norm.weight', 'wq_b.weight'];
/** What was compressed before, for a file of decoding steps alone. */
const PAST = ['latent_kv_cache', 'pe_cache'];

export default defineGoldenAdapters([
  {
    mechanism: 'mla',
    inputs: ['x', 'wkv_a.weight', 'wkv_b.weight', 'wo.weight'],
    covers(golden) {
      const { inputs } = golden;
      const { H, R } = sizesOf(golden);
      const hasQueries = inputs['wq.weight'] || (inputs['wq_a.weight'] && inputs['wq_b.weight']);
      if (!hasOnly(golden, ['x', ...WEIGHTS, ...QUERY_WEIGHTS, ...PAST]) || !hasQueries || !H || !R) return false;
      if (!inputs[PAST[0]] !== !inputs[PAST[1]]) return false;
      // The oracle's base is 10000 (the first pair turns by the position itself at any base), and its eps 1e-6.
      if (R > 2 && (numberOf(golden, 'rope_theta') ?? 10000) !== 10000) return false;
      if ((numberOf(golden, 'rms_eps') ?? 1e-6) !== 1e-6) return false;
      // YaRN: other frequencies and another scale.
      const isLong = (numberOf(golden, 'max_seq_len') ?? 0) > (numberOf(golden, 'original_seq_len') ?? Infinity);
      return !isSet(golden, 'yarn') && !isLong;
    },
    compute(oracle, golden) {
      const { x, weights } = asOurs(golden);
      const [B, L] = x.shape;
      const [latents, keys] = PAST.map((name) => golden.inputs[name]);
      const before = latents?.shape[1] ?? 0;
      const start = numberOf(golden, 'start_pos') ?? before;
      const positions = Array.from({ length: L }, (_, t) => start + t);
      const sequences = Array.from({ length: B }, (_, b) => {
        const tokens: Matrix = at(x, b);
        const own: { latent: Matrix; keyRope: Matrix } = oracle.compress(tokens, weights, positions);
        const cache = latents
          ? { latent: [...at(latents, b), ...own.latent], keyRope: [...at(keys, b), ...own.keyRope] }
          : own;
        // As the file was made: a prefill, if there is one, then one token after the other, each with what is cached by then.
        const absorb: Matrix = [];
        const prefill = Math.min(L, numberOf(golden, 'prefill') ?? L);
        for (let end = Math.max(1, prefill); end <= L; end++) {
          const from = absorb.length;
          const past = { latent: cache.latent.slice(0, before + end), keyRope: cache.keyRope.slice(0, before + end) };
          absorb.push(...oracle.attendAbsorbed(tokens.slice(from, end), past, weights, positions.slice(from, end)));
        }
        return { cache, absorb, naive: oracle.attendNaive(tokens, cache, weights, positions) as Matrix };
      });
      const all = (of: (sequence: (typeof sequences)[number]) => Matrix) => fromNested(sequences.map(of) as Nested);
      return {
        out_naive: all(({ naive }) => naive),
        out_absorb: all(({ absorb }) => absorb),
        latent_kv_cache: all(({ cache }) => cache.latent),
        pe_cache: all(({ cache }) => cache.keyRope),
      };
    },
  },
]);

function sizesOf(golden: Golden) {
  const H = numberOf(golden, 'n_heads', 'num_heads') ?? 0;
  return {
    H,
    C: golden.inputs['wkv_b.weight'].shape[1],
    R: numberOf(golden, 'qk_rope_head_dim') ?? 0,
    // Of the rows of wkv_b: what is not a value is the part of a key that does not turn.
    V: golden.inputs['wo.weight'].shape[1] / H,
  };
}

/**
 * DeepSeek's [out, in] matrices as ours. A compressed query (DeepSeek-V3) rides along in wider tokens, since our queries are
 * projected from the tokens themselves.
 */
function asOurs(golden: Golden): { x: NdArray; weights: Record<string, Nested> } {
  const { inputs } = golden;
  const { H, C, R, V } = sizesOf(golden);
  const M = inputs.x.shape[2];
  const eps = numberOf(golden, 'rms_eps') ?? 1e-6;
  const transposed = (w: NdArray): Matrix => at(rearrange(w, 'out in -> in out'));
  const [down, keyRope] = split(inputs['wkv_a.weight'], 0, [C, R]).map(transposed);
  const rows = inputs['wkv_b.weight'].shape[0] / H;
  const [wUpK, wUpV] = split(rearrange(inputs['wkv_b.weight'], '(h x) c -> h c x', { h: H }), 2, [rows - V, V]);
  const weights = {
    wDownKv: down,
    wKeyRope: keyRope,
    latentNorm: inputs['kv_norm.weight'] ? [...inputs['kv_norm.weight'].data] : Array(C).fill(1),
    wUpK: at(wUpK),
    wUpV: at(wUpV),
    wo: transposed(inputs['wo.weight']),
  };
  if (inputs['wq.weight']) return { x: inputs.x, weights: { ...weights, wq: transposed(inputs['wq.weight']) } };

  const compressed = rmsNorm(linear(inputs.x, inputs['wq_a.weight']), inputs['q_norm.weight'], eps);
  const width = compressed.shape[2];
  const above = (w: Matrix): Matrix => [...w, ...Array.from({ length: width }, () => Array(w[0].length).fill(0))];
  const wqB = transposed(inputs['wq_b.weight']);
  return {
    x: concat([inputs.x, compressed], 2),
    weights: {
      ...weights,
      wq: [...Array.from({ length: M }, () => Array(wqB[0].length).fill(0)), ...wqB],
      wDownKv: above(down),
      wKeyRope: above(keyRope),
    },
  };
}

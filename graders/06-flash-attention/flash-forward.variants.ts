/**
 * Submissions to flash-forward: `wrong` ones make one mistake each, `alternates` are right but written differently.
 * `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from '../../exercises/arguments';
import { flashAttention as solution } from '../../solutions/06-flash-attention/flash-forward';

type Options = { blockQ: number; blockK: number; causal?: boolean };
type Flash = (
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  options: Options,
) => { out_BHTV: tf.Tensor4D; lse_BHT: tf.Tensor3D };

const LOWEST = -1e30;

type Running = { max: tf.Tensor; sum: tf.Tensor; acc: tf.Tensor; tiles: number };

/** Where a tile lies: its first query and key, its size, and by how much the diagonal is shifted to the right. */
interface Place {
  t: number;
  rows: number;
  s: number;
  columns: number;
  shift: number;
}

/** The steps of the solution, each of which a wrong variant can replace. */
interface Steps {
  check: (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, options: Options) => Options;
  scale: (D: number) => number;
  causal: (options: Options) => boolean;
  shift: (T: number, S: number) => number;
  /** How many leading queries see no key. */
  blind: (T: number, S: number) => number;
  /** [first, count] of the tiles of keys, where the block of queries sees `seen` of S keys. */
  tiles: (seen: number, S: number, blockK: number) => [number, number][];
  allowed: (place: Place) => tf.Tensor;
  /** The score of a key that may not be seen, and the maximum before the first tile. */
  lowest: number;
  /** `tiles` is how many came before. */
  maximum: (old: tf.Tensor, tile: tf.Tensor, tiles: number) => tf.Tensor;
  decay: (old: tf.Tensor, larger: tf.Tensor, tiles: number) => { sum: tf.Tensor; acc: tf.Tensor };
  absorb: (steps: Steps, running: Running, scores: tf.Tensor, v: tf.Tensor) => Running;
  out: (running: Running) => tf.Tensor;
  lse: (running: Running) => tf.Tensor;
  tidyTile: (tile: () => Running, old: Running) => Running;
}

const right: Steps = {
  check: (q_BHTD, k_BHSD, v_BHSV, options) => {
    axes('flashAttention', { q_BHTD, k_BHSD, v_BHSV });
    requireInteger('flashAttention', 'blockQ', options.blockQ);
    requireInteger('flashAttention', 'blockK', options.blockK);
    return options;
  },
  scale: (D) => 1 / Math.sqrt(D),
  causal: (options) => options.causal ?? false,
  shift: (T, S) => S - T,
  blind: (T, S) => Math.max(0, T - S),
  tiles: (seen, S, blockK) =>
    Array.from({ length: Math.ceil(seen / blockK) }, (_, i) => [i * blockK, Math.min(blockK, S - i * blockK)]),
  allowed: ({ t, rows, s, columns, shift }) =>
    tf.lessEqual(tf.range(s, s + columns), tf.range(t + shift, t + shift + rows).expandDims(1)),
  lowest: LOWEST,
  maximum: (old, tile) => tf.maximum(old, tile),
  decay: (old, larger) => {
    const factor = tf.exp(tf.sub(old, larger));
    return { sum: factor, acc: factor };
  },
  absorb: (steps, { max, sum, acc, tiles }, scores, v) => {
    const larger = steps.maximum(max, tf.max(scores, -1, true), tiles);
    const decay = steps.decay(max, larger, tiles);
    const p = tf.exp(tf.sub(scores, larger));
    return {
      max: larger,
      sum: tf.add(tf.mul(sum, decay.sum), tf.sum(p, -1, true)),
      acc: tf.add(tf.mul(acc, decay.acc), tf.matMul(p, v)),
      tiles: tiles + 1,
    };
  },
  out: ({ acc, sum }) => tf.div(acc, sum),
  lse: ({ max, sum }) => tf.add(max, tf.log(sum)),
  tidyTile: (tile, { max, sum, acc }) => {
    const updated = tf.tidy(tile);
    tf.dispose([max, sum, acc]);
    return updated;
  },
};

const rowsOf = (x: tf.Tensor4D, start: number, count: number) =>
  tf.slice(x, [0, 0, start, 0], [-1, -1, count, -1]) as tf.Tensor4D;

function flash(changed: Partial<Steps>): { flashAttention: Flash } {
  const steps = { ...right, ...changed };
  const flashAttention: Flash = (q, k, v, given) => {
    const { blockQ, blockK, ...rest } = steps.check(q, k, v, given);
    const [[B, H, T, D], S, V] = [q.shape, k.shape[2], v.shape[3]];
    const causal = steps.causal({ blockQ, blockK, ...rest });
    const shift = causal ? steps.shift(T, S) : S;
    const blind = causal ? steps.blind(T, S) : 0;
    return tf.tidy(() => {
      const outs: tf.Tensor[] = blind > 0 ? [tf.fill([B, H, blind, V], 0)] : [];
      const lses: tf.Tensor[] = blind > 0 ? [tf.fill([B, H, blind, 1], -Infinity)] : [];
      for (let t = blind; t < T; t += blockQ) {
        const rows = Math.min(blockQ, T - t);
        const scaled = tf.mul(rowsOf(q, t, rows), steps.scale(D));
        const start = (size: number, value: number) => tf.fill([B, H, rows, size], value);
        let running: Running = { max: start(1, steps.lowest), sum: start(1, 0), acc: start(V, 0), tiles: 0 };
        const seen = Math.min(S, t + rows + shift);
        for (const [s, columns] of steps.tiles(seen, S, blockK)) {
          const tile = () => {
            const scores = tf.matMul(scaled, rowsOf(k, s, columns), false, true);
            const crossed = s + columns - 1 > t + shift;
            const masked = crossed
              ? tf.where(steps.allowed({ t, rows, s, columns, shift }), scores, steps.lowest)
              : scores;
            return steps.absorb(steps, running, masked, rowsOf(v, s, columns));
          };
          running = steps.tidyTile(tile, running);
        }
        outs.push(steps.out(running));
        lses.push(steps.lse(running));
        tf.dispose([scaled, running.max, running.sum, running.acc]);
      }
      return { out_BHTV: tf.concat(outs, 2) as tf.Tensor4D, lse_BHT: tf.squeeze(tf.concat(lses, 2), [3]) };
    }) as ReturnType<Flash>;
  };
  return { flashAttention };
}

const one = () => tf.scalar(1);
const factor = (old: tf.Tensor, larger: tf.Tensor) => tf.exp(tf.sub(old, larger));
/** A block of queries that sees nothing still gets its first tile of keys. */
const atLeastOneTile: Steps['tiles'] = (seen, S, blockK) => right.tiles(Math.max(1, seen), S, blockK);
const neverBlind = { blind: () => 0, tiles: atLeastOneTile };
const zeroForNaN = (x: tf.Tensor, otherwise: number) => tf.where(tf.isNaN(x), otherwise, x);

/** Like the solution, with something done before or after. */
const around = (change: (attend: () => ReturnType<Flash>, ...args: Parameters<Flash>) => ReturnType<Flash>) => ({
  flashAttention: ((...args) => change(() => solution(...args), ...args)) as Flash,
});

export const wrong = {
  noScale: flash({ scale: () => 1 }),
  noRescale: flash({ decay: () => ({ sum: one(), acc: one() }) }),
  sumNotRescaled: flash({ decay: (old, larger) => ({ sum: one(), acc: factor(old, larger) }) }),
  outNotRescaled: flash({ decay: (old, larger) => ({ sum: factor(old, larger), acc: one() }) }),
  rescaleInverted: flash({
    // Before the first tile nothing has been summed, so there the mistake does not show.
    decay: (old, larger, tiles) => {
      const inverted = tiles === 0 ? tf.scalar(0) : factor(larger, old);
      return { sum: inverted, acc: inverted };
    },
  }),
  dividedEveryTile: flash({
    absorb: (steps, running, scores, v) => {
      const next = right.absorb(steps, running, scores, v);
      return { ...next, acc: tf.div(next.acc, next.sum) };
    },
    out: ({ acc }) => tf.clone(acc),
  }),
  tilesAveraged: flash({
    absorb: (steps, running, scores, v) => ({
      ...right.absorb(steps, running, scores, v),
      acc: tf.add(running.acc, tf.matMul(tf.softmax(scores), v)),
    }),
    out: ({ acc, tiles }) => tf.div(acc, tiles),
  }),
  noMaximum: flash({ maximum: (old) => tf.zerosLike(old) }),
  firstTileMaximum: flash({ maximum: (old, tile, tiles) => tf.clone(tiles === 0 ? tile : old) }),
  raggedKeysDropped: flash({
    tiles: (seen, S, blockK) => right.tiles(seen, S, blockK).filter(([, columns]) => columns === blockK),
  }),
  causalIgnored: flash({ causal: () => false }),
  causalTopLeft: flash({ shift: () => 0, blind: () => 0 }),
  tileIndicesLocal: flash({
    allowed: ({ rows, columns }) => tf.lessEqual(tf.range(0, columns), tf.range(0, rows).expandDims(1)),
  }),
  blindRowsAverage: flash(neverBlind),
  blindRowsNaN: flash({ ...neverBlind, lowest: -Infinity }),
  blindRowsPatched: flash({
    ...neverBlind,
    lowest: -Infinity,
    out: (running) => zeroForNaN(right.out(running), 0),
    lse: (running) => zeroForNaN(right.lse(running), -Infinity),
  }),
  lseWithoutMaximum: flash({ lse: ({ sum }) => tf.log(sum) }),
  lseInBits: flash({ lse: ({ max, sum }) => tf.add(max, tf.div(tf.log(sum), Math.LN2)) }),
  fullScores: around((_, q, k, v, options) => {
    right.check(q, k, v, options);
    return solution(q, k, v, { ...options, blockQ: q.shape[2], blockK: k.shape[2] });
  }),
  rowBands: flash({ tiles: (seen) => [[0, seen]] }),
  everyTile: flash({ tiles: (_, S, blockK) => right.tiles(S, S, blockK) }),
  keepsEveryTile: flash({ tidyTile: (tile) => tile() }),
  readsBack: flash({
    maximum: (old, tile) => (tf.any(tf.greater(tile, old)).dataSync()[0] ? tf.maximum(old, tile) : tf.clone(old)),
  }),
  leaksMaximum: flash({ lse: (running) => right.lse({ ...running, max: tf.keep(tf.clone(running.max)) }) }),
  disposesInputs: around((attend, q, k, v) => {
    const result = attend();
    tf.dispose([q, k, v]);
    return result;
  }),
  acceptsAnyShape: flash({
    check: (_q, _k, _v, options) => {
      requireInteger('flashAttention', 'blockQ', options.blockQ);
      requireInteger('flashAttention', 'blockK', options.blockK);
      return options;
    },
  }),
  acceptsAnyBlock: around((_, q, k, v, { blockQ, blockK, causal }) => {
    const rounded = (size: number) => Math.max(1, Math.round(size) || 1);
    return solution(q, k, v, { blockQ: rounded(blockQ), blockK: rounded(blockK), causal });
  }),
};

export const alternates = {
  /** The loops of the first FlashAttention: keys outside, queries inside, and the output normalised after every tile. */
  keysOutside: {
    flashAttention: ((q, k, v, options) => {
      const { blockQ, blockK, causal = false } = right.check(q, k, v, options);
      const [[B, H, T, D], S, V] = [q.shape, k.shape[2], v.shape[3]];
      const blind = causal ? Math.max(0, T - S) : 0;
      return tf.tidy(() => {
        const blocks: { t: number; rows: number; running: [tf.Tensor, tf.Tensor, tf.Tensor] }[] = [];
        for (let t = blind; t < T; t += blockQ) {
          const rows = Math.min(blockQ, T - t);
          const start = (size: number, value: number) => tf.fill([B, H, rows, size], value);
          blocks.push({ t, rows, running: [start(1, LOWEST), start(1, 0), start(V, 0)] });
        }
        for (let s = 0; s < S; s += blockK) {
          const columns = Math.min(blockK, S - s);
          for (const block of blocks) {
            const { t, rows, running } = block;
            if (causal && s > t + rows - 1 + S - T) continue;
            block.running = tf.tidy(() => {
              const [max, sum, out] = running;
              const products = tf.matMul(rowsOf(q, t, rows), rowsOf(k, s, columns), false, true);
              const scores = tf.div(products, Math.sqrt(D));
              const place = { t, rows, s, columns, shift: S - T };
              const visible = causal ? tf.where(right.allowed(place), scores, LOWEST) : scores;
              const larger = tf.maximum(max, tf.max(visible, -1, true));
              const p = tf.exp(tf.sub(visible, larger));
              const before = tf.mul(sum, tf.exp(tf.sub(max, larger)));
              const total = tf.add(before, tf.sum(p, -1, true));
              const mixed = tf.add(tf.mul(out, before), tf.matMul(p, rowsOf(v, s, columns)));
              return [larger, total, tf.div(mixed, total)];
            });
            tf.dispose(running);
          }
        }
        const outs = blocks.map(({ running }) => running[2]);
        const lses = blocks.map(({ running: [max, sum] }) => tf.add(max, tf.log(sum)));
        if (blind > 0) outs.unshift(tf.fill([B, H, blind, V], 0));
        if (blind > 0) lses.unshift(tf.fill([B, H, blind, 1], -Infinity));
        return { out_BHTV: tf.concat(outs, 2) as tf.Tensor4D, lse_BHT: tf.squeeze(tf.concat(lses, 2), [3]) };
      }) as ReturnType<Flash>;
    }) as Flash,
  },
  /** Keys from the last block to the first, so a row's first tile may be all masked; a query that sees nothing ends with a sum of 0. */
  lastKeysFirst: flash({
    blind: () => 0,
    tiles: (seen, S, blockK) => right.tiles(Math.max(0, seen), S, blockK).reverse(),
    absorb: (_, { max, sum, acc, tiles }, scores, v) => {
      const larger = tf.maximum(max, tf.max(scores, -1, true));
      const decay = factor(max, larger);
      const visible = tf.step(tf.sub(scores, LOWEST / 2));
      const p = tf.mul(tf.exp(tf.sub(scores, larger)), visible);
      const totals = tf.add(tf.mul(sum, decay), tf.sum(p, -1, true));
      return { max: larger, sum: totals, acc: tf.add(tf.mul(acc, decay), tf.matMul(p, v)), tiles: tiles + 1 };
    },
    out: ({ acc, sum }) => tf.div(acc, tf.maximum(sum, 1e-30)),
  }),
  /** Batch and heads folded into one axis, and blocks cut by tf.split. */
  foldedHeads: {
    flashAttention: ((q, k, v, options) => {
      const { blockQ, blockK, causal = false } = right.check(q, k, v, options);
      const [[B, H, T, D], S, V] = [q.shape, k.shape[2], v.shape[3]];
      const sizes = (length: number, block: number) =>
        Array.from({ length: Math.ceil(length / block) }, (_, i) => Math.min(block, length - i * block));
      const blind = causal ? Math.max(0, T - S) : 0;
      return tf.tidy(() => {
        const seeing = q.slice([0, 0, blind, 0]).reshape([B * H, T - blind, D]);
        const keys = tf.split(k.reshape([B * H, S, D]), sizes(S, blockK), 1);
        const values = tf.split(v.reshape([B * H, S, V]), sizes(S, blockK), 1);
        let last = blind + S - T;
        const parts = tf.split(seeing, sizes(T - blind, blockQ), 1).map((block) => {
          const rows = block.shape[1] as number;
          const start = (size: number, value: number): tf.Tensor => tf.fill([B * H, rows, size], value);
          let [max, sum, acc] = [start(1, LOWEST), start(1, 0), start(V, 0)];
          keys.forEach((key, i) => {
            const s = i * blockK;
            if (causal && s >= last + rows) return;
            const updated = tf.tidy(() => {
              const scores = tf.matMul(block, key, false, true).mul(1 / Math.sqrt(D));
              const [columns, ends] = [tf.range(s, s + (key.shape[1] as number)), tf.range(last, last + rows)];
              const visible = causal ? tf.where(columns.lessEqual(ends.expandDims(1)), scores, LOWEST) : scores;
              const larger = tf.maximum(max, visible.max(-1, true));
              const decay = factor(max, larger);
              const p = visible.sub(larger).exp();
              return [larger, sum.mul(decay).add(p.sum(-1, true)), acc.mul(decay).add(tf.matMul(p, values[i]))];
            });
            tf.dispose([max, sum, acc]);
            [max, sum, acc] = updated;
          });
          last += rows;
          return { out: acc.div(sum), lse: max.add(sum.log()) };
        });
        const out = tf.concat([tf.fill([B * H, blind, V], 0), ...parts.map((part) => part.out)], 1);
        const lse = tf.concat([tf.fill([B * H, blind, 1], -Infinity), ...parts.map((part) => part.lse)], 1);
        return { out_BHTV: out.reshape([B, H, T, V]), lse_BHT: lse.reshape([B, H, T]) };
      }) as ReturnType<Flash>;
    }) as Flash,
  },
};

import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/06-flash-attention/flash-forward';
import { axes, requireInteger } from '../../exercises/arguments';
import { defineMistakes, disposesInputs } from '../../kit/author/mistakes';
import type * as solution from '../../solutions/06-flash-attention/flash-forward';

type Flash = typeof stub.flashAttention;

const SCALED = 'tf.mul(rowsOf(q_BHTD, t, rows), 1 / Math.sqrt(D))';
const OPTIONS = 'const { blockQ, blockK, causal = false } = options;';
const BLIND = 'causal ? Math.max(0, T - S) : 0';
const TILES = 's <= lastVisible(t + rows - 1);';
const LARGER = 'tf.maximum(max_BHT1, tf.max(scores_BHTS, -1, true))';
const SUM = 'tf.add(tf.mul(sum_BHT1, decay_BHT1), tf.sum(p_BHTS, -1, true))';
const ACC = 'tf.add(tf.mul(acc_BHTV, decay_BHT1), tf.matMul(p_BHTS, v_BHSV))';
const OUT = 'tf.div(acc_BHTV, sum_BHT1)';
const LSE = 'tf.add(max_BHT1, tf.log(sum_BHT1))';
const START = 'max_BHT1: tf.fill([B, H, rows, 1], LOWEST)';
const OWN = 'tf.max(scores_BHTS, -1, true)';
const COLUMNS = 'const columns = Math.min(blockK, S - s);';
const VISIBLE = 'tf.lessEqual(tf.range(s, s + columns), lastOfRow_T1)';
const MASKED = `tf.where(${VISIBLE}, scores_BHTS, LOWEST)`;
const SIGNATURE = `export function flashAttention(
  q_BHTD: tf.Tensor4D,
  k_BHSD: tf.Tensor4D,
  v_BHSV: tf.Tensor4D,
  options: Options,
): Output {`;

const withoutDecay = (text: string) => text.replace(/tf\.mul\((\w+), decay_BHT1\)/, '$1');
/** No query is set apart, and one that sees nothing still gets the first tile of keys. */
const FIRST_TILE = [TILES, TILES.replace('lastVisible(t + rows - 1)', 'Math.max(0, lastVisible(t + rows - 1))')];
const INFINITE = ['const LOWEST = -1e30;', 'const LOWEST = -Infinity;'];

export default defineMistakes<typeof solution, typeof stub>({
  noScale: { edit: [SCALED, 'rowsOf(q_BHTD, t, rows)'], says: 'The scores are not divided by √D.' },
  scaleByD: {
    edit: ['1 / Math.sqrt(D)', '1 / D'],
    says: 'The scores are divided by D, or by √D twice. Divide once, by √D.',
  },
  scaleByV: {
    edit: ['1 / Math.sqrt(D)', '1 / Math.sqrt(V)'],
    says: 'The scores are divided by √V. They are sums over D, so the divisor is √D.',
  },
  keysNotTransposed: {
    edit: [
      'tf.matMul(q, rowsOf(k_BHSD, s, columns), false, true)',
      'tf.matMul(q, tf.reshape(rowsOf(k_BHSD, s, columns), [B, H, D, columns]))',
    ],
    says: 'The keys are reshaped to [D, S]. That mixes their components; transpose them (tf.matMul(q, k, false, true)).',
  },
  noRescale: {
    edit: [SUM, withoutDecay(SUM), ACC, withoutDecay(ACC)],
    says: 'When the maximum grows, what was summed before stays relative to the old maximum.',
  },
  sumNotRescaled: {
    edit: [SUM, withoutDecay(SUM)],
    says: 'The output so far is rescaled to a new maximum, but the sum so far is not.',
  },
  outNotRescaled: {
    edit: [ACC, withoutDecay(ACC)],
    says: 'The sum so far is rescaled to a new maximum, but the output so far is not.',
  },
  rescaleInverted: {
    // Before the first tile nothing is summed, so there the mistake does not show.
    edit: ['tf.exp(tf.sub(max_BHT1, larger_BHT1))', 'tf.exp(tf.minimum(tf.sub(larger_BHT1, max_BHT1), 80))'],
    says: 'The factor for what was summed so far is inverted. A larger maximum makes the old terms smaller.',
  },
  lastTileOnly: {
    edit: [ACC, 'tf.matMul(p_BHTS, v_BHSV)'],
    says: 'The output so far is lost at every tile, so only the last tile of keys counts. Add to acc · decay.',
  },
  tileMaximum: {
    edit: ['tf.sub(scores_BHTS, larger_BHT1)', `tf.sub(scores_BHTS, ${OWN})`],
    says: 'The exponentials of a tile are relative to its own maximum. Subtract the larger one, m′, which takes all tiles so far into account.',
  },
  lastMaximum: {
    edit: [LARGER, OWN],
    says: "The maximum of the last tile replaces the running one. Keep the larger of the two: max(m, the tile's maximum).",
  },
  startsAtZero: {
    edit: [START, 'max_BHT1: tf.fill([B, H, rows, 1], 0)'],
    says: 'The running maximum starts at 0. Where all scores are far below 0, all exponentials are 0. Start below any score, at −1e30 say.',
  },
  startsTooHigh: {
    edit: [START, 'max_BHT1: tf.fill([B, H, rows, 1], -1e4)'],
    says: 'The running maximum starts at about −10 000. Scores may be lower than that, and then all exponentials are 0. Start below any score, at −1e30 say.',
  },
  scoresClamped: {
    edit: [
      'return absorb(running, visible, rows',
      'const clamped = tf.clipByValue(visible, -1e4, 1e4);\n            return absorb(running, clamped, rows',
    ],
    says: 'The scores are clamped, so those beyond the limit become equal. Subtract the maximum; nothing overflows then.',
  },
  notDivided: { edit: [OUT, 'tf.clone(acc_BHTV)'], says: 'After the last tile the output is not divided by the sum.' },
  dividedEveryTile: {
    edit: [
      'return {\n    max_BHT1',
      `const total_BHT1 = ${SUM};\n  return {\n    max_BHT1`,
      `sum_BHT1: ${SUM}`,
      'sum_BHT1: total_BHT1',
      ACC,
      `tf.div(${ACC}, total_BHT1)`,
      OUT,
      'tf.clone(acc_BHTV)',
    ],
    says: 'The output is divided by the sum after every tile, and the next tile continues as if it had not been. Divide once, at the end.',
  },
  tilesAveraged: {
    edit: [
      ACC,
      'tf.add(acc_BHTV, tf.matMul(tf.softmax(scores_BHTS), v_BHSV))',
      OUT,
      'tf.div(acc_BHTV, Math.ceil((lastVisible(t + rows - 1) + 1) / blockK))',
    ],
    says: 'Each tile has a softmax of its own, and the results are averaged. Tiles with larger scores must weigh more.',
  },
  noMaximum: {
    edit: [LARGER, 'tf.zerosLike(max_BHT1)'],
    says: 'exp is taken of the scores as they are, which overflows. Subtract the running maximum first.',
  },
  firstTileMaximum: {
    edit: [
      'rowsOf(v_BHSV, s, columns));',
      'rowsOf(v_BHSV, s, columns), s === 0);',
      'v_BHSV: tf.Tensor): Running',
      'v_BHSV: tf.Tensor, isFirst: boolean): Running',
      LARGER,
      'isFirst ? tf.max(scores_BHTS, -1, true) : tf.clone(max_BHT1)',
    ],
    says: 'The maximum of the first tile is kept to the end. A later tile may hold a much larger score.',
  },
  raggedKeysDropped: {
    edit: [TILES, 's + blockK <= S && s <= lastVisible(t + rows - 1);'],
    says: 'Keys after the last whole block are left out. S need not be a multiple of blockK.',
  },
  raggedQueriesDropped: {
    edit: [
      `return { out_BHTV: tf.concat(outs, 2), lse_BHT: tf.concat(lses, 2) }`,
      'return wholeBlocks(outs, lses, blockQ)',
    ],
    with: `
function wholeBlocks(outs: tf.Tensor4D[], lses: tf.Tensor3D[], blockQ: number): Output {
  const last = outs.length - 1;
  const isShort = last > 0 && outs[last].shape[2] < blockQ;
  const out_BHTV = tf.concat([...outs.slice(0, -1), isShort ? tf.zerosLike(outs[last]) : outs[last]], 2);
  return { out_BHTV, lse_BHT: tf.concat([...lses.slice(0, -1), isShort ? tf.zerosLike(lses[last]) : lses[last]], 2) };
}`,
    says: 'Queries after the last whole block get zeros. T need not be a multiple of blockQ.',
  },
  lastTileOverlaps: {
    edit: [
      COLUMNS,
      'const columns = Math.min(blockK, S);',
      'rowsOf(k_BHSD, s, columns)',
      'rowsOf(k_BHSD, Math.min(s, S - columns), columns)',
      'rowsOf(v_BHSV, s, columns)',
      'rowsOf(v_BHSV, Math.min(s, S - columns), columns)',
      'upToLast(scores, s, last',
      'upToLast(scores, Math.min(s, S - columns), last',
    ],
    says: 'The last tile is moved back so that it is whole, and some keys count twice. Let it be short.',
  },
  causalIgnored: {
    edit: [OPTIONS, 'const { blockQ, blockK } = options;\n  const causal = false;'],
    says: 'The option causal has no effect, so queries see the future.',
  },
  causalTopLeft: {
    edit: ['causal ? t + S - T : S - 1', 'causal ? Math.min(t, S - 1) : S - 1', BLIND, '0'],
    says: 'With T ≠ S the causal mask is aligned with the first key. The last query belongs to the last key.',
  },
  causalStrict: {
    edit: ['tf.lessEqual', 'tf.less'],
    says: 'A query does not see its own position. Causal means s ≤ t + S − T; equality is allowed.',
  },
  causalSeesNext: {
    edit: ['tf.range(last, last + rows)', 'tf.range(last + 1, last + rows + 1)'],
    says: 'In a tile that the diagonal crosses, a query sees one key too many. Causal means s ≤ t + S − T.',
  },
  causalReversed: {
    edit: ['tf.lessEqual', 'tf.greaterEqual'],
    says: 'In a tile that the diagonal crosses, a query sees the future and not the past. Causal means s ≤ t + S − T.',
  },
  causalRemembered: {
    instead: ({ flashAttention: right }) => {
      const known = new Map<string, boolean>();
      return {
        flashAttention: (q, k, v, options) => {
          const { causal = false } = options;
          const key = [...Object.values(check(q, k, v, options)), options.blockQ, options.blockK].join();
          if (!known.has(key)) known.set(key, causal);
          return right(q, k, v, { ...options, causal: known.get(key) });
        },
      };
    },
    says: 'What an earlier call of the same sizes has made is used again, although causal is another now. Keep nothing between calls.',
  },
  blocksRemembered: {
    instead: ({ flashAttention: right }) => {
      let first: { blockQ: number; blockK: number } | undefined;
      return {
        flashAttention: (q, k, v, options) => {
          check(q, k, v, options);
          first ??= { blockQ: options.blockQ, blockK: options.blockK };
          return right(q, k, v, { ...options, ...first });
        },
      };
    },
    says: 'The block sizes of the first call are used in all later ones. Read blockQ and blockK in every call.',
  },
  tilesByIndex: {
    edit: [TILES, 's < S && (!causal || s / blockK <= Math.ceil(t / blockQ));'],
    says: 'Tiles are skipped by their numbers. That is right only where blockQ = blockK and T = S; compare positions: s ≤ t + S − T.',
  },
  tilesToFirstQuery: {
    edit: [TILES, 's <= lastVisible(t);'],
    says: "The loop over keys ends where the block's first query ends. The last query of the block sees further.",
  },
  lastKeySkipped: {
    edit: [TILES, 's < Math.max(1, lastVisible(t + rows - 1));'],
    says: 'A tile that begins at the last visible key is skipped. Go on while its first key is ≤ that key.',
  },
  diagonalMaskMissing: {
    edit: ['s + columns - 1 > lastVisible(t);', 's + columns - 1 > lastVisible(t + rows - 1);'],
    says: "A tile is masked only if it reaches beyond the block's last query. The first query sees less: mask if its last key is after t + S − T.",
  },
  maskTooWeak: {
    edit: ['scores_BHTS, LOWEST)', 'scores_BHTS, -1e4)'],
    says: 'A masked score becomes −10 000. A visible score may be lower than that; take a number that no score reaches, such as −1e30.',
  },
  maskAddedTooWeak: {
    edit: [MASKED, `tf.add(scores_BHTS, tf.mul(tf.sub(1, tf.cast(${VISIBLE}, 'float32')), -1e4))`],
    says: 'A masked score is lowered by 10 000. It may still be above a visible one; take a number that no score reaches, such as −1e30.',
  },
  maskMultiplied: {
    edit: [MASKED, `tf.mul(scores_BHTS, tf.cast(${VISIBLE}, 'float32'))`],
    says: 'Masked scores are set to 0. That is a score like any other: exp(0) is 1.',
  },
  maskedMaximum: {
    edit: [
      'visible, rowsOf(v_BHSV, s, columns));',
      'scores, rowsOf(v_BHSV, s, columns), crossesDiagonal ? s : undefined, lastVisible(t));',
      'v_BHSV: tf.Tensor): Running',
      'v_BHSV: tf.Tensor, s: number | undefined, last: number): Running',
      'const visible = crossesDiagonal ? upToLast(scores, s, lastVisible(t)) : scores;',
      '',
      'tf.exp(tf.sub(scores_BHTS, larger_BHT1))',
      'tf.exp(tf.sub(s === undefined ? scores_BHTS : upToLast(scores_BHTS, s, last), larger_BHT1))',
    ],
    says: 'The maximum is taken over masked keys too. Where one of them is far larger, all visible exponentials are 0. Mask first.',
  },
  tileIndicesLocal: {
    edit: ['tf.range(s, s + columns)', 'tf.range(0, columns)', 'tf.range(last, last + rows)', 'tf.range(0, rows)'],
    says: 'The mask compares positions within the tile. It must compare positions in the whole sequence.',
  },
  blindRowsAverage: {
    edit: [BLIND, '0', ...FIRST_TILE],
    says: 'A query that sees no key gets the mean of some values. Where all scores are equally low, their differences are 0, and exp(0) is 1.',
  },
  blindBlocksNaN: {
    edit: [BLIND, '0'],
    says: 'A block of queries that sees no key divides 0 by 0, and in other blocks such a query gets the mean of some values. Their output is zeros; set these queries apart.',
  },
  blindRowsNaN: {
    edit: [BLIND, '0', ...INFINITE],
    says: 'A query that sees no key gets NaN: 0 divided by 0, or −Infinity minus −Infinity. Set these queries apart.',
  },
  blindRowsPatched: {
    edit: [BLIND, '0', ...INFINITE, OUT, `forNaN(0, ${OUT})`, LSE, `forNaN(-Infinity, ${LSE})`],
    with: 'const forNaN = (value: number, x: tf.Tensor) => tf.where(tf.isNaN(x), value, x);',
    says: 'NaN is replaced after it has arisen. The output looks right, but gradients still pass through the NaN.',
  },
  blindLseZero: {
    edit: ['lses.push(tf.fill([B, H, blind], -Infinity))', 'lses.push(tf.fill([B, H, blind], 0))'],
    says: 'A query that sees no key has a log-sum-exp of 0. Its sum is 0, and ln 0 is −Infinity.',
  },
  lseWithoutMaximum: {
    edit: [LSE, 'tf.log(sum_BHT1)'],
    says: 'The log-sum-exp lacks the maximum that was subtracted from the scores.',
  },
  lseOfSum: {
    edit: [LSE, 'tf.add(max_BHT1, sum_BHT1)'],
    says: 'The log-sum-exp lacks the logarithm: it is m + ln l.',
  },
  lseOfLastTile: {
    edit: [
      'acc_BHTV: tf.Tensor };',
      'acc_BHTV: tf.Tensor; own_BHT1: tf.Tensor };',
      'acc_BHTV: tf.fill([B, H, rows, V], 0),',
      'acc_BHTV: tf.fill([B, H, rows, V], 0),\n          own_BHT1: tf.fill([B, H, rows, 1], 0),',
      `${ACC},`,
      `${ACC},\n    own_BHT1: ${OWN},`,
      LSE,
      'tf.add(running.own_BHT1, tf.log(sum_BHT1))',
    ],
    says: 'The log-sum-exp adds the maximum of the last tile. The sum is relative to the running maximum; add that.',
  },
  lseInBits: {
    edit: [LSE, 'tf.add(max_BHT1, tf.div(tf.log(sum_BHT1), Math.LN2))'],
    says: 'The log-sum-exp is half in base 2. Here it is the natural logarithm.',
  },
  fullScores: {
    instead: ({ flashAttention: right }) => ({
      flashAttention: (q, k, v, options) => {
        const { T, S } = check(q, k, v, options);
        return right(q, k, v, { ...options, blockQ: T, blockK: S });
      },
    }),
    says: 'The table of all T·S scores is built at once. Flash attention must avoid it.',
  },
  rowBands: {
    edit: [
      's += blockK) {\n          const columns = Math.min(blockK, S - s);',
      's += S) {\n          const columns = lastVisible(t + rows - 1) + 1;',
    ],
    says: 'Queries come in blocks, but each block uses all of its keys at once, so a tile is as long as the sequence.',
  },
  everyTile: {
    edit: [TILES, 's < S;'],
    says: 'Tiles in which no query sees any key are computed and then masked. Skip them.',
  },
  keepsEveryTile: {
    edit: [
      'const [out, lse] = tf.tidy(() => {',
      'const [out, lse] = (() => {',
      '[3])];\n      });',
      '[3])];\n      })();',
      'const updated = tf.tidy(() => {',
      'const updated = (() => {',
      'columns));\n          });',
      'columns));\n          })();',
    ],
    says: "Every tile's scores stay in memory until the end. Together they are as large as the table that flash attention avoids.",
  },
  readsBack: {
    edit: [
      LARGER,
      `tf.any(tf.greater(tf.max(scores_BHTS, -1, true), max_BHT1)).dataSync()[0] ? ${LARGER} : tf.clone(max_BHT1)`,
    ],
    says: 'Values are read back into JavaScript between tiles. That stops the device each time, and saves nothing.',
  },
  leaksMaximum: {
    edit: [`return [${OUT}`, `tf.keep(tf.clone(max_BHT1));\n        return [${OUT}`],
    says: 'The running maximum stays in memory after the call.',
  },
  disposesInputs,
  acceptsAnyShape: {
    edit: [
      'import { axes, requireInteger }',
      "import { axes } from '../../kit/author/unchecked-arguments';\nimport { requireInteger }",
    ],
    says: 'Shapes that do not fit together are not refused, and tf.matMul may broadcast them without an error.',
  },
  acceptsAnyBlock: {
    edit: [
      OPTIONS,
      `const [blockQ, blockK] = [options.blockQ, options.blockK].map((size) => Math.max(1, Math.round(size) || 1));
  const { causal = false } = options;`,
    ],
    says: 'A block size of 0 or 1.5 is changed into a valid one without an error. It must be refused.',
  },
});

const LOWEST = -1e30;

function check(...[q_BHTD, k_BHSD, v_BHSV, { blockQ, blockK }]: Parameters<Flash>) {
  const sizes = axes('flashAttention', { q_BHTD, k_BHSD, v_BHSV });
  requireInteger('flashAttention', 'blockQ', blockQ);
  requireInteger('flashAttention', 'blockK', blockK);
  return sizes;
}

const rowsOf = (x: tf.Tensor4D, start: number, count: number) => tf.slice(x, [0, 0, start, 0], [-1, -1, count, -1]);

/** The loops of the first FlashAttention: keys outside, queries inside, and the output normalised after every tile. */
const keysOutside: Flash = (q, k, v, options) => {
  const { B, H, T, S, D, V } = check(q, k, v, options);
  const { blockQ, blockK, causal = false } = options;
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
          const last = tf.range(t + S - T, t + S - T + rows).expandDims(1);
          const visible = causal ? tf.where(tf.lessEqual(tf.range(s, s + columns), last), scores, LOWEST) : scores;
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
  });
};

/** Batch and heads folded into one axis, and blocks cut by tf.split. */
const foldedHeads: Flash = (q, k, v, options) => {
  const { B, H, T, S, D, V } = check(q, k, v, options);
  const { blockQ, blockK, causal = false } = options;
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
          const decay = tf.exp(tf.sub(max, larger));
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
  });
};

export const alternates = {
  keysOutside: { flashAttention: keysOutside },
  foldedHeads: { flashAttention: foldedHeads },
  /** Head by head, sequence by sequence. */
  headByHead: {
    edit: [SIGNATURE, SIGNATURE.replace('export function flashAttention', 'function eachHead')],
    with: `
export function flashAttention(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, options: Options): Output {
  axes('flashAttention', { q_BHTD: q, k_BHSD: k, v_BHSV: v });
  requireInteger('flashAttention', 'blockQ', options.blockQ);
  requireInteger('flashAttention', 'blockK', options.blockK);
  return tf.tidy(() => {
    const sequences = [...Array(q.shape[0]).keys()].map((b) => {
      const heads = [...Array(q.shape[1]).keys()].map((h) => {
        const [one, ones, values] = [q, k, v].map((x) => tf.slice4d(x, [b, h, 0, 0], [1, 1, -1, -1]));
        return eachHead(one, ones, values, options);
      });
      return [tf.concat(heads.map((head) => head.out_BHTV), 1), tf.concat(heads.map((head) => head.lse_BHT), 1)];
    });
    const [out_BHTV, lse_BHT] = [0, 1].map((i) => tf.concat(sequences.map((each) => each[i]), 0));
    return { out_BHTV, lse_BHT } as Output;
  });
}`,
  },
  /** From the last tile to the first. */
  lastTileFirst: {
    edit: [
      `let s = 0; ${TILES} s += blockK`,
      'let s = Math.floor(lastVisible(t + rows - 1) / blockK) * blockK; s >= 0; s -= blockK',
    ],
  },
  /** Each tile by itself, then joined with those before, as Flash-Decoding joins the parts of a sequence. */
  tilesJoined: {
    edit: [
      'const decay_BHT1 =',
      `const own_BHT1 = ${OWN};\n  const share_BHT1 = tf.exp(tf.sub(own_BHT1, larger_BHT1));\n  const decay_BHT1 =`,
      'tf.sub(scores_BHTS, larger_BHT1)',
      'tf.sub(scores_BHTS, own_BHT1)',
      SUM,
      SUM.replace('tf.sum(p_BHTS, -1, true)', 'tf.mul(tf.sum(p_BHTS, -1, true), share_BHT1)'),
      ACC,
      ACC.replace('tf.matMul(p_BHTS, v_BHSV)', 'tf.mul(tf.matMul(p_BHTS, v_BHSV), share_BHT1)'),
    ],
  },
  /** −Infinity in place of a finite number: no row of a first tile is empty. */
  infinite: { edit: INFINITE },
  /** Scores scaled, not queries; a mask on every tile; the mask added. */
  maskAdded: {
    edit: [
      SCALED,
      'rowsOf(q_BHTD, t, rows)',
      'tf.matMul(q, rowsOf(k_BHSD, s, columns), false, true);',
      'tf.div(tf.matMul(q, rowsOf(k_BHSD, s, columns), false, true), Math.sqrt(D));',
      'const crossesDiagonal = s + columns - 1 > lastVisible(t);',
      'const crossesDiagonal = causal;',
      MASKED,
      `tf.add(scores_BHTS, tf.mul(tf.sub(1, tf.cast(${VISIBLE}, 'float32')), LOWEST))`,
    ],
  },
  /** The mask from JavaScript arrays, and masked exponentials set to 0. */
  maskFromArrays: {
    edit: [
      MASKED,
      `tf.where(
    tf.tensor2d(
      [...Array(rows).keys()].map((i) => [...Array(columns).keys()].map((j) => s + j <= last + i)),
      undefined,
      'bool',
    ),
    scores_BHTS,
    LOWEST,
  )`,
      'const lastOfRow_T1 = tf.range(last, last + rows).expandDims(1);',
      '',
    ],
  },
};

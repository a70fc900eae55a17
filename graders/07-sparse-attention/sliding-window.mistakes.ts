import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/07-sparse-attention/sliding-window';
import { axes, requireInteger } from '../../exercises/arguments';
import {
  defineMistakes,
  disposesInputs,
  maskTooWeak,
  softmaxOverflows,
  softmaxOverQueries,
} from '../../kit/author/mistakes';
import type * as solution from '../../solutions/07-sparse-attention/sliding-window';

type Sliding = typeof stub.slidingWindow;

const KEYS = 'twoBlocks(k_BHTD, N, W)';
const VALUES = 'twoBlocks(v_BHTV, N, W)';
const SCORES = `tf.matMul(q_ANWD, ${KEYS}, false, true)`;
const IN_WINDOW = 'tf.logicalAnd(tf.greater(j_K, i_W1), tf.lessEqual(j_K, tf.add(i_W1, W)))';
const BACK = 'tf.greater(j_K, i_W1)';
const EXISTS = 'tf.greaterEqual(tf.add(firstKey_N11, j_K), 0)';
const MASKED = 'tf.where(band(N, W), scores_ANWK, -1e9)';
const RESULT = 'return tf.slice(out_BHTV, [0, 0, 0, 0], [B, H, T, V]);';

const LOWERED =
  'A masked score is lowered by 10 000. It may still be above a visible one; take a number that no score reaches, such as −1e9.';

/** The block behind as well, and a window that reaches `back` and `ahead`. */
const reaching = (back: string, ahead: string) => ({
  edit: [
    KEYS,
    KEYS.replace('two', 'three'),
    VALUES,
    VALUES.replace('two', 'three'),
    'band(N, W), scores',
    `reach(N, W, T, ${back}, ${ahead}), scores`,
  ],
  with: `
function threeBlocks(x_BHTD: tf.Tensor4D, N: number, W: number): tf.Tensor {
  const [B, H, , D] = x_BHTD.shape;
  const blocks = tf.reshape(padded(x_BHTD, W, (N + 2) * W), [B * H, N + 2, W, D]);
  return tf.concat([0, 1, 2].map((first) => tf.slice(blocks, [0, first, 0, 0], [-1, N, -1, -1])), 2);
}

function reach(N: number, W: number, T: number, back: number, ahead: number): tf.Tensor {
  const j = tf.range(0, 3 * W);
  const distance = tf.sub(tf.add(tf.range(0, W).expandDims(1), W), j);
  const position = tf.add(tf.reshape(tf.mul(tf.range(-1, N - 1), W), [N, 1, 1]), j);
  const exists = tf.logicalAnd(tf.greaterEqual(position, 0), tf.less(position, T));
  const inReach = tf.logicalAnd(tf.lessEqual(distance, back), tf.greaterEqual(distance, -ahead));
  // A padded query sees itself, so that its row is not empty.
  const itself = tf.logicalAnd(tf.equal(distance, 0), tf.greaterEqual(position, T));
  return tf.logicalOr(tf.logicalAnd(inReach, exists), itself);
}`,
});

export default defineMistakes<typeof solution, typeof stub>({
  noScale: { edit: ['tf.mul(q_BHTD, 1 / Math.sqrt(D))', 'q_BHTD'], says: 'The scores are not divided by √D.' },
  scaleByD: { edit: ['1 / Math.sqrt(D)', '1 / D'], says: 'The scores are divided by D in place of √D.' },
  scaleByV: {
    edit: ['1 / Math.sqrt(D)', '1 / Math.sqrt(V)'],
    says: 'The scores are divided by √V. They are sums over D, so the divisor is √D.',
  },
  scaleByWindow: {
    edit: ['1 / Math.sqrt(D)', '1 / Math.sqrt(W)'],
    says: 'The scores are divided by √W. They are sums over D, so the divisor is √D.',
  },
  keysNotTransposed: {
    edit: [SCORES, `tf.matMul(q_ANWD, tf.reshape(${KEYS}, [B * H, N, D, 2 * W]))`],
    says: 'The keys are reshaped to have D before the positions. That mixes their components; transpose them (tf.matMul(q, k, false, true)).',
  },
  softmaxOverQueries,
  notNormalised: {
    edit: ['tf.softmax(visible_ANWK)', 'tf.exp(tf.sub(visible_ANWK, tf.max(visible_ANWK, -1, true)))'],
    says: 'The exponentials are not divided by their sum.',
  },
  softmaxGradient: {
    everywhere: ['tf.softmax(', 'ownSoftmax('],
    with: `
const ownSoftmax = tf.customGrad((scores, save) => {
  const weights = tf.softmax(scores as tf.Tensor);
  (save as tf.GradSaveFunc)([weights]);
  return { value: weights, gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, saved) };
});`,
    says: "The softmax's own gradient lacks a term. It is p · (dp − Σ p·dp), with the sum over the keys of a query.",
  },
  oneKeyMore: {
    edit: [BACK, 'tf.greaterEqual(j_K, i_W1)'],
    says: "A query sees W keys besides itself. Here the window counts the query's own position.",
  },
  oneKeyFewer: {
    edit: [
      'band(N, W), scores',
      'band(N, W, Math.max(1, options.window - 1)), scores',
      'function band(N: number, W: number)',
      'function band(N: number, W: number, seen: number)',
      BACK,
      'tf.greater(j_K, tf.add(i_W1, Math.max(0, W - seen)))',
    ],
    says: 'A query sees one key fewer than the window says.',
  },
  windowIgnored: {
    edit: ['Math.min(options.window, T)', 'T'],
    says: 'The window has no effect, so every query sees all of its past.',
  },
  windowRemembered: {
    instead: ({ slidingWindow: right }) => {
      const known = new Map<string, number>();
      return {
        slidingWindow: (q, k, v, options) => {
          const sizes = Object.values(check(q, k, v, options)).join();
          if (!known.has(sizes)) known.set(sizes, options.window);
          return right(q, k, v, { window: known.get(sizes) as number });
        },
      };
    },
    says: 'The window or the mask of an earlier call with the same sizes is used again. Keep nothing between calls.',
  },
  itselfUnseen: {
    edit: ['tf.lessEqual(j_K', 'tf.less(j_K'],
    says: 'A query does not see its own position. The window holds its own key and the W − 1 before it.',
  },
  futureSeen: {
    edit: [IN_WINDOW, BACK],
    says: 'A query sees the later keys of its block. Here attention is causal.',
  },
  noMask: {
    edit: [MASKED, 'scores_ANWK'],
    says: 'Nothing is masked: a query sees all of its two blocks, the future and the zeros before the first key too.',
  },
  ahead: {
    ...reaching('0', 'W - 1'),
    says: 'The window lies ahead of the query. It holds the query and the keys before it.',
  },
  bothSides: {
    ...reaching('W - 1', 'W - 1'),
    says: 'The window reaches as far into the future as into the past. Here attention is causal.',
  },
  centred: {
    ...reaching('Math.floor(W / 2)', 'Math.ceil(W / 2) - 1'),
    says: "Half of the window is ahead of the query. Longformer's encoder does that, but here attention is causal.",
  },
  ownBlockOnly: {
    edit: [BACK, 'tf.greaterEqual(j_K, W)'],
    says: 'A query sees only the keys of its own block. The first query of each block then loses its past.',
  },
  twoWholeBlocks: {
    edit: [BACK, 'tf.greaterEqual(j_K, 0)'],
    says: 'A query sees all of the block before, which is more than its window for all but the last query of a block.',
  },
  paddingSeen: {
    edit: [EXISTS, 'tf.greaterEqual(tf.add(firstKey_N11, j_K), -W)'],
    says: 'The zeros before the first key take part in the softmax. They need a mask like any other key that must not be seen.',
  },
  blocksSwapped: {
    edit: ['tf.concat([before, own], 2)', 'tf.concat([own, before], 2)'],
    says: 'A block comes before its predecessor, so the mask hides other keys than it means. First the block before, then the own one.',
  },
  queriesShifted: {
    edit: [
      '1 / Math.sqrt(D)), 0, N * W)',
      '1 / Math.sqrt(D)), N * W - T, N * W)',
      RESULT,
      RESULT.replace('0, 0, 0, 0', '0, 0, N * W - T, 0'),
    ],
    says: 'Queries are padded in front and keys are not, so a query meets the keys of other positions. Pad all of them at the end.',
  },
  wrapsAround: {
    edit: [
      EXISTS,
      'tf.greaterEqual(tf.add(firstKey_N11, j_K), -W)',
      'const before = tf.slice(blocks, [0, 0, 0, 0], [-1, N, -1, -1]);',
      'const before = tf.concat([tf.slice(own, [0, N - 1, 0, 0], [-1, 1, -1, -1]), own], 1).slice([0, 0], [-1, N]);',
      'const own = tf.slice(blocks, [0, 1, 0, 0], [-1, N, -1, -1]);',
      '',
      'const [B, H, , D] = x_BHTD.shape;\n  const blocks = tf.reshape(padded(x_BHTD, W, (N + 1) * W), [B * H, N + 1, W, D]);',
      `const [B, H, , D] = x_BHTD.shape;
  const own = tf.reshape(padded(x_BHTD, 0, N * W), [B * H, N, W, D]);`,
    ],
    says: 'The first queries see the last keys. Before the first key there is nothing, not the end of the sequence.',
  },
  tailDropped: {
    edit: [RESULT, 'return wholeBlocks(out_BHTV, T, W);'],
    with: `
function wholeBlocks(out_BHTV: tf.Tensor4D, T: number, W: number): tf.Tensor4D {
  const kept = Math.floor(T / W) * W;
  return padded(tf.slice(out_BHTV, [0, 0, 0, 0], [-1, -1, kept, -1]), 0, T);
}`,
    says: 'Queries after the last whole block get zeros. T need not be a multiple of W.',
  },
  windowNotCut: {
    edit: ['Math.min(options.window, T)', 'options.window'],
    says: 'A window far longer than the sequence needs W · 2W scores, almost all of them for padding. Take W = T then.',
  },
  fixedBlocks: {
    instead: () => ({ slidingWindow: blockByBlock((t, rows) => [Math.max(0, t - 32), t + rows - 1], 32) }),
    says: 'Blocks have a fixed length and see one block back. A window that is longer needs more keys than that.',
  },
  longWindowRefused: {
    edit: [
      '// A longer window',
      "if (options.window > T) throw new RangeError('slidingWindow: window is larger than T');\n  // A longer window",
    ],
    says: 'A window longer than the sequence raises an error. It must give plain causal attention.',
  },
  maskMultiplied: {
    edit: [MASKED, "tf.mul(scores_ANWK, tf.cast(band(N, W), 'float32'))"],
    says: 'Masked scores are set to 0. That is a score like any other: exp(0) is 1.',
  },
  maskAfterSoftmax: {
    edit: [
      MASKED,
      'scores_ANWK',
      'tf.softmax(visible_ANWK)',
      "tf.mul(tf.softmax(visible_ANWK), tf.cast(band(N, W), 'float32'))",
    ],
    says: 'The mask is applied after the softmax, so the remaining weights no longer sum to one.',
  },
  maskTooWeak,
  maskAddedTooWeak: {
    edit: [MASKED, "tf.add(scores_ANWK, tf.mul(tf.sub(1, tf.cast(band(N, W), 'float32')), -1e4))"],
    says: LOWERED,
  },
  slicesMaskedTooWeak: {
    instead: () => ({
      slidingWindow: blockByBlock(windowsOf, undefined, (scores, allowed) =>
        tf.softmax(scores.sub(tf.sub(1, tf.cast(allowed, 'float32')).mul(1e4))),
      ),
    }),
    says: LOWERED,
  },
  paddingTooWeak: {
    instead: () => ({ slidingWindow: gathered((scores, exists) => tf.softmax(tf.where(exists, scores, -1e4))) }),
    says: maskTooWeak.says,
  },
  scoresClamped: {
    edit: [MASKED, MASKED.replace('scores_ANWK', 'tf.clipByValue(scores_ANWK, -1e4, 1e4)')],
    says: 'The scores are clamped, so those beyond the limit become equal. tf.softmax subtracts the maximum; nothing overflows.',
  },
  softmaxOverflows,
  queryByQuery: {
    instead: () => ({ slidingWindow: blockByBlock(windowsOf, 1) }),
    says: 'Each query is computed by itself: T slices and T small products. Compute a block of queries at once.',
  },
  bandAsMask: {
    instead: () => ({ slidingWindow: allScores }),
    says: 'All T·T scores are computed, and most are masked. A mask changes the result, not the cost.',
  },
  bandsOfAllKeys: {
    instead: () => ({ slidingWindow: blockByBlock((_t, _rows, _W, T) => [0, T - 1]) }),
    says: 'Queries come in blocks, but each block is multiplied with the keys of the whole sequence. Use only the keys of its windows.',
  },
  blocksInJavaScript: {
    edit: [KEYS, KEYS.replace('k_BHTD', 'copied(k_BHTD)'), VALUES, VALUES.replace('v_BHTV', 'copied(v_BHTV)')],
    with: 'const copied = (x: tf.Tensor4D) => tf.tensor4d(x.arraySync());',
    says: 'Keys and values are cut up in JavaScript arrays. That copies them off the device, and gradients stop there.',
  },
  leaksBlocks: {
    edit: [RESULT, `tf.keep(${KEYS});\n    ${RESULT}`],
    says: 'A tensor with the blocks of keys stays in memory after the call.',
  },
  disposesInputs,
  acceptsAnyShape: {
    edit: [
      'import { axes, requireInteger }',
      "import { axes } from '../../kit/author/unchecked-arguments';\nimport { requireInteger }",
    ],
    says: 'Shapes that do not fit together are not refused.',
  },
  acceptsAnyWindow: {
    edit: [
      "requireInteger('slidingWindow', 'window', options.window);",
      '',
      'options.window, T',
      'Math.max(1, Math.round(options.window) || 1), T',
    ],
    says: 'A window of 0 or 2.5 is changed into a valid one without an error. It must be refused.',
  },
});

function check(...[q_BHTD, k_BHTD, v_BHTV, { window }]: Parameters<Sliding>) {
  const sizes = axes('slidingWindow', { q_BHTD, k_BHTD, v_BHTV });
  requireInteger('slidingWindow', 'window', window);
  return sizes;
}

const masked = (scores: tf.Tensor, allowed: tf.Tensor) => tf.softmax(tf.where(allowed, scores, -1e9));

const allScores: Sliding = (q, k, v, options) => {
  const { T, D } = check(q, k, v, options);
  return tf.tidy(() => {
    const distance = tf.sub(tf.range(0, T).expandDims(1), tf.range(0, T));
    const allowed = tf.logicalAnd(tf.greaterEqual(distance, 0), tf.less(distance, options.window));
    return tf.matMul(masked(tf.matMul(q, k, false, true).div(Math.sqrt(D)), allowed), v);
  });
};

/** The first and the last key for queries t … t + rows − 1. */
type Range = (t: number, rows: number, W: number, T: number) => [number, number];

/** Queries in blocks, of the window if no size is given, each with a range of keys; the mask is right for any range. */
function blockByBlock(range: Range, size?: number, weights = masked): Sliding {
  return (q, k, v, options) => {
    const { T, D } = check(q, k, v, options);
    const W = options.window;
    return tf.tidy(() => {
      const outs: tf.Tensor4D[] = [];
      for (let t = 0; t < T; t += size ?? W) {
        const rows = Math.min(size ?? W, T - t);
        const [first, last] = range(t, rows, W, T);
        const part = (x: tf.Tensor4D, start: number, size: number) => x.slice([0, 0, start, 0], [-1, -1, size, -1]);
        const scores = tf.matMul(part(q, t, rows), part(k, first, last - first + 1), false, true).div(Math.sqrt(D));
        const [queries, keys] = [tf.range(t, t + rows).expandDims(1), tf.range(first, last + 1)];
        const allowed = tf.logicalAnd(tf.lessEqual(keys, queries), tf.greater(keys, queries.sub(W)));
        outs.push(tf.matMul(weights(scores, allowed), part(v, first, last - first + 1)) as tf.Tensor4D);
      }
      return tf.concat(outs, 2);
    });
  };
}

const windowsOf: Range = (t, rows, W) => [Math.max(0, t - W + 1), t + rows - 1];

/** Diagonal by diagonal: scores with the keys w positions back are products of q with k moved down by w. */
const diagonals: Sliding = (q, k, v, options) => {
  const { T, D } = check(q, k, v, options);
  const back = [...Array(Math.min(options.window, T)).keys()];
  const moved = (x: tf.Tensor4D, w: number) =>
    tf.concat([tf.zerosLike(x.slice([0, 0, 0, 0], [-1, -1, w, -1])), x.slice([0, 0, 0, 0], [-1, -1, T - w, -1])], 2);
  return tf.tidy(() => {
    const scaled = q.div(Math.sqrt(D));
    const scores = back.map((w) => tf.sum(tf.mul(scaled, w === 0 ? k : moved(k, w)), -1));
    const exists = tf.lessEqual(tf.range(0, back.length), tf.range(0, T).expandDims(1));
    const weights = tf.split(masked(tf.stack(scores, -1), exists), back.length, -1);
    return tf.addN(weights.map((weight, w) => tf.mul(weight, w === 0 ? v : moved(v, w)))) as tf.Tensor4D;
  });
};

/** The keys and values of every window, gathered: one query against W keys, for all queries at once. */
const gathered =
  (weights = masked): Sliding =>
  (q, k, v, options) => {
    const { B, H, T, D, V } = check(q, k, v, options);
    const W = Math.min(options.window, T);
    return tf.tidy(() => {
      const s_TW = tf.add(tf.range(0, T, 1, 'int32').expandDims(1), tf.range(1 - W, 1, 1, 'int32'));
      const at = tf.reshape(tf.maximum(s_TW, tf.scalar(0, 'int32')), [T * W]);
      const windows = (x: tf.Tensor4D) => tf.reshape(tf.gather(x, at, 2), [B, H, T, W, x.shape[3]]);
      const scores = tf.matMul(tf.reshape(q, [B, H, T, 1, D]), windows(k), false, true).div(Math.sqrt(D));
      const exists = tf.reshape(tf.greaterEqual(s_TW, tf.scalar(0, 'int32')), [T, 1, W]);
      return tf.reshape(tf.matMul(weights(scores, exists), windows(v)), [B, H, T, V]);
    });
  };

export const alternates = {
  /** A slice of queries and a slice of keys at a time: W queries and at most 2W − 1 keys. */
  slices: { slidingWindow: blockByBlock(windowsOf) },
  /** The same with blocks of eight, whatever the window. */
  smallBlocks: { slidingWindow: blockByBlock(windowsOf, 8) },
  diagonals: { slidingWindow: diagonals },
  gathered: { slidingWindow: gathered() },
  /** The mask is added; softmax is written out. */
  maskAdded: {
    edit: [
      MASKED,
      "tf.add(scores_ANWK, tf.mul(tf.sub(1, tf.cast(band(N, W), 'float32')), -1e9))",
      'tf.softmax(visible_ANWK)',
      'tf.div(exponentials(visible_ANWK), tf.sum(exponentials(visible_ANWK), -1, true))',
    ],
    with: 'const exponentials = (scores: tf.Tensor) => tf.exp(tf.sub(scores, tf.max(scores, -1, true)));',
  },
  /** −Infinity in place of a finite number: no row is empty. */
  infinite: { edit: ['-1e9', '-Infinity'] },
  /** The band from tf.linalg.bandPart. */
  bandPart: {
    edit: [
      IN_WINDOW,
      `tf.cast(
    tf.sub(tf.linalg.bandPart(tf.ones([W, 2 * W]), 0, W), tf.linalg.bandPart(tf.ones([W, 2 * W]), 0, 0)),
    'bool',
  )`,
    ],
  },
  /** Two products for the scores and two for the output. */
  twoProducts: {
    edit: [
      SCORES,
      `tf.concat(halves(${KEYS}, 2).map((half) => tf.matMul(q_ANWD, half, false, true)), 3)`,
      `tf.matMul(tf.softmax(visible_ANWK), ${VALUES})`,
      `tf.addN(halves(tf.softmax(visible_ANWK), 3).map((half, i) => tf.matMul(half, halves(${VALUES}, 2)[i])))`,
    ],
    with: 'const halves = (x: tf.Tensor, axis: number) => tf.split(x, 2, axis);',
  },
  /** Batch and heads are not folded: five axes. */
  fiveAxes: {
    edit: [
      '[B * H, N, W, D]',
      '[B, H, N, W, D]',
      '[B * H, N + 1, W, D]',
      '[B, H, N + 1, W, D]',
      '[0, 0, 0, 0], [-1, N, -1, -1]',
      '[0, 0, 0, 0, 0], [-1, -1, N, -1, -1]',
      '[0, 1, 0, 0], [-1, N, -1, -1]',
      '[0, 0, 1, 0, 0], [-1, -1, N, -1, -1]',
      'tf.concat([before, own], 2)',
      'tf.concat([before, own], 3)',
    ],
  },
};

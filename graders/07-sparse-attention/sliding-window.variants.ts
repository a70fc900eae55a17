/**
 * Submissions to sliding-window: `wrong` ones make one mistake each, `alternates` are right but written differently.
 * `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from '../../exercises/arguments';
import { slidingWindow as solution } from '../../solutions/07-sparse-attention/sliding-window';

type Options = { window: number };
type Sliding = (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, options: Options) => tf.Tensor4D;

/**
 * The steps of a banded attention that takes keys from three blocks: the one before, its own, and the one after
 * (which a right answer masks). Key j of block n stands at (n − 1)·W + j.
 */
interface Steps {
  check: (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, options: Options) => void;
  scale: (D: number) => number;
  /** How far back a key may lie, and how far ahead: 0 … W − 1 back is right. */
  reach: (W: number) => { back: number; ahead: number };
  /** Whether a key may be seen at all, by its position in a sequence of T. */
  exists: (position: tf.Tensor, T: number) => tf.Tensor;
  /** What else the mask asks for, by the numbers of query and key within the blocks. */
  also: (i: tf.Tensor, j: tf.Tensor, W: number) => tf.Tensor | undefined;
  weights: (scores: tf.Tensor, allowed: tf.Tensor) => tf.Tensor;
  /** [A, N, W, …] to [A, N, 3W, …]. */
  neighbours: (blocks: tf.Tensor) => tf.Tensor;
  /** How many of T queries the whole blocks hold. */
  kept: (T: number, W: number) => number;
}

const right: Steps = {
  check: (q_BHTD, k_BHTD, v_BHTV, { window }) => {
    axes('slidingWindow', { q_BHTD, k_BHTD, v_BHTV });
    requireInteger('slidingWindow', 'window', window);
  },
  scale: (D) => 1 / Math.sqrt(D),
  reach: (W) => ({ back: W - 1, ahead: 0 }),
  exists: (position, T) => tf.logicalAnd(tf.greaterEqual(position, 0), tf.less(position, T)),
  also: () => undefined,
  weights: (scores, allowed) => tf.softmax(tf.where(allowed, scores, -1e9)),
  neighbours: (blocks) => {
    const none = tf.zerosLike(blocks.slice([0, 0], [-1, 1]));
    const N = blocks.shape[1] as number;
    const padded = tf.concat([none, blocks, none], 1);
    return tf.concat(
      [0, 1, 2].map((shift) => padded.slice([0, shift], [-1, N])),
      2,
    );
  },
  kept: (T) => T,
};

function sliding(changed: Partial<Steps>): { slidingWindow: Sliding } {
  const steps = { ...right, ...changed };
  const slidingWindow: Sliding = (q, k, v, options) => {
    steps.check(q, k, v, options);
    const [[B, H, T, D], V] = [q.shape, v.shape[3]];
    // A block must hold the window; where a mistake reaches further, the neighbouring blocks still hold what it sees.
    const W = Math.min(options.window, T);
    const N = Math.ceil(T / W);
    const blocksOf = (x: tf.Tensor4D) =>
      tf.pad(x.reshape([B * H, T, x.shape[3]]), [
        [0, 0],
        [0, N * W - T],
        [0, 0],
      ]);
    return tf.tidy(() => {
      const [queries, keys, values] = [q, k, v].map((x) => blocksOf(x).reshape([B * H, N, W, x.shape[3]]));
      const scores = tf.matMul(queries.mul(steps.scale(D)), steps.neighbours(keys), false, true);

      const i = tf.range(0, W).expandDims(1);
      const j = tf.range(0, 3 * W);
      const distance = tf.sub(tf.add(i, W), j);
      const { back, ahead } = steps.reach(W);
      const inReach = tf.logicalAnd(tf.lessEqual(distance, back), tf.greaterEqual(distance, -ahead));
      const also = steps.also(i, j, W);
      const position = tf.add(tf.reshape(tf.mul(tf.range(-1, N - 1), W), [N, 1, 1]), j);
      // A padded query sees itself, lest its row be empty.
      const itself = tf.logicalAnd(tf.equal(distance, 0), tf.greaterEqual(position, T));
      const seen = tf.logicalAnd(also ? tf.logicalAnd(inReach, also) : inReach, steps.exists(position, T));
      const weights = steps.weights(scores, tf.logicalOr(seen, itself));

      const out = tf.matMul(weights, steps.neighbours(values)).reshape([B * H, N * W, V]);
      const kept = Math.min(T, steps.kept(T, W));
      const rows = tf.concat([out.slice([0, 0, 0], [-1, kept, -1]), tf.fill([B * H, T - kept, V], 0)], 1);
      return rows.reshape([B, H, T, V]) as tf.Tensor4D;
    });
  };
  return { slidingWindow };
}

/** Queries in blocks of the window, each with keys `first` … `last` of the sequence; the mask is right for any choice. */
function blockByBlock(range: (t: number, rows: number, W: number, T: number) => [number, number]): {
  slidingWindow: Sliding;
} {
  const slidingWindow: Sliding = (q, k, v, options) => {
    right.check(q, k, v, options);
    const [T, D, W] = [q.shape[2], q.shape[3], options.window];
    return tf.tidy(() => {
      const outs: tf.Tensor[] = [];
      for (let t = 0; t < T; t += W) {
        const rows = Math.min(W, T - t);
        const [first, last] = range(t, rows, W, T);
        const part = (x: tf.Tensor4D, start: number, size: number) => x.slice([0, 0, start, 0], [-1, -1, size, -1]);
        const scores = tf.matMul(part(q, t, rows), part(k, first, last - first + 1), false, true).div(Math.sqrt(D));
        const [queries, keys] = [tf.range(t, t + rows).expandDims(1), tf.range(first, last + 1)];
        const allowed = tf.logicalAnd(tf.lessEqual(keys, queries), tf.greater(keys, queries.sub(W)));
        outs.push(tf.matMul(right.weights(scores, allowed), part(v, first, last - first + 1)));
      }
      return tf.concat(outs, 2) as tf.Tensor4D;
    });
  };
  return { slidingWindow };
}

/** Like the solution, with something done before or after. */
const around = (change: (attend: () => tf.Tensor4D, ...args: Parameters<Sliding>) => tf.Tensor4D) => ({
  slidingWindow: ((...args) => change(() => solution(...args), ...args)) as Sliding,
});

const copyByArray = (x: tf.Tensor4D) => tf.tensor4d(x.arraySync());

export const wrong = {
  noScale: sliding({ scale: () => 1 }),
  oneKeyMore: sliding({ reach: (W) => ({ back: W, ahead: 0 }) }),
  oneKeyFewer: sliding({ reach: (W) => ({ back: Math.max(0, W - 2), ahead: 0 }) }),
  windowIgnored: around((_, q, k, v, options) => {
    right.check(q, k, v, options);
    return solution(q, k, v, { window: q.shape[2] });
  }),
  bothSides: sliding({ reach: (W) => ({ back: W - 1, ahead: W - 1 }) }),
  centred: sliding({ reach: (W) => ({ back: Math.floor(W / 2), ahead: Math.ceil(W / 2) - 1 }) }),
  ownBlockOnly: sliding({ also: (_, j, W) => tf.greaterEqual(j, W) }),
  twoWholeBlocks: sliding({ reach: (W) => ({ back: 2 * W, ahead: 0 }) }),
  paddingSeen: sliding({ exists: (position) => tf.greaterEqual(position, -Infinity) }),
  wrapsAround: sliding({
    exists: (position) => tf.greaterEqual(position, -Infinity),
    neighbours: (blocks) => {
      const N = blocks.shape[1] as number;
      const last = blocks.slice([0, N - 1], [-1, 1]);
      const [before, after] = [tf.concat([last, blocks], 1), tf.concat([blocks, blocks.slice([0, 0], [-1, 1])], 1)];
      return tf.concat([before.slice([0, 0], [-1, N]), blocks, after.slice([0, 1], [-1, N])], 2);
    },
  }),
  tailDropped: sliding({ kept: (T, W) => Math.floor(T / W) * W }),
  longWindowRefused: around((attend, q, _k, _v, { window }) => {
    if (window > q.shape[2]) throw new RangeError(`slidingWindow: window is ${window} but T is ${q.shape[2]}`);
    return attend();
  }),
  maskMultiplied: sliding({ weights: (scores, allowed) => tf.softmax(tf.mul(scores, tf.cast(allowed, 'float32'))) }),
  maskAfterSoftmax: sliding({ weights: (scores, allowed) => tf.mul(tf.softmax(scores), tf.cast(allowed, 'float32')) }),
  softmaxOverflows: sliding({
    weights: (scores, allowed) => {
      const exp = tf.exp(tf.where(allowed, scores, -1e9));
      return tf.div(exp, tf.sum(exp, -1, true));
    },
  }),
  bandAsMask: {
    slidingWindow: ((q, k, v, options) => {
      right.check(q, k, v, options);
      return tf.tidy(() => {
        const scores = tf.matMul(q, k, false, true).div(Math.sqrt(q.shape[3]));
        const keys = tf.range(0, q.shape[2]);
        const distance = tf.sub(keys.expandDims(1), keys);
        const allowed = tf.logicalAnd(tf.greaterEqual(distance, 0), tf.less(distance, options.window));
        return tf.matMul(right.weights(scores, allowed), v) as tf.Tensor4D;
      });
    }) as Sliding,
  },
  bandsOfAllKeys: blockByBlock((_t, _rows, _W, T) => [0, T - 1]),
  blocksInJavaScript: around((_, q, k, v, options) => {
    right.check(q, k, v, options);
    return tf.tidy(() => solution(q, copyByArray(k), copyByArray(v), options));
  }),
  leaksBlocks: around((attend, _q, k) => {
    const out = attend();
    tf.keep(tf.concat([k, k], 3));
    return out;
  }),
  disposesInputs: around((attend, q, k, v) => {
    const out = attend();
    tf.dispose([q, k, v]);
    return out;
  }),
  acceptsAnyShape: sliding({ check: (_q, _k, _v, { window }) => requireInteger('slidingWindow', 'window', window) }),
  acceptsAnyWindow: around((_, q, k, v, { window }) =>
    solution(q, k, v, { window: Math.max(1, Math.round(window) || 1) }),
  ),
};

export const alternates = {
  /** A slice of queries and a slice of keys at a time: W queries and at most 2W − 1 keys. */
  slices: blockByBlock((t, rows, W) => [Math.max(0, t - W + 1), t + rows - 1]),
  /** Three neighbouring blocks rather than two. */
  threeBlocks: sliding({}),
  /** Diagonal by diagonal: scores with the keys w positions back are products of q with k moved down by w. */
  diagonals: {
    slidingWindow: ((q, k, v, options) => {
      right.check(q, k, v, options);
      const T = q.shape[2];
      const back = [...Array(Math.min(options.window, T)).keys()];
      const moved = (x: tf.Tensor4D, w: number) => {
        const kept = x.slice([0, 0, 0, 0], [-1, -1, T - w, -1]);
        return tf.pad(kept, [
          [0, 0],
          [0, 0],
          [w, 0],
          [0, 0],
        ]);
      };
      return tf.tidy(() => {
        const scaled = q.div(Math.sqrt(q.shape[3]));
        const scores = tf.stack(
          back.map((w) => tf.sum(tf.mul(scaled, moved(k, w)), -1)),
          -1,
        );
        const exists = tf.lessEqual(tf.range(0, back.length), tf.range(0, T).expandDims(1));
        const weights = tf.split(right.weights(scores, exists), back.length, -1);
        return tf.addN(weights.map((weight, w) => tf.mul(weight, moved(v, w)))) as tf.Tensor4D;
      });
    }) as Sliding,
  },
};

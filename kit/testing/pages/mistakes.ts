/** Tests only: the known mistakes of the exercise of pages, and its other right answers. */

export const MISTAKES = `import * as tf from '@tensorflow/tfjs';
import { withoutGradient } from '../../exercises/tape';
import type * as stub from '../../exercises/01-x/pages';
import { defineMistakes } from '../../kit/author/mistakes';
import * as right from '../../solutions/01-x/pages';

type Pool = right.Pool;

export default defineMistakes<typeof right, typeof stub>({
  slotsBackwards: {
    instead: () => ({
      reserve: (pool: Pool, tokens: number) => {
        const { slots, ...rest } = right.reserve(pool, tokens);
        return { ...rest, slots: slots.reverse() };
      },
    }),
    says: 'The slots are in the order of the tokens.',
  },
  alwaysNewPage: {
    instead: () => ({
      reserve: (pool: Pool, tokens: number) => {
        const { pageSize } = pool;
        const full = Math.ceil(pool.length / pageSize) * pageSize;
        const next = right.reserve({ ...pool, length: full }, tokens);
        return { ...next, pool: { ...next.pool, length: pool.length + tokens } };
      },
    }),
    says: 'The last page is filled before another is taken.',
  },
  barelyNot: {
    instead: () => ({
      fits: (pool: Pool, tokens: number) => right.fits(pool, tokens + 1),
    }),
    says: 'Just as many tokens as there are places do fit.',
  },
  alwaysFits: {
    instead: () => ({
      fits: () => true,
    }),
    says: 'Count the free pages.',
  },
  noParent: {
    instead: () => ({
      pageKeys: (tokens: number[], size: number) => right.pageKeys(tokens, size).map((key) => key.slice(key.lastIndexOf('/'))),
      lastKey: (tokens: number[], size: number) => right.lastKey(tokens, size).replace(/^.*\\//, '/'),
    }),
    says: 'A key holds the key of the page before.',
  },
  partialPage: {
    instead: () => ({
      lastKey: (tokens: number[], size: number) => [right.lastKey(tokens, size), tokens.slice(-1).join()].join('/'),
    }),
    says: 'A page that is not full has no key.',
  },
  headsInterleaved: {
    instead: () => ({
      heads: (x: tf.Tensor2D, count: number) =>
        tf.tidy(() => {
          const [T, M] = x.shape;
          const parts = tf.unstack(tf.reshape(x, [T, M / count, count]), 2);
          return parts as tf.Tensor2D[];
        }),
    }),
    says: 'The columns of a head are neighbours.',
  },
  headLost: {
    instead: () => ({
      heads: (x: tf.Tensor2D, count: number) => tf.tidy(() => right.heads(x, count).slice(0, count - 1)),
    }),
    says: 'All heads are returned.',
  },
  oneTooMany: {
    instead: () => ({
      attendBest: (q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D, options: { k: number }) =>
        right.attendBest(q, k, v, { k: Math.min(options.k + 1, k.shape[0]) }),
    }),
    says: 'k keys are chosen, not k + 1.',
  },
  allKeys: {
    instead: () => ({
      attendBest: (q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D) => right.attendBest(q, k, v, { k: k.shape[0] }),
    }),
    says: 'The softmax runs over the chosen keys alone.',
  },
  projectsAgain: {
    instead: () => ({
      begin: (x: tf.Tensor2D, w: tf.Tensor2D) => ({ state: { x, w } }),
      step: (state: object, q: tf.Tensor2D) => {
        const { x, w } = state as { x: tf.Tensor2D; w: tf.Tensor2D };
        return { state, out_1D: tf.tidy(() => right.step({ k_SD: tf.matMul(x, w) }, q).out_1D) };
      },
    }),
    says: 'The keys are projected once, in begin.',
  },
  writesIntoPool: {
    instead: () => ({
      reserve: (pool: Pool, tokens: number) => {
        const next = right.reserve(pool, tokens);
        Object.assign(pool, structuredCopy(next.pool));
        return next;
      },
    }),
    says: 'Make a new pool, and leave the one that was given.',
  },
});

const structuredCopy = (pool: Pool): Pool => JSON.parse(JSON.stringify(pool));

export const alternates = {
  slices: {
    ...right,
    heads: (x: tf.Tensor2D, count: number) => {
      const [T, M] = x.shape;
      return Array.from({ length: count }, (_, h) => tf.slice(x, [0, (h * M) / count], [T, M / count]));
    },
    fits: (pool: Pool, tokens: number) => {
      try {
        right.reserve(pool, tokens);
        return true;
      } catch {
        return false;
      }
    },
  },
  thresholds: {
    ...right,
    attendBest: (q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D, options: { k: number }) =>
      tf.tidy(() => {
        const scores = tf.matMul(q, k, false, true);
        const least = withoutGradient((x) => tf.min(tf.topk(x, options.k).values, -1, true), scores);
        const blocked = withoutGradient((x) => tf.mul(tf.cast(tf.less(x, least), 'float32'), -1e9), scores);
        return tf.matMul(tf.softmax(tf.add(scores, blocked)), v);
      }),
    reserve: (pool: Pool, tokens: number) => {
      const { slots, ...rest } = right.reserve(pool, tokens);
      return { ...rest, slots: slots.map((slot) => slot + 0) };
    },
  },
};
`;

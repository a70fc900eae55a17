/**
 * Tests only: a course of one exercise that asks for all that an exercise may: lists, booleans, strings and data as results,
 * files that are given, costs from a mark on, and cases that must be settled.
 */
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Course, findCourse, PACKAGE_ROOT } from '../course/course.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const PAGES = '01-x/pages';

const TYPES = `export interface Pool {
  pageSize: number;
  /** Sequences that hold each page; 0 is free. */
  refs: number[];
  table: number[];
  length: number;
}
`;

const SIGNATURES = {
  reserve: '(pool: Pool, tokens: number): { pool: Pool; slots: number[]; places: number[][] }',
  fits: '(pool: Pool, tokens: number): boolean',
  pageKeys: '(tokens: number[], pageSize: number): string[]',
  lastKey: '(tokens: number[], pageSize: number): string',
  heads: '(x_TM: tf.Tensor2D, count: number): tf.Tensor2D[]',
  attendBest: '(q_TD: tf.Tensor2D, k_SD: tf.Tensor2D, v_SD: tf.Tensor2D, options: { k: number }): tf.Tensor2D',
  begin: '(x_SD: tf.Tensor2D, w_DD: tf.Tensor2D): { state: object }',
  step: '(state: object, q_1D: tf.Tensor2D): { state: object; out_1D: tf.Tensor2D }',
};

const STUB = `import type * as tf from '@tensorflow/tfjs';
import { requireInteger } from '../arguments';
import { withoutGradient } from '../tape';
import { hash } from './mods';

${TYPES}
${Object.entries(SIGNATURES)
  .map(
    ([fn, signature]) =>
      `export function ${fn}${signature} {\n  throw new Error('TODO 1: ${fn} is not written yet');\n}\n`,
  )
  .join('\n')}`;

const SOLUTION = `import * as tf from '@tensorflow/tfjs';
import { requireInteger } from '../../exercises/arguments';
import { withoutGradient } from '../../exercises/tape';
import { hash } from '../../exercises/01-x/mods';

${TYPES}
export function reserve${SIGNATURES.reserve} {
  requireInteger('reserve', 'tokens', tokens);
  const { pageSize } = pool;
  const [refs, table] = [[...pool.refs], [...pool.table]];
  const places: number[][] = [];
  for (let token = pool.length; token < pool.length + tokens; token++) {
    if (token % pageSize === 0) {
      const page = refs.indexOf(0);
      if (page < 0) throw new RangeError('reserve: no page is free');
      refs[page] = 1;
      table.push(page);
    }
    places.push([table[table.length - 1], token % pageSize]);
  }
  const slots = places.map(([page, place]) => page * pageSize + place);
  return { pool: { pageSize, refs, table, length: pool.length + tokens }, slots, places };
}

export function fits${SIGNATURES.fits} {
  const free = pool.refs.filter((count) => count === 0).length;
  return pool.length + tokens <= (pool.table.length + free) * pool.pageSize;
}

export function pageKeys${SIGNATURES.pageKeys} {
  const keys: string[] = [];
  for (let end = pageSize; end <= tokens.length; end += pageSize) {
    keys.push(hash(keys.at(-1) ?? '', tokens.slice(end - pageSize, end)));
  }
  return keys;
}

export function lastKey${SIGNATURES.lastKey} {
  return pageKeys(tokens, pageSize).at(-1) ?? '';
}

export function heads${SIGNATURES.heads} {
  return tf.split(x_TM, count, 1);
}

export function attendBest${SIGNATURES.attendBest} {
  return tf.tidy(() => {
    const scores = tf.matMul(q_TD, k_SD, false, true);
    const best = withoutGradient((x) => tf.max(tf.oneHot(tf.topk(x, options.k).indices, k_SD.shape[0]), 1), scores);
    const weights = tf.softmax(tf.where(tf.cast(best, 'bool'), scores, -1e9));
    return tf.matMul(weights, v_SD) as tf.Tensor2D;
  });
}

export function begin${SIGNATURES.begin} {
  return { state: { k_SD: tf.matMul(x_SD, w_DD) } };
}

export function step${SIGNATURES.step} {
  const { k_SD } = state as { k_SD: tf.Tensor2D };
  return { state, out_1D: tf.tidy(() => tf.matMul(tf.softmax(tf.matMul(q_1D, k_SD, false, true)), k_SD) as tf.Tensor2D) };
}
`;

const MODS = `/** Given: a key of a page, from that of the page before and its tokens. */
export const hash = (parent: string, tokens: number[]): string => \`\${parent}/\${tokens.join('.')}\`;
`;

const REFERENCE = `type Matrix = number[][];
interface Pool { pageSize: number; refs: number[]; table: number[]; length: number }

export function reserve(pool: Pool, tokens: number) {
  const { pageSize } = pool;
  const next = structuredClone(pool);
  const slots: number[] = [];
  for (let i = 0; i < tokens; i++, next.length++) {
    if (next.length % pageSize === 0) {
      const free = next.refs.findIndex((count) => count === 0);
      next.refs[free] = 1;
      next.table.push(free);
    }
    slots.push(next.table[Math.floor(next.length / pageSize)] * pageSize + (next.length % pageSize));
  }
  return { pool: next, slots, places: slots.map((slot) => [Math.floor(slot / pageSize), slot % pageSize]) };
}

export function fits({ pageSize, refs, length }: Pool, tokens: number) {
  return length + tokens <= refs.length * pageSize;
}

export function pageKeys(tokens: number[], pageSize: number) {
  const full = Math.floor(tokens.length / pageSize);
  const key = (page: number): string =>
    page < 0 ? '' : \`\${key(page - 1)}/\${tokens.slice(page * pageSize, (page + 1) * pageSize).join('.')}\`;
  return Array.from({ length: full }, (_, page) => key(page));
}

export const heads = (x: Matrix, count: number) => {
  const width = x[0].length / count;
  return Array.from({ length: count }, (_, h) => x.map((row) => row.slice(h * width, (h + 1) * width)));
};

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

export function scoresOf(q: Matrix, k: Matrix): Matrix {
  return q.map((row) => k.map((key) => dot(row, key)));
}

export function attendBest(q: Matrix, k: Matrix, v: Matrix, count: number): Matrix {
  return scoresOf(q, k).map((row) => {
    const chosen = [...row.keys()].sort((a, b) => row[b] - row[a] || a - b).slice(0, count);
    const most = Math.max(...row);
    const total = chosen.reduce((sum, s) => sum + Math.exp(row[s] - most), 0);
    return v[0].map((_, d) => chosen.reduce((sum, s) => sum + (Math.exp(row[s] - most) / total) * v[s][d], 0));
  });
}

export function step(q: Matrix, x: Matrix, w: Matrix): Matrix {
  const k = x.map((row) => w[0].map((_, j) => row.reduce((sum, value, i) => sum + value * w[i][j], 0)));
  return attendBest(q, k, k, k.length);
}
`;

const SPEC = `title: Pages
given: [mods.ts, ../tape.ts]
exports:
  reserve: { pool: data, slots: [number], places: [[number]] }
  fits: boolean
  pageKeys: [string]
  lastKey: string
  heads: [head_TD]
  attendBest: out_TD
  begin: { state: {} }
  step: { state: {}, out_1D: tensor }
checks:
  values/pool:
    title: Places of new tokens, and the pool after
    points: 2
    cases:
      - { name: in the last page, what: pool, pageSize: 4, used: 5, tokens: 2 }
      - { name: over two pages, what: pool, pageSize: 3, used: 4, tokens: 5 }
      - { name: drawn, hidden: true, what: pool, pageSize: 5, tokens: 7 }
  values/fits:
    title: Whether so many tokens fit
    cases:
      - { name: just, what: fits, pageSize: 3, used: 4, tokens: 14 }
      - { name: not, what: fits, pageSize: 3, used: 4, tokens: 15 }
      - { name: easily, what: fits, pageSize: 3, used: 4, tokens: 1 }
  values/keys:
    title: Keys of full pages, each with all that came before
    cases:
      - { name: three pages, what: keys, pageSize: 2, tokens: 7 }
      - { name: another, hidden: true, what: keys, pageSize: 3, tokens: 10 }
  values/heads:
    title: Heads one by one
    cases:
      - { name: three heads, what: heads, T: 2, M: 12, H: 3 }
  values/best:
    title: Attention to the best keys alone
    cases:
      - { name: all axes differ, what: best, T: 5, S: 7, D: 4, k: 3 }
      - { name: one key, what: best, T: 4, S: 6, D: 3, k: 1 }
      - { name: more, hidden: true, what: best, T: 9, S: 11, D: 5, k: 4 }
  values/step:
    title: A step attends to all tokens
    cases:
      - { name: a few, what: step, S: 5, D: 4 }
  gradient/best:
    title: Gradients reach queries, keys and values
    cases:
      - { name: small, what: best, T: 2, S: 4, D: 2, k: 2 }
  property/pure:
    title: The pool that is given stays as it is
  cost/step:
    title: A step projects nothing again
    case: { what: step, S: 64, D: 16 }
    budget:
      flops: { timesSolution: 1.25 }
      kernels: 4
      peakBytes: { limit: onTop }
      largestTensorBytes: { limit: scores }
    growth: { vary: { S: [32, 64, 128] }, flops: 1.05, kernels: 0.05 }
  hygiene/memory:
    title: Nothing is left behind
    case: { what: all, T: 3, S: 5, D: 2, k: 2, pageSize: 2, used: 1, tokens: 3 }
hints: [the first of the hints, the second of the hints, the third of the hints]
`;

const GRADER = `import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader, type Submission, type Counter, type Oracle } from '../../kit/author/grader.ts';
import { at, fromNested, type NdArray } from '../../kit/author/ndarray.ts';

interface Case {
  what: 'pool' | 'fits' | 'keys' | 'heads' | 'best' | 'step' | 'all';
  pageSize?: number; used?: number; tokens?: number;
  T?: number; M?: number; H?: number; S?: number; D?: number; k?: number;
}
type Inputs = Record<string, NdArray>;

const PAGES = 6;

/** The first pages of the pool hold so many tokens; the second page is somebody else's. */
function poolOf(pageSize: number, used: number) {
  const refs = Array.from({ length: PAGES + 1 }, (_, page) => (page === 1 ? 2 : 0));
  const table: number[] = [];
  for (let page = 0; table.length * pageSize < used; page++) {
    if (page === 1) continue;
    table.push(page);
    refs[page] = 1;
  }
  return { pageSize, refs, table, length: used };
}
const poolFor = ({ pageSize = 1, used }: Case, x: Inputs) => poolOf(pageSize, used ?? x.used.data[0]);
const tokensOf = (x: Inputs) => Array.from(x.ids.data);

export default defineGrader({
  inputs(draw: Draw, { what, pageSize = 1, tokens = 1, T = 1, M = 1, S = 1, D = 1 }: Case): Inputs {
    const all = what === 'all';
    return {
      ...(what === 'pool' && { used: draw.integers([1], 0, 2 * pageSize) }),
      ...(what === 'keys' && { ids: draw.integers([tokens], 0, 99) }),
      ...(what === 'heads' && { x: draw.normal([T, M]) }),
      ...((all || what === 'best') && { q: draw.normal([T, D], { std: 2 }), k: draw.normal([S, D]), v: draw.normal([S, D]) }),
      ...((all || what === 'step') && { x: draw.normal([S, D]), w: draw.normal([D, D]), step: draw.normal([1, D]) }),
    };
  },

  async run(submission: Submission, x: Inputs, c: Case, { mark }: Counter) {
    const all = c.what === 'all';
    const outputs: Record<string, unknown> = {};
    if (all || c.what === 'pool') Object.assign(outputs, await submission.reserve(poolFor(c, x), c.tokens));
    if (all || c.what === 'fits') outputs.fits = await submission.fits(poolFor(c, x), c.tokens);
    if (c.what === 'keys') {
      outputs.keys = await submission.pageKeys(tokensOf(x), c.pageSize);
      outputs.last = await submission.lastKey(tokensOf(x), c.pageSize);
    }
    if (c.what === 'heads') outputs.heads = await submission.heads(x.x, c.H);
    if (all || c.what === 'best') outputs.out = await submission.attendBest(x.q, x.k, x.v, { k: c.k });
    if (all || c.what === 'step') {
      const { state } = await submission.begin(x.x, x.w);
      mark();
      outputs.step = (await submission.step(state, x.step)).out_1D;
    }
    return outputs;
  },

  expected(oracle: Oracle, x: Inputs, c: Case) {
    const all = c.what === 'all';
    return {
      ...((all || c.what === 'pool') && oracle.reserve(poolFor(c, x), c.tokens)),
      ...((all || c.what === 'fits') && { fits: oracle.fits({ ...poolFor(c, x), refs: poolFor(c, x).refs.slice(1) }, c.tokens) }),
      ...(c.what === 'keys' && {
        keys: oracle.pageKeys(tokensOf(x), c.pageSize),
        last: oracle.pageKeys(tokensOf(x), c.pageSize).at(-1),
      }),
      ...(c.what === 'heads' && { heads: oracle.heads(at(x.x), c.H).map((head: number[][]) => fromNested(head)) }),
      ...((all || c.what === 'best') && { out: fromNested(oracle.attendBest(at(x.q), at(x.k), at(x.v), c.k)) }),
      ...((all || c.what === 'step') && { step: fromNested(oracle.step(at(x.step), at(x.x), at(x.w))) }),
    };
  },

  reduction: ({ S = 1, D = 1 }) => S + D,

  // The last key that is chosen is clearly before the first that is not.
  isSettled(oracle, x, { what, k = 1 }) {
    if (what !== 'best') return true;
    return oracle.scoresOf(at(x.q), at(x.k)).every((row: number[]) => {
      const sorted = [...row].sort((a, b) => b - a);
      return sorted[k - 1] - sorted[k] > 0.02 * Math.max(...row.map(Math.abs));
    });
  },

  limits: {
    onTop: ({ S = 1, D = 1 }: Case) => 4 * (2 * S + D),
    scores: ({ S = 1 }: Case) => 4 * S,
  },

  properties: {
    pure: {
      sizes: { what: (fc) => fc.constant('pool'), pageSize: [1, 3], tokens: [1, 4] },
      holds: async ({ pageSize = 1, tokens = 1 }, { f, difference }) => {
        // The submission's own pool, so that what is written into it shows.
        const { pool } = await f.reserve(poolOf(pageSize, 0), 1);
        const seen = structuredClone(pool);
        const [once, again] = [await f.reserve(pool, tokens), await f.reserve(pool, tokens)];
        const changed = difference(again.slots, once.slots) ?? difference(again.pool, once.pool);
        if (changed) return \`the second call on the same pool gives other places: \${changed}\`;
        return difference(pool, seen);
      },
    },
  },
});
`;

const MISTAKES = `import * as tf from '@tensorflow/tfjs';
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

export const PAGES_SOLUTION = SOLUTION.replaceAll('../../exercises/', '../').replace('../01-x/mods', './mods');

/** It has no fixture yet. @param files what differs */
export function courseOfPages(files: Record<string, string> = {}): Promise<Course> {
  const root = temporaryFolder({
    [`exercises/${PAGES}.ts`]: STUB,
    'exercises/01-x/mods.ts': MODS,
    [`solutions/${PAGES}.ts`]: SOLUTION,
    [`reference/${PAGES}.ts`]: REFERENCE,
    [`graders/${PAGES}.yaml`]: SPEC,
    [`graders/${PAGES}.ts`]: GRADER,
    [`graders/${PAGES}.mistakes.ts`]: MISTAKES,
    ...files,
  });
  const given = ['exercises/arguments.ts', 'exercises/tape.ts'].filter((path) => !(path in files));
  for (const path of [...given, 'kit/author', 'package.json']) {
    cpSync(join(PACKAGE_ROOT, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(root, 'node_modules'));
  return findCourse(root);
}

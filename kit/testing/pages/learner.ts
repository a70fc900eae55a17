/** Tests only: what the exercise of pages has for its learner: stub, model solution, a given file; and the oracle. */

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

export const STUB = `import type * as tf from '@tensorflow/tfjs';
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

export const SOLUTION = `import * as tf from '@tensorflow/tfjs';
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

export const MODS = `/** Given: a key of a page, from that of the page before and its tokens. */
export const hash = (parent: string, tokens: number[]): string => \`\${parent}/\${tokens.join('.')}\`;
`;

export const REFERENCE = `type Matrix = number[][];
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

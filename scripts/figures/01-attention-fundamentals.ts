import { scaledDotProduct } from '../../reference/01-attention-fundamentals/scaled-dot-product.ts';
import { heatmap, svg } from './svg.ts';

const oneHot = (length: number, at: number) => Array.from({ length }, (_, i) => (i === at ? 1 : 0));
const identity = (length: number) => Array.from({ length }, (_, i) => oneHot(length, i));

/** The attention weights: what comes out where the values are the identity. */
function weights(queries: number[][], keys: number[][], options: { causal?: boolean; scale?: number } = {}) {
  return scaledDotProduct(queries, keys, identity(keys.length), options);
}

/** The worked example of the handout. */
const x = [
  [2, 0],
  [0, 2],
  [2, 2],
];

function attentionMap(): string {
  const map = (left: number, title: string, causal: boolean) =>
    heatmap(weights(x, x, { causal }), {
      x: left,
      y: 78,
      cell: 48,
      title,
      rows: ['query 1', 'query 2', 'query 3'],
      columns: ['key 1', 'key 2', 'key 3'],
      max: 1,
      digits: 3,
    });
  return svg(480, 240, 'Attention weights of the worked example, without and with a causal mask', [
    map(70, 'every key', false),
    map(310, 'causal', true),
  ]);
}

const words = ['the', 'cat', 'saw', 'the', 'dog', 'and', 'the', 'cat'];
const T = words.length;
const places = [...words.keys()];

/** Queries and keys that make a head look where the title says. The scale is 1, so scores are as written. */
const patterns: { title: string; queries: number[][]; keys: number[][] }[] = [
  {
    title: 'nearby',
    // −(t − s)² / 2 as a dot product
    queries: places.map((t) => [-t * t, 2 * t, -1].map((value) => value / 2)),
    keys: places.map((s) => [1, s, s * s]),
  },
  {
    title: 'previous token',
    queries: places.map((t) => oneHot(T, t - 1).map((value) => 6 * value)),
    keys: identity(T),
  },
  {
    title: 'same word',
    queries: words.map((word) => oneHot(T, words.indexOf(word)).map((value) => 4 * value)),
    keys: words.map((word) => oneHot(T, words.indexOf(word))),
  },
  {
    title: 'first token (sink)',
    queries: places.map(() => [4]),
    keys: places.map((s) => [s === 0 ? 1 : 0]),
  },
];

function patternMaps(): string {
  const [cell, left, top, across, down] = [27, 54, 70, 290, 290];
  const maps = patterns.map(({ title, queries, keys }, i) =>
    heatmap(weights(queries, keys, { causal: true, scale: 1 }), {
      x: left + across * (i % 2),
      y: top + down * Math.floor(i / 2),
      cell,
      title,
      rows: words,
      columns: words,
      max: 1,
    }),
  );
  return svg(
    575,
    590,
    'Four attention patterns over eight words: nearby, previous token, same word, first token',
    maps,
  );
}

export const figures: Record<string, () => string> = {
  'attention-map': attentionMap,
  patterns: patternMaps,
};
